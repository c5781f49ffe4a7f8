package io.memstate.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import io.memstate.Draft;
import io.memstate.FactSchema;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;
import io.memstate.storage.jpa.SqliteStorage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.sqlite.SQLiteConfig;
import tools.jackson.databind.json.JsonMapper;

/**
 * How much slower a commit is than hand-written JDBC that runs the same statements, and
 * how much slower it gets as facts become more. SQLite with {@code synchronous=FULL},
 * PostgreSQL with {@code fsync} and {@code synchronous_commit}. Many short rounds of the
 * two alternate, so that other load on the machine meets both alike; the median of their
 * ratios counts.
 * <p>
 * The hand-written side has a connection of its own for each thread, on which everything
 * is prepared, with the settings of ours; it makes the same kind of ids and writes the
 * payload as JSON, too. Both begin with tables that hold facts and have statistics.
 */
public final class JdbcCommitBenchmark {

	// of both sides, as rows at the end of an index cost less than those in its middle
	private static final String NAMESPACE = "notes";

	private static final int ROUNDS = 60;

	private static final int COMMITS = 100;

	// of each side, so that both are compiled
	private static final int WARM_UP = 20_000;

	private static final Map<String, Object> PAYLOAD = Map.of("text", "prefers the window seat on long flights",
			"topic", "travel", "score", 12, "tags", List.of("seat", "flight"));

	private JdbcCommitBenchmark() {
	}

	/**
	 * Runs the benchmark.
	 * @param args {@code sqlite} or {@code postgres} for one of them, otherwise both
	 * @throws Exception if it could not be run
	 */
	public static void main(String[] args) throws Exception {
		List<String> wanted = (args.length > 0) ? Arrays.asList(args) : List.of("sqlite", "postgres");
		if (wanted.contains("sqlite")) {
			sqlite();
		}
		if (wanted.contains("postgres")) {
			postgres();
		}
	}

	private static void sqlite() throws Exception {
		Path directory = Files.createTempDirectory("memstate-benchmark");
		Path file = directory.resolve("memstate.db");
		try (Storage storage = SqliteStorage.open(file)) {
			storage.initialize();
			SQLiteConfig config = new SQLiteConfig();
			config.setJournalMode(SQLiteConfig.JournalMode.WAL);
			config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
			config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
			config.setBusyTimeout(10_000);
			config.setGetGeneratedKeys(false);
			prepare(storage);
			compare("SQLite, 1 thread", storage, 1,
					() -> new Statements(config.createConnection("jdbc:sqlite:" + file), false));
			growth("SQLite", storage);
		}
	}

	private static void postgres() throws Exception {
		try (EmbeddedPostgres server = EmbeddedPostgres.builder()
			.setServerConfig("fsync", "on")
			.setServerConfig("synchronous_commit", "on")
			.setServerConfig("shared_buffers", "256MB")
			.start()) {
			String url = server.getJdbcUrl("postgres", "postgres");
			try (Storage storage = PostgresStorage.open(url, null, null)) {
				storage.initialize();
				prepare(storage);
				try (Connection connection = DriverManager.getConnection(url);
						Statement statement = connection.createStatement()) {
					statement.execute("vacuum analyze");
				}
				for (int threads : new int[] { 1, 8 }) {
					compare("PostgreSQL, " + threads + " thread(s), statement by statement", storage, threads,
							() -> new Statements(DriverManager.getConnection(url), true));
					compare("PostgreSQL, " + threads + " thread(s), one statement", storage, threads,
							() -> new OneStatement(DriverManager.getConnection(url)));
				}
				growth("PostgreSQL", storage);
			}
		}
	}

	private static void prepare(Storage storage) {
		try (MemoryStore store = store(storage)) {
			fill(store, 1_000);
		}
	}

	private static void compare(String name, Storage storage, int threads, Connector connector) throws Exception {
		try (MemoryStore store = store(storage)) {
			List<HandWritten> writers = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				writers.add(connector.connect());
			}
			List<Double> ratios = new ArrayList<>();
			List<Double> rates = new ArrayList<>();
			List<Double> rawRates = new ArrayList<>();
			for (int round = -WARM_UP / COMMITS / threads; round < ROUNDS; round++) {
				double raw = rate(threads, COMMITS, (thread) -> writers.get(thread).commit());
				double rate = rate(threads, COMMITS, (thread) -> store.commit(Draft.of("note", PAYLOAD)));
				if (round >= 0) {
					ratios.add(rate / raw);
					rates.add(rate);
					rawRates.add(raw);
				}
			}
			for (HandWritten writer : writers) {
				writer.close();
			}
			print("%s: %.0f commits/s, hand-written JDBC %.0f/s, ratio %.2f (half of the rounds %.2f to %.2f)", name,
					median(rates), median(rawRates), median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75));
		}
	}

	private static void growth(String name, Storage storage) throws Exception {
		try (MemoryStore small = store(storage).namespace("small");
				MemoryStore large = store(storage).namespace("large")) {
			fill(small, 1_000);
			fill(large, 100_000);
			for (String type : List.of("note", "preference")) {
				List<Double> ratios = new ArrayList<>();
				for (int round = -3; round < ROUNDS / 2; round++) {
					double few = rate(1, COMMITS, (thread) -> small.commit(draft(type)));
					double many = rate(1, COMMITS, (thread) -> large.commit(draft(type)));
					if (round >= 0) {
						ratios.add(few / many);
					}
				}
				print("%s: a commit of a %s at 100,000 facts costs %.2f times one at 1,000 (half of the rounds %.2f to %.2f)",
						name, type, median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75));
			}
		}
	}

	private static Draft draft(String type) {
		return type.equals("note") ? Draft.of("note", PAYLOAD)
				: Draft.of("preference", Map.of("role", UUID.randomUUID().toString(), "value", "dark"));
	}

	private static void fill(MemoryStore store, int facts) {
		for (int done = 0; done < facts; done += 1000) {
			List<Draft> drafts = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				drafts.add(draft((i % 2 == 0) ? "note" : "preference"));
			}
			store.commitAll(drafts, io.memstate.Change.by("benchmark"));
		}
	}

	private static MemoryStore store(Storage storage) {
		return MemoryStore.builder(storage)
			.namespace(NAMESPACE)
			.schema(FactSchema.of("preference").singleton("role"))
			.build();
	}

	private static double rate(int threads, int commits, Work work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			long start = System.nanoTime();
			List<Future<?>> running = new ArrayList<>();
			for (int t = 0; t < threads; t++) {
				int thread = t;
				running.add(executor.submit(() -> {
					for (int i = 0; i < commits; i++) {
						work.run(thread);
					}
					return null;
				}));
			}
			for (Future<?> each : running) {
				each.get();
			}
			return threads * commits * 1e9 / (System.nanoTime() - start);
		}
		finally {
			executor.shutdown();
		}
	}

	private static double median(List<Double> values) {
		return quantile(values, 0.5);
	}

	private static double quantile(List<Double> values, double part) {
		return values.stream().sorted().skip((long) (values.size() * part)).findFirst().get();
	}

	private static void print(String format, Object... values) {
		System.out.printf(Locale.ROOT, format + "%n", values);
	}

	/** What is measured. */
	@FunctionalInterface
	private interface Work {

		void run(int thread) throws SQLException;

	}

	/** Connects the hand-written side. */
	@FunctionalInterface
	private interface Connector {

		HandWritten connect() throws SQLException;

	}

	/** A commit by hand, on a connection of its own. */
	private abstract static class HandWritten implements AutoCloseable {

		private static final JsonMapper JSON = new JsonMapper();

		private static final NoArgGenerator IDS = Generators.timeBasedEpochGenerator();

		private final Connection connection;

		HandWritten(Connection connection) {
			this.connection = connection;
		}

		Connection connection() {
			return this.connection;
		}

		PreparedStatement prepare(String sql) throws SQLException {
			return this.connection.prepareStatement(sql);
		}

		void commit() throws SQLException {
			String id = IDS.generate().toString();
			long now = System.currentTimeMillis() * 1000;
			String payload = JSON.writeValueAsString(PAYLOAD);
			String image = "{\"format\":1,\"namespace\":\"" + NAMESPACE + "\",\"id\":\"" + id
					+ "\",\"type\":\"note\",\"version\":1," + "\"createdAt\":" + now + ",\"updatedAt\":" + now
					+ ",\"payload\":" + payload + "}";
			commit(id, IDS.generate().toString(), payload, image, now);
		}

		abstract void commit(String id, String step, String payload, String image, long now) throws SQLException;

		static long query(PreparedStatement statement, Object... parameters) throws SQLException {
			bind(statement, parameters);
			try (ResultSet rows = statement.executeQuery()) {
				return (rows.next() && rows.getObject(1) instanceof Number number) ? number.longValue() : 0;
			}
		}

		static void update(PreparedStatement statement, Object... parameters) throws SQLException {
			bind(statement, parameters);
			statement.executeUpdate();
		}

		private static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
			for (int i = 0; i < parameters.length; i++) {
				statement.setObject(i + 1, parameters[i]);
			}
		}

		@Override
		public void close() throws SQLException {
			this.connection.close();
		}

	}

	/** One statement after the other, in a transaction. */
	private static final class Statements extends HandWritten {

		private final boolean postgres;

		private final PreparedStatement begin;

		private final PreparedStatement version;

		private final PreparedStatement keyFields;

		private final PreparedStatement fact;

		private final PreparedStatement entry;

		private final PreparedStatement step;

		private final PreparedStatement commit;

		Statements(Connection connection, boolean postgres) throws SQLException {
			super(connection);
			this.postgres = postgres;
			this.begin = prepare("begin immediate");
			this.version = prepare("select version from memstate_fact where namespace = ? and id = ?"
					+ (postgres ? " for update" : ""));
			this.keyFields = prepare("select key_fields from memstate_type where namespace = ? and type = ?"
					+ (postgres ? " for key share" : ""));
			this.fact = prepare("insert into memstate_fact (namespace, id, version, shows, live, type, session_id, "
					+ "payload, ephemeral, created_at, updated_at, format) values (?, ?, ?, ?, ?, ?, ?, "
					+ (postgres ? "cast(? as jsonb)" : "?") + ", ?, ?, ?, 1)");
			this.entry = prepare("insert into memstate_log (namespace, step, operation, fact_id, after_image, "
					+ "version, logged_at, format) values (?, ?, ?, ?, ?, ?, ?, 1) returning sequence");
			this.step = prepare("insert into memstate_step (namespace, step, long_term, sequence) "
					+ "values (?, ?, ?, ?) on conflict (namespace, step) do update set sequence = excluded.sequence");
			this.commit = prepare("commit");
			connection.setAutoCommit(!postgres);
		}

		@Override
		void commit(String id, String stepId, String payload, String image, long now) throws SQLException {
			if (!this.postgres) {
				this.begin.execute();
			}
			query(this.version, NAMESPACE, id);
			query(this.keyFields, NAMESPACE, "note");
			update(this.fact, NAMESPACE, id, 1L, stepId, true, "note", "", payload, false, now, now);
			long sequence = query(this.entry, NAMESPACE, stepId, "COMMIT", id, image, 1L, now);
			update(this.step, NAMESPACE, stepId, 1, sequence);
			if (this.postgres) {
				connection().commit();
			}
			else {
				this.commit.execute();
			}
		}

	}

	/** All in one statement, which is a transaction by itself, as MemState does it. */
	private static final class OneStatement extends HandWritten {

		private final PreparedStatement statement;

		OneStatement(Connection connection) throws SQLException {
			super(connection);
			this.statement = prepare("with fields as materialized (select 1 from memstate_type where namespace = ? "
					+ "and type = ? and key_fields = ? for key share), "
					+ "fact as (insert into memstate_fact (namespace, id, version, shows, live, type, session_id, "
					+ "payload, ephemeral, created_at, updated_at, format) select ?, ?, ?, ?, ?, ?, ?, "
					+ "cast(? as jsonb), ?, ?, ?, 1 from fields on conflict (namespace, id) do nothing returning 1), "
					+ "entry as (insert into memstate_log (namespace, step, operation, fact_id, after_image, version, "
					+ "logged_at, format) select ?, ?, ?, ?, ?, ?, ?, 1 from fact returning sequence), "
					+ "step as (insert into memstate_step as s (namespace, step, long_term, sequence) "
					+ "select ?, ?, ?, sequence from entry on conflict (namespace, step) do update "
					+ "set sequence = excluded.sequence where s.sequence < excluded.sequence) "
					+ "select sequence from entry");
		}

		@Override
		void commit(String id, String step, String payload, String image, long now) throws SQLException {
			long sequence = query(this.statement, NAMESPACE, "note", "[]", NAMESPACE, id, 1L, step, true, "note", "",
					payload, false, now, now, NAMESPACE, step, "COMMIT", id, image, 1L, now, NAMESPACE, step, 1);
			if (sequence == 0) {
				throw new IllegalStateException("Nothing was written");
			}
		}

	}

}
