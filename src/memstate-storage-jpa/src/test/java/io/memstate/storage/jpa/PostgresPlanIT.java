package io.memstate.storage.jpa;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which index a query uses that finds 10 of 100,000 facts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresPlanIT {

	private static final int FACTS = Integer.getInteger("memstate.test.facts", 20_000);

	private final String schema = PostgresServer.newSchema();

	private final JdbcTemplate jdbc = new JdbcTemplate(PostgresServer.dataSource());

	private JpaStorage storage;

	@BeforeAll
	void fill() {
		this.storage = PostgresStorage.open(PostgresServer.url(), null, null).schema(this.schema);
		this.storage.initialize();
		this.storage.index("t", Set.of(Path.parse("rank"), Path.parse("word"), Path.parse("labels")));
		List<String> indexes = dropIndexes();
		this.jdbc.update("insert into " + this.schema
				+ ".memstate_fact (namespace, id, version, live, type, session_id, "
				+ "payload, ephemeral, created_at, updated_at, format) select 'n', lpad(i::text, 8, '0'), 1, true, 't', '', "
				+ "jsonb_build_object('topic', 'topic' || i / 10, 'rank', i, 'word', 'word' || lpad(i::text, 8, '0'), 'tags', "
				+ "jsonb_build_array('tag' || i / 10, 'all'), 'labels', jsonb_build_array('label' || i / 10), 'text', "
				+ "'some text', 'nested', jsonb_build_object('a', i / 10)), false, i, i, 1 "
				+ "from generate_series(0, ?) i", FACTS - 1);
		indexes.forEach(this.jdbc::execute);
		this.jdbc.update("insert into " + this.schema
				+ ".memstate_log (namespace, step, operation, fact_id, version, logged_at, format) select 'n', 's' || i, "
				+ "'COMMIT', lpad((i / 2)::text, 8, '0'), 1 + i % 2, i, 1 from generate_series(0, 99999) i");
		this.jdbc.execute("analyze " + this.schema + ".memstate_fact");
		this.jdbc.execute("analyze " + this.schema + ".memstate_log");
	}

	/** To make them again once there is something in them takes a third of the time. */
	private List<String> dropIndexes() {
		String indexes = " from pg_indexes where schemaname = ? and tablename = 'memstate_fact' "
				+ "and indexname <> 'memstate_fact_pkey'";
		List<String> definitions = this.jdbc.queryForList("select indexdef" + indexes, String.class, this.schema);
		this.jdbc.queryForList("select indexname" + indexes, String.class, this.schema)
			.forEach((name) -> this.jdbc.execute("drop index " + this.schema + "." + name));
		return definitions;
	}

	@AfterAll
	void close() {
		this.storage.close();
	}

	@Test
	void usesTheGinIndexForEquality() {
		assertIndex(comparison("topic", Operator.EQ, "topic77"), 10, "memstate_fact_by_payload");
		assertIndex(comparison("nested.a", Operator.EQ, 77), 10, "memstate_fact_by_payload");
		assertIndex(new Condition.In(Path.parse("topic"), List.of("topic77", "topic78")), 20,
				"memstate_fact_by_payload");
	}

	@Test
	void usesTheGinIndexForContainment() {
		assertIndex(comparison("tags", Operator.CONTAINS, "tag77"), 10, "memstate_fact_by_payload");
		assertIndex(comparison("labels", Operator.CONTAINS, "label77"), 10, "memstate_fact_by_payload");
	}

	@Test
	void usesTheIndexOfAPathForRanges() {
		assertIndex(comparison("rank", Operator.GTE, FACTS - 10), 10, "memstate_ix_");
		assertIndex(
				new Condition.And(List.of(comparison("rank", Operator.GT, 499), comparison("rank", Operator.LT, 510))),
				10, "memstate_ix_");
		assertIndex(comparison("word", Operator.STARTS_WITH, "word0000123"), 10, "memstate_ix_");
		assertIndex(comparison("word", Operator.GTE, "word%08d".formatted(FACTS - 10)), 10, "memstate_ix_");
	}

	// a statement that stays prepared is planned without its values after a while
	@Test
	void usesTheGinIndexWithoutKnowingTheValues() {
		for (Condition condition : List.of(comparison("topic", Operator.EQ, "topic77"),
				comparison("tags", Operator.CONTAINS, "tag77"))) {
			assertThat(genericPlan(this.storage.statement(query(condition)))).as(condition.toString())
				.contains("memstate_fact_by_payload");
		}
	}

	@Test
	void usesTheIndexOfAPathWithoutKnowingTheValues() {
		for (Condition condition : List.of(comparison("word", Operator.EQ, "word00000077"),
				comparison("rank", Operator.EQ, 77))) {
			assertThat(genericPlan(this.storage.statement(query(condition)))).as(condition.toString())
				.containsAnyOf("memstate_ix_", "memstate_fact_by_payload");
		}
	}

	@Test
	void readsPagesInTheOrderOfCreationFromAnIndex() {
		StoredFact last = Facts.at(Facts.fact("%08d".formatted(FACTS / 2), "{}"), Path.instant(FACTS / 2), null);
		for (String type : new String[] { null, "t" }) {
			StorageQuery query = new StorageQuery("n", null, StorageQuery.Layers.OWN, type, null, List.of(), null, 100,
					Facts.START);
			for (StorageQuery page : List.of(query, query.page(last, 100))) {
				for (String plan : List.of(plan(page), genericPlan(this.storage.statement(page)))) {
					assertThat(plan).as("type %s", type)
						.containsAnyOf("Index Scan using memstate_fact_by_layer",
								"Index Scan using memstate_fact_by_type")
						.contains("Presorted Key");
				}
			}
		}
	}

	// or a view of the past would read the log from its start for each page
	@Test
	void readsPagesOfThePastFromWhereTheyBegin() {
		for (String after : List.of("00000100", "00025000", "00049500")) {
			Fragment statement = this.storage.lastEntriesStatement("n", Facts.START, after, 100);
			String plan = String.join("\n", this.jdbc.queryForList("explain (analyze) " + statement.sql(), String.class,
					statement.parameters().toArray()));
			assertThat(plan).doesNotContain("Seq Scan");
			assertThat(Pattern.compile("actual time=[0-9.]+ rows=([0-9]+)")
				.matcher(plan)
				.results()
				.mapToInt((match) -> Integer.parseInt(match.group(1)))).as(plan).allMatch((rows) -> rows < 2_000);
		}
	}

	@Test
	void findsASingletonByItsIndexEvenWhereNothingIsKnownOfTheData() {
		String other = PostgresServer.newSchema();
		try (JpaStorage fresh = PostgresStorage.open(PostgresServer.url(), null, null).schema(other)) {
			fresh.initialize();
			Database database = new PostgresDatabase();
			String plan = this.jdbc
				.queryForList("explain select id from " + other + ".memstate_fact where namespace = 'n' and "
						+ database.holder() + " = 'x' and live and singleton_key is not null", String.class)
				.toString();
			assertThat(plan).contains("memstate_fact_by_key");
		}
	}

	@Test
	void findsRowsByTheirKeysEvenWhereNothingIsKnownOfTheData() {
		String other = PostgresServer.newSchema();
		try (JpaStorage fresh = PostgresStorage.open(PostgresServer.url(), null, null).schema(other)) {
			fresh.initialize();
			assertIndex(other, "memstate_fact", "id = 'x'", "memstate_fact_pkey");
			assertIndex(other, "memstate_fact", "id = 'x' for update", "memstate_fact_pkey");
			assertIndex(other, "memstate_fact", "id = 'x' and version = 1", "memstate_fact_pkey");
			assertIndex(other, "memstate_intent", "fact_id = 'x'", "memstate_intent_pkey");
			assertIndex(other, "memstate_intent", "token = 'x'", "memstate_intent_by_token");
			assertIndex(other, "memstate_step", "step = 'x'", "memstate_step_pkey");
			assertIndex(other, "memstate_log", "step = 'x'", "memstate_log_by_step");
		}
	}

	// such a plan is used until the next vacuum, however many rows there are by then
	@Test
	void findsRowsByTheirKeysAlsoWhereAVacuumFoundNone() {
		String other = PostgresServer.newSchema();
		try (JpaStorage fresh = PostgresStorage.open(PostgresServer.url(), null, null).schema(other)) {
			fresh.initialize();
			this.jdbc.execute("vacuum analyze " + other + ".memstate_intent, " + other + ".memstate_outbox");
			assertIndex(other, "memstate_intent", "fact_id = 'x'", "memstate_intent_pkey");
			assertIndex(other, "memstate_intent", "fact_id = 'x' and token = 'y'", "Index Scan using memstate_intent_");
			assertIndex(other, "memstate_intent", "token = 'x'", "memstate_intent_by_token");
			assertIndex(other, "memstate_outbox", "hook = 'x' and part = 1 and due_at <= 0", "memstate_outbox_by_part");
		}
	}

	// and not by comparing each fact of the namespace with each id
	@Test
	void findsManyFactsByTheirKeysEvenWhereNothingIsKnownOfTheData() {
		String other = PostgresServer.newSchema();
		try (JpaStorage fresh = PostgresStorage.open(PostgresServer.url(), null, null).schema(other)) {
			fresh.initialize();
			this.jdbc.update("insert into " + other + ".memstate_fact select * from " + this.schema
					+ ".memstate_fact where created_at < 2000");
			List<String> ids = IntStream.range(0, 512).mapToObj("%08d"::formatted).toList();
			Fragment statement = new PostgresDatabase().factsById("n", ids);
			assertThat(genericPlan(new Fragment(new Tables(other, Tables.DEFAULT_PREFIX).sql(statement.sql()),
					statement.parameters(), true)))
				.contains("Index Scan using memstate_fact_pkey", "Index Cond: ((namespace = $513)")
				.doesNotContain("Filter");
		}
	}

	@Test
	void plansTheWriteOfALeasedFactOnceAndForAll() {
		String other = PostgresServer.newSchema();
		HikariConfig config = new HikariConfig();
		config.setDataSource(PostgresServer.dataSource());
		config.setMaximumPoolSize(1);
		try (HikariDataSource pool = new HikariDataSource(config);
				JpaStorage fresh = PostgresStorage.using(pool).schema(other);
				MemoryStore memory = MemoryStore.builder(fresh).hook(new QuietHook()).build()) {
			// what autovacuum sees in the middle of a write of many facts
			this.jdbc.update("insert into " + other + ".memstate_intent select 'default', 'x' || i, 'token', 0 "
					+ "from generate_series(1, 1000) i");
			this.jdbc.execute("analyze " + other + ".memstate_intent");
			this.jdbc.update("delete from " + other + ".memstate_intent");
			for (int i = 0; i < 60; i++) {
				memory.commit(Draft.of("note", Map.of("n", i)).id("f" + i % 30));
			}
			assertThat(new JdbcTemplate(pool).queryForList("select generic_plans > 0 and custom_plans <= 5 "
					+ "from pg_prepared_statements where statement like '%lease as%'", Boolean.class))
				.isNotEmpty()
				.containsOnly(true);
		}
	}

	private void assertIndex(String schema, String table, String condition, String index) {
		assertThat(this.jdbc
			.queryForList("explain select * from " + schema + "." + table + " where namespace = 'n' and " + condition,
					String.class)
			.toString()).as(table + " where " + condition).contains(index);
	}

	private static Condition comparison(String path, Operator operator, Object value) {
		return new Condition.Comparison(Path.parse(path), operator, value);
	}

	private void assertIndex(Condition condition, int found, String index) {
		StorageQuery query = query(condition);
		long before = used(index);
		assertThat(this.storage.query(query)).as(condition.toString()).hasSize(found);
		String plan = plan(query);
		assertThat(plan).as(condition.toString()).contains(index);
		assertThat(used(index)).isGreaterThanOrEqualTo(before);
	}

	private static StorageQuery query(Condition condition) {
		return new StorageQuery("n", null, StorageQuery.Layers.OWN, "t", condition, List.of(), null, 100, Facts.START);
	}

	private String genericPlan(Fragment statement) {
		AtomicInteger parameter = new AtomicInteger();
		String sql = Pattern.compile("'[^']*'|\\?")
			.matcher(statement.sql())
			.replaceAll((mark) -> !mark.group().equals("?") ? Matcher.quoteReplacement(mark.group())
					: "\\$" + parameter.incrementAndGet());
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		dataSource.setPreferQueryMode(PreferQueryMode.SIMPLE); // or the driver misses the
																// values
		return String.join("\n",
				new JdbcTemplate(dataSource).queryForList("explain (generic_plan) " + sql, String.class));
	}

	private long used(String index) {
		return this.jdbc
			.queryForObject("select coalesce(sum(idx_scan), 0) from pg_stat_user_indexes where schemaname = ? "
					+ "and indexrelname like ?", Long.class, this.schema, index + "%");
	}

	private String plan(StorageQuery query) {
		Fragment statement = this.storage.statement(query);
		return this.jdbc.queryForList("explain " + statement.sql(), String.class, statement.parameters().toArray())
			.stream()
			.collect(Collectors.joining("\n"));
	}

}
