package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which index a query uses that finds 10 of 100,000 facts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlitePlanIT {

	private JpaStorage storage;

	private SingleConnectionDataSource connection;

	private JdbcTemplate jdbc;

	@BeforeAll
	void fill(@TempDir java.nio.file.Path directory) throws SQLException {
		java.nio.file.Path file = directory.resolve("memstate.db");
		this.storage = SqliteStorage.open(file).synchronous(SqliteStorage.Synchronous.NORMAL);
		this.storage.initialize();
		this.storage.index("t", Set.of(Path.parse("rank"), Path.parse("topic"), Path.parse("labels")));
		Connection opened = DriverManager.getConnection("jdbc:sqlite:" + file);
		this.connection = new SingleConnectionDataSource(opened, true);
		this.jdbc = new JdbcTemplate(this.connection);
		this.jdbc
			.update("insert into memstate_fact (namespace, id, version, live, type, session_id, payload, ephemeral, "
					+ "created_at, updated_at, format) with recursive s(i) as (select 0 union all select i + 1 from s "
					+ "where i < 99999) select 'n', printf('%08d', i), 1, 1, 't', '', json_object('topic', 'topic' || (i / 10), "
					+ "'rank', i, 'labels', json_array('label' || (i / 10))), 0, i, i, 1 from s");
	}

	@AfterAll
	void close() {
		this.storage.close();
		this.connection.destroy();
	}

	@Test
	void usesTheIndexOfAPath() {
		assertIndex(comparison("topic", Operator.EQ, "topic77"), 10, "memstate_ix_");
		assertIndex(comparison("rank", Operator.EQ, 77), 1, "memstate_ix_");
		assertIndex(comparison("rank", Operator.GTE, 99_990), 11, "memstate_ix_");
		assertIndex(new Condition.And(
				List.of(new Condition.Exists(Path.parse("labels")), comparison("topic", Operator.EQ, "topic78"))), 10,
				"memstate_ix_");
	}

	@Test
	void pagesByAnIndex() {
		StorageQuery query = new StorageQuery("n", null, StorageQuery.Layers.OWN, null, null, List.of(), null, 100,
				Facts.START);
		assertThat(plan(query)).contains("memstate_fact_by_layer").doesNotContain("TEMP B-TREE");
		query = new StorageQuery("n", null, StorageQuery.Layers.OWN, "t", null, List.of(), null, 100, Facts.START);
		assertThat(plan(query)).contains("memstate_fact_by_type").doesNotContain("TEMP B-TREE");
		StorageQuery next = query.page(this.storage.query(query).get(99).fact(), 100);
		assertThat(plan(next)).contains("memstate_fact_by_type").doesNotContain("TEMP B-TREE");
	}

	private static Condition comparison(String path, Operator operator, Object value) {
		return new Condition.Comparison(Path.parse(path), operator, value);
	}

	private void assertIndex(Condition condition, int atMost, String index) {
		StorageQuery query = new StorageQuery("n", null, StorageQuery.Layers.OWN, "t", condition, List.of(), null, 100,
				Facts.START);
		assertThat(this.storage.query(query)).as(condition.toString()).hasSizeBetween(1, atMost);
		assertThat(plan(query)).as(condition.toString()).contains(index);
	}

	private String plan(StorageQuery query) {
		Fragment statement = this.storage.statement(query);
		return this.jdbc
			.query("explain query plan " + statement.sql(), (row, number) -> row.getString("detail"),
					statement.parameters().toArray())
			.stream()
			.collect(Collectors.joining("\n"));
	}

}
