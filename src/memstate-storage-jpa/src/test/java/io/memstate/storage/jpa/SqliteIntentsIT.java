package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.Draft;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Precondition;
import io.memstate.storage.Unit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * When the file of the intents is written, and what the pool of the application does to
 * it.
 */
class SqliteIntentsIT {

	private static final String NAMESPACE = "default";

	@TempDir
	private Path directory;

	private SqliteStorage storage;

	@BeforeEach
	void open() {
		this.storage = SqliteStorage.open(this.directory.resolve("memstate.db"));
		this.storage.initialize();
	}

	@AfterEach
	void close() {
		this.storage.close();
	}

	@Test
	void endsALeaseSoonThoughNothingFollows() {
		lease(this.storage, "one", "a");
		assertThat(end("one", "a")).isInstanceOf(ApplyResult.Applied.class);
		await(() -> !isLeased());
	}

	@Test
	void endsALeaseWithTheStorage() {
		lease(this.storage, "one", "a");
		end("one", "a");
		this.storage.close();
		assertThat(isLeased()).isFalse();
	}

	@Test
	void endsALeaseThoughTheNextOneFails() throws Exception {
		lease(this.storage, "one", "a");
		execute("alter table memstate_fence rename to away");
		end("one", "a");
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> lease(this.storage, "two", "b"));
		execute("alter table away rename to memstate_fence");
		await(() -> !isLeased());
	}

	@Test
	void letsUnitsThatWaitGoFirst() throws Exception {
		try (HikariDataSource pool = new HikariDataSource(pool(10_000));
				SqliteStorage pooled = SqliteStorage.using(pool);
				Connection busy = connect("memstate.db");
				Statement statement = busy.createStatement()) {
			pooled.initialize();
			statement.execute("begin immediate");
			List<CompletableFuture<ApplyResult>> units = Stream.of("one", "other")
				.map((thread) -> CompletableFuture.supplyAsync(() -> apply(pooled, List.of()), SqliteIntentsIT::start))
				.toList();
			await(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() > 0);
			for (int i = 0; i < 20; i++) {
				long start = System.nanoTime();
				pooled.intents().awaitRequests();
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SqliteIntents.PATIENCE);
			}
			statement.execute("rollback");
			assertThat(units)
				.allSatisfy((CompletableFuture<ApplyResult> unit) -> assertThat(unit.get(10, TimeUnit.SECONDS))
					.isInstanceOf(ApplyResult.Applied.class));
		}
	}

	@Test
	void needsNoConnectionOfThePool() throws Exception {
		try (HikariDataSource pool = new HikariDataSource(pool(10_000));
				SqliteStorage pooled = SqliteStorage.using(pool)) {
			pooled.initialize();
			try (Connection last = pool.getConnection()) {
				assertThat(CompletableFuture.supplyAsync(() -> pooled.intents().list(null, 1)))
					.succeedsWithin(Duration.ofSeconds(5));
				assertThat(CompletableFuture.supplyAsync(() -> lease(pooled, "one", "a")))
					.succeedsWithin(Duration.ofSeconds(5));
			}
		}
	}

	@Test
	void tellsHooksOfATransactionOnTheLastConnectionWhileAnotherWriteWaits() throws Exception {
		HikariConfig config = pool(10_000);
		config.setConnectionTimeout(3_000);
		try (HikariDataSource pool = new HikariDataSource(config); SqliteStorage pooled = SqliteStorage.using(pool)) {
			pooled.initialize();
			TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
			try (MemoryStore memory = MemoryStore.builder(pooled).hook(new QuietHook()).build()) {
				CompletableFuture<Object> other = transaction.execute((status) -> {
					memory.commit(note());
					CompletableFuture<Object> write = CompletableFuture.supplyAsync(() -> memory.commit(note()));
					await(() -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() > 0);
					return write;
				});
				assertThat(other).succeedsWithin(Duration.ofSeconds(10));
				assertThat(memory.log(LogQuery.all())).hasSize(2);
			}
		}
	}

	// the driver leaves such a connection behind that commits each statement by itself
	@Test
	void writesNothingInATransactionThatCouldNotBegin() throws Exception {
		try (HikariDataSource pool = new HikariDataSource(pool(50)); SqliteStorage pooled = SqliteStorage.using(pool)) {
			pooled.initialize();
			TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
			QuietHook hook = new QuietHook();
			try (MemoryStore memory = MemoryStore.builder(pooled).hook(hook).build()) {
				try (Connection busy = connect("memstate.db"); Statement statement = busy.createStatement()) {
					statement.execute("begin immediate");
					assertThatExceptionOfType(TransactionException.class)
						.isThrownBy(() -> transaction.executeWithoutResult((status) -> memory.commit(note())));
					statement.execute("rollback");
				}
				assertThatExceptionOfType(RuntimeException.class)
					.isThrownBy(() -> transaction.executeWithoutResult((status) -> memory.commit(note())))
					.withStackTraceContaining("has not begun on its connection");
				assertThat(memory.log(LogQuery.all())).isEmpty();
				transaction.executeWithoutResult((status) -> memory.commit(note()));
				transaction.executeWithoutResult((status) -> {
					memory.commit(note());
					status.setRollbackOnly();
				});
				assertThat(memory.log(LogQuery.all())).hasSize(1);
			}
		}
	}

	private static Draft note() {
		return Draft.of("note", Map.of("text", "some"));
	}

	/** A pool of one connection. */
	private HikariConfig pool(int busyTimeout) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:sqlite:" + this.directory.resolve("memstate.db")
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=" + busyTimeout);
		config.setMaximumPoolSize(1);
		return config;
	}

	private static LeaseResult lease(SqliteStorage storage, String token, String id) {
		return storage.intents()
			.lease(List.of(new LeaseRequest(NAMESPACE, token, Set.of(id), Instant.now().plusSeconds(30), Set.of())))
			.get(0);
	}

	private ApplyResult end(String token, String id) {
		return apply(this.storage, List.of(new Precondition.LeaseHeld(token, Set.of(id))));
	}

	private static ApplyResult apply(SqliteStorage storage, List<Precondition> preconditions) {
		return storage.apply(new Unit(NAMESPACE, preconditions, List.of(), List.of(), null, List.of(), Map.of()));
	}

	// as another process finds it
	private boolean isLeased() {
		try (Connection connection = connect("memstate.db-hooks");
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select 1 from memstate_intent")) {
			return rows.next();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = connect("memstate.db-hooks"); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private Connection connect(String file) throws SQLException {
		return DriverManager.getConnection("jdbc:sqlite:" + this.directory.resolve(file) + "?busy_timeout=10000");
	}

	// the common pool has one thread for two tasks where there is one processor
	private static void start(Runnable task) {
		new Thread(task).start();
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).isLessThan(deadline);
			LockSupport.parkNanos(1_000_000);
		}
	}

}
