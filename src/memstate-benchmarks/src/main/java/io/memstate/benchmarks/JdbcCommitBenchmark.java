package io.memstate.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

import io.memstate.Draft;
import io.memstate.FactSchema;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;
import io.memstate.storage.jpa.SqliteStorage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.sqlite.SQLiteConfig;

/**
 * How much slower a commit is than hand-written JDBC that runs the same statements, and
 * how much slower it gets as facts become more. SQLite with {@code synchronous=FULL},
 * PostgreSQL with {@code fsync} and {@code synchronous_commit}. Many short rounds of the
 * two alternate, so that other load on the machine meets both alike; the median of their
 * ratios counts.
 */
public final class JdbcCommitBenchmark {

	private static final int ROUNDS = 60;

	private static final int WARM_UP = 30;

	private static final int COMMITS = 100;

	private static final Map<String, Object> PAYLOAD = Map.of("text", "prefers the window seat on long flights",
			"topic", "travel", "score", 12, "tags", List.of("seat", "flight"));

	private static final String JSON = "{\"score\":12,\"tags\":[\"seat\",\"flight\"],"
			+ "\"text\":\"prefers the window seat on long flights\",\"topic\":\"travel\"}";

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
			compare("SQLite, 1 thread", storage, 1, (thread) -> {
				try {
					return new HandWritten(config.createConnection("jdbc:sqlite:" + file), false);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
			});
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
				for (int threads : new int[] { 1, 8 }) {
					compare("PostgreSQL, " + threads + " thread(s)", storage, threads, (thread) -> {
						try {
							return new HandWritten(DriverManager.getConnection(url), true);
						}
						catch (SQLException ex) {
							throw new IllegalStateException(ex);
						}
					});
				}
				growth("PostgreSQL", storage);
			}
		}
	}

	private static void compare(String name, Storage storage, int threads, IntFunction<HandWritten> handWritten)
			throws Exception {
		try (MemoryStore store = store(storage)) {
			List<HandWritten> writers = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				writers.add(handWritten.apply(i));
			}
			List<Double> ratios = new ArrayList<>();
			List<Double> rates = new ArrayList<>();
			List<Double> rawRates = new ArrayList<>();
			for (int round = -WARM_UP; round < ROUNDS; round++) {
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
				for (int round = -WARM_UP / 10; round < ROUNDS / 2; round++) {
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
		return MemoryStore.builder(storage).schema(FactSchema.of("preference").singleton("role")).build();
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

	/** The statements of a commit, prepared once, on a connection of their own. */
	private static final class HandWritten implements AutoCloseable {

		private final Connection connection;

		private final boolean postgres;

		private final PreparedStatement version;

		private final PreparedStatement keyFields;

		private final PreparedStatement fact;

		private final PreparedStatement entry;

		private final PreparedStatement step;

		HandWritten(Connection connection, boolean postgres) throws SQLException {
			this.connection = connection;
			this.postgres = postgres;
			this.version = connection
				.prepareStatement("select version from memstate_fact where namespace = ? and id = ?"
						+ (postgres ? " for update" : ""));
			this.keyFields = connection.prepareStatement("select key_fields from memstate_type where namespace = ? "
					+ "and type = ?" + (postgres ? " for key share" : ""));
			this.fact = connection
				.prepareStatement("insert into memstate_fact (namespace, id, version, shows, live, type, "
						+ "session_id, payload, ephemeral, created_at, updated_at, format) values (?, ?, ?, ?, ?, ?, ?, "
						+ (postgres ? "cast(? as jsonb)" : "?") + ", ?, ?, ?, 1)");
			this.entry = connection.prepareStatement("insert into memstate_log (namespace, step, operation, fact_id, "
					+ "after_image, version, logged_at, format) values (?, ?, ?, ?, ?, ?, ?, 1) returning sequence");
			this.step = connection.prepareStatement("insert into memstate_step (namespace, step, long_term, sequence) "
					+ "values (?, ?, ?, ?) on conflict (namespace, step) do update set sequence = excluded.sequence");
		}

		void commit() throws SQLException {
			String id = UUID.randomUUID().toString();
			String stepId = UUID.randomUUID().toString();
			long now = System.currentTimeMillis() * 1000;
			begin();
			query(this.version, "hand", id);
			query(this.keyFields, "hand", "note");
			update(this.fact, "hand", id, 1L, stepId, true, "note", "", JSON, false, now, now);
			long sequence = query(this.entry, "hand", stepId, "COMMIT", id,
					"{\"format\":1,\"namespace\":\"hand\",\"id\":\"" + id + "\",\"type\":\"note\",\"version\":1,"
							+ "\"createdAt\":" + now + ",\"updatedAt\":" + now + ",\"payload\":" + JSON + "}",
					1L, now);
			update(this.step, "hand", stepId, 1, sequence);
			end();
		}

		private void begin() throws SQLException {
			if (this.postgres) {
				this.connection.setAutoCommit(false);
			}
			else {
				execute("begin immediate");
			}
		}

		private void end() throws SQLException {
			if (this.postgres) {
				this.connection.commit();
			}
			else {
				execute("commit");
			}
		}

		private void execute(String sql) throws SQLException {
			try (java.sql.Statement statement = this.connection.createStatement()) {
				statement.execute(sql);
			}
		}

		private static long query(PreparedStatement statement, Object... parameters) throws SQLException {
			bind(statement, parameters);
			try (ResultSet rows = statement.executeQuery()) {
				return (rows.next() && rows.getObject(1) instanceof Number number) ? number.longValue() : 0;
			}
		}

		private static void update(PreparedStatement statement, Object... parameters) throws SQLException {
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

}
