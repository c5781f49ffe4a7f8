package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.memstate.storage.FactJson;
import io.memstate.storage.Payload;
import io.memstate.storage.StoredFact;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tables hold of a namespace, read past the storage.
 */
final class StoredTables {

	private static final Set<String> UNCOUNTED = Set.of("EXPIRE", "ROLLBACK", "REDO");

	private final List<Map<String, Object>> facts;

	private final List<Map<String, Object>> log;

	private final List<Map<String, Object>> steps;

	private StoredTables(List<Map<String, Object>> facts, List<Map<String, Object>> log,
			List<Map<String, Object>> steps) {
		this.facts = facts;
		this.log = log;
		this.steps = steps;
	}

	static StoredTables read(DataSource dataSource, String schema, String namespace) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			String tables = schema + "memstate_";
			String where = " where namespace = ? order by ";
			return new StoredTables(rows(connection, "select * from " + tables + "fact" + where + "id", namespace),
					rows(connection, "select * from " + tables + "log" + where + "sequence", namespace),
					rows(connection, "select * from " + tables + "step" + where + "sequence", namespace));
		}
	}

	/** Expects the database to find nothing wrong with tables and indexes. */
	static void assertIntact(DataSource dataSource, String schema, String occasion) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			assertThat(problems(connection, schema)).as("%s: problems of the database", occasion).isEmpty();
		}
	}

	private static List<String> problems(Connection connection, String schema) throws SQLException {
		if (connection.getMetaData().getURL().startsWith("jdbc:sqlite:")) {
			List<Map<String, Object>> found = rows(connection, "pragma integrity_check");
			return found.stream().map((row) -> row.values().toString()).filter((text) -> !text.equals("[ok]")).toList();
		}
		List<String> problems = new ArrayList<>();
		connection.setAutoCommit(false);
		rows(connection, "select set_config('enable_seqscan', 'off', true)");
		List<Map<String, Object>> byIndex = rows(connection, live(schema));
		rows(connection,
				"select set_config('enable_seqscan', 'on', true), "
						+ "set_config('enable_indexscan', 'off', true), set_config('enable_bitmapscan', 'off', true), "
						+ "set_config('enable_indexonlyscan', 'off', true)");
		List<Map<String, Object>> byTable = rows(connection, live(schema));
		connection.rollback();
		if (!byIndex.equals(byTable)) {
			problems.add("An index finds other facts than there are: " + byIndex + " and " + byTable);
		}
		return problems;
	}

	private static String live(String schema) {
		return "select namespace, type, session_id, created_at, id from " + schema
				+ "memstate_fact where live order by namespace, type, session_id, created_at, id";
	}

	static List<Map<String, Object>> rows(Connection connection, String sql, String... parameters) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setString(i + 1, parameters[i]);
			}
			List<Map<String, Object>> rows = new ArrayList<>();
			try (ResultSet result = statement.executeQuery()) {
				while (result.next()) {
					Map<String, Object> row = new LinkedHashMap<>();
					for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
						row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
					}
					rows.add(row);
				}
			}
			return rows;
		}
	}

	/** All of it, to compare with another time. */
	String content() {
		return this.facts + "\n" + this.log + "\n" + this.steps;
	}

	/** Expects every row to be what the log says it must be. */
	void assertWhole(String occasion) {
		Map<Object, List<Map<String, Object>>> byFact = by("fact_id");
		Set<Object> known = this.facts.stream().map((row) -> row.get("id")).collect(Collectors.toSet());
		assertThat(known).as("%s: rows of facts in the log", occasion).isEqualTo(byFact.keySet());
		for (Map<String, Object> row : this.facts) {
			List<Map<String, Object>> entries = byFact.get(row.get("id"));
			assertFact(occasion, row, entries.get(entries.size() - 1));
		}
		assertSingletons(occasion);
		assertSteps(occasion);
	}

	private void assertFact(String occasion, Map<String, Object> row, Map<String, Object> last) {
		assertThat(number(row, "version")).as("%s: version of %s after %s", occasion, row, last)
			.isEqualTo(number(last, "version"));
		assertThat(live(row)).as("%s: life of %s after %s", occasion, row, last)
			.isEqualTo(last.get("after_image") != null);
		if (live(row)) {
			StoredFact image = FactJson.read(String.valueOf(last.get("after_image")));
			assertThat(Payload.ofJson(String.valueOf(row.get("payload")))).as("%s: payload of %s", occasion, row)
				.isEqualTo(image.payload());
			assertThat(row.get("session_id")).as("%s: session of %s", occasion, row)
				.isEqualTo(Objects.requireNonNullElse(image.sessionId(), ""));
			assertThat(row.get("type")).as("%s: type of %s", occasion, row).isEqualTo(image.type());
		}
	}

	private void assertSingletons(String occasion) {
		Set<List<Object>> keys = new HashSet<>();
		for (Map<String, Object> row : this.facts) {
			if (live(row) && row.get("singleton_key") != null) {
				assertThat(keys.add(List.of(row.get("session_id"), row.get("type"), row.get("singleton_key"))))
					.as("%s: only %s", occasion, row)
					.isTrue();
			}
		}
	}

	private void assertSteps(String occasion) {
		Map<Object, List<Map<String, Object>>> byStep = by("step");
		Set<Object> counted = byStep.entrySet()
			.stream()
			.filter((entry) -> !UNCOUNTED.contains(String.valueOf(entry.getValue().get(0).get("operation"))))
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
		assertThat(this.steps.stream().map((row) -> row.get("step"))).as("%s: counted steps", occasion)
			.containsExactlyInAnyOrderElementsOf(counted);
		Map<Object, List<Map<String, Object>>> byReverted = by("reverts");
		for (Map<String, Object> step : this.steps) {
			List<Map<String, Object>> entries = byStep.get(step.get("step"));
			assertThat(number(step, "sequence")).as("%s: sequence of %s", occasion, step)
				.isEqualTo(number(entries.get(entries.size() - 1), "sequence"));
			assertThat(step.get("undone_at") != null).as("%s: whether %s is undone", occasion, step)
				.isEqualTo(undone(byReverted.get(step.get("step"))));
		}
	}

	private static boolean undone(List<Map<String, Object>> reverting) {
		return reverting != null && reverting.get(reverting.size() - 1).get("operation").equals("ROLLBACK");
	}

	private Map<Object, List<Map<String, Object>>> by(String column) {
		return this.log.stream()
			.filter((row) -> row.get(column) != null)
			.collect(Collectors.groupingBy((row) -> row.get(column)));
	}

	private static boolean live(Map<String, Object> row) {
		return Boolean.TRUE.equals(row.get("live")) || Integer.valueOf(1).equals(row.get("live"));
	}

	private static long number(Map<String, Object> row, String column) {
		return ((Number) row.get(column)).longValue();
	}

}
