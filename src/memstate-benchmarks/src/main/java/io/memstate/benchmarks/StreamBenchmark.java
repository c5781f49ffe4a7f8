package io.memstate.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.stream.Stream;

import io.memstate.Direction;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;
import io.memstate.storage.jpa.SqliteStorage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * Streams a million facts, to be run with {@code -Xmx64m}: in the order of creation, and
 * sorted by a value of the payload.
 */
public final class StreamBenchmark {

	private static final int FACTS = 1_000_000;

	private static final String COLUMNS = "insert into memstate_fact (namespace, id, version, live, type, session_id, "
			+ "payload, ephemeral, created_at, updated_at, format) ";

	private StreamBenchmark() {
	}

	/* In a process of its own. */
	static void inSmallHeap() throws Exception {
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx64m", StreamBenchmark.class.getName());
		builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
		int code = builder.inheritIO().start().waitFor();
		if (code != 0) {
			throw new IllegalStateException("The process ended with " + code);
		}
	}

	/**
	 * Runs the benchmark.
	 * @param args none
	 * @throws Exception if it could not be run
	 */
	public static void main(String[] args) throws Exception {
		Path file = Files.createTempDirectory("memstate-benchmark").resolve("memstate.db");
		try (Storage storage = SqliteStorage.open(file)) {
			storage.initialize();
			fill("jdbc:sqlite:" + file,
					COLUMNS + "with recursive s(i) as (select 1 union all select i + 1 from s where i < " + FACTS
							+ ") select 'default', printf('%08d', i), 1, 1, 'note', '', json_object('rank', i * 7919 % "
							+ FACTS + ", 'text', 'some text that is not too short'), 0, i, i, 1 from s");
			stream("SQLite", storage);
		}
		try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
			String url = server.getJdbcUrl("postgres", "postgres");
			try (Storage storage = PostgresStorage.open(url, null, null)) {
				storage.initialize();
				fill(url, COLUMNS
						+ "select 'default', lpad(i::text, 8, '0'), 1, true, 'note', '', jsonb_build_object('rank', "
						+ "i::bigint * 7919 % " + FACTS
						+ ", 'text', 'some text that is not too short'), false, i, i, 1 from generate_series(1, "
						+ FACTS + ") i");
				stream("PostgreSQL", storage);
			}
		}
	}

	private static void fill(String url, String sql) throws SQLException {
		try (Connection connection = DriverManager.getConnection(url);
				Statement statement = connection.createStatement()) {
			statement.executeUpdate(sql);
		}
	}

	private static void stream(String name, Storage storage) {
		try (MemoryStore store = MemoryStore.builder(storage).build()) {
			count(name + ", in order of creation", store, FactQuery.all());
			count(name + ", by a value, the highest first", store, FactQuery.all().orderBy("rank", Direction.DESC));
		}
	}

	private static void count(String title, MemoryStore store, FactQuery query) {
		long start = System.nanoTime();
		long count;
		try (Stream<Fact> facts = store.stream(query)) {
			count = facts.count();
		}
		System.out.printf(Locale.ROOT, "%s: %,d facts in %.1f s with a heap of %d MB%n", title, count,
				(System.nanoTime() - start) / 1e9, Runtime.getRuntime().maxMemory() >> 20);
	}

}
