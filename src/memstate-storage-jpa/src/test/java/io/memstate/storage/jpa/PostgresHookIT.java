package io.memstate.storage.jpa;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.memstate.Draft;
import io.memstate.HookMode;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.Precondition;
import io.memstate.storage.ReadingIntents;
import io.memstate.storage.Renewal;
import io.memstate.storage.Storage;
import io.memstate.storage.Unit;
import io.memstate.test.FaultyIndex;
import io.memstate.test.HookSafetyContractTests;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PostgresHookIT extends HookSafetyContractTests {

	private static Storage shared;

	@BeforeAll
	static void open() {
		shared = PostgresStorage.open(PostgresServer.url(), null, null).schema(PostgresServer.newSchema());
		shared.initialize();
	}

	@AfterAll
	static void close() {
		shared.close();
	}

	@Override
	protected Storage createStorage() {
		return shared;
	}

	@Override
	protected void closeStorage(Storage storage) {
		// shared by all tests
	}

	@Test
	void doesNotWaitForATransactionThatEndsALease() {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		try (PostgresStorage storage = PostgresStorage.using(dataSource).schema(PostgresServer.newSchema())) {
			storage.initialize();
			Intents intents = storage.intents();
			intents.lease(List.of(request("one", "a")));
			new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult((status) -> {
				storage.apply(end("one", "a"));
				List<LeaseResult> results = CompletableFuture
					.supplyAsync(() -> intents.lease(List.of(request("two", "a", "b"), request("three", "b", "c"))))
					.orTimeout(30, TimeUnit.SECONDS)
					.join();
				assertThat(results.get(0)).isInstanceOfSatisfying(LeaseResult.Busy.class,
						(busy) -> assertThat(busy.holders()).extracting(Intent::token).containsExactly("one"));
				assertThat(results.get(1)).isInstanceOf(LeaseResult.Leased.class);
				assertThat(CompletableFuture
					.supplyAsync(() -> Optional.ofNullable(
							((ReadingIntents) intents).leaseAndRead("n", "a", "four", Instant.now().plusSeconds(30))))
					.orTimeout(30, TimeUnit.SECONDS)
					.join()).isEmpty();
			});
			assertThat(intents.list(null, 10)).extracting(Intent::token).containsExactly("three", "three");
		}
	}

	@Test
	void takesNoLeaseFromATransactionThatCanNotSeeIt() {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		try (PostgresStorage storage = PostgresStorage.using(dataSource).schema(PostgresServer.newSchema())) {
			storage.initialize();
			Intents intents = storage.intents();
			AtomicReference<CompletableFuture<Renewal>> renewal = new AtomicReference<>();
			serializable(dataSource).executeWithoutResult((status) -> {
				storage.facts("n", List.of("a", "b"));
				intents.lease(List.of(request("one", "a")));
				intents.lease(List.of(request("two", "b")));
				intents.renew("n", "two", "other", Instant.EPOCH);
				assertThat(storage.apply(end("one", "a"))).isInstanceOf(ApplyResult.Applied.class);
				assertThat(storage.apply(end("two", "b"))).isInstanceOf(ApplyResult.Rejected.class);
				renewal.set(CompletableFuture.supplyAsync(() -> intents.renew("n", "one", "other", Instant.EPOCH)));
				assertThatThrownBy(() -> renewal.get().get(300, TimeUnit.MILLISECONDS))
					.isInstanceOf(TimeoutException.class);
			});
			renewal.get().orTimeout(30, TimeUnit.SECONDS).join();
		}
	}

	@Test
	void waitsForNoConnectionWhileItHoldsOffWhoMayHaveTheLastOne() {
		AtomicReference<Runnable> atConnection = new AtomicReference<>(() -> {
		});
		DataSource pool = new DelegatingDataSource(new WatchedDataSource(PostgresServer.dataSource(), 2, (sql) -> {
		})) {

			@Override
			public Connection getConnection() throws SQLException {
				atConnection.getAndSet(() -> {
				}).run();
				return super.getConnection();
			}

		};
		try (PostgresStorage storage = PostgresStorage.using(pool).schema(PostgresServer.newSchema())) {
			storage.initialize();
			Intents intents = storage.intents();
			serializable(pool).executeWithoutResult((status) -> {
				storage.facts("n", List.of("a"));
				intents.lease(List.of(request("one", "a")));
				atConnection
					.set(() -> CompletableFuture.supplyAsync(() -> intents.renew("n", "one", "other", Instant.EPOCH))
						.completeOnTimeout(null, 500, TimeUnit.MILLISECONDS)
						.join());
				assertThat(storage.apply(end("one", "a"))).isInstanceOf(ApplyResult.Rejected.class);
			});
		}
	}

	@Test
	void endsTheLeaseOfATransactionThatCanNotSeeIt() {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		try (PostgresStorage storage = PostgresStorage.using(dataSource).schema(PostgresServer.newSchema())) {
			storage.initialize();
			Intents intents = storage.intents();
			serializable(dataSource).executeWithoutResult((status) -> {
				storage.facts("n", List.of("a"));
				intents.lease(List.of(request("one", "a")));
				storage.apply(end("one", "a"));
				assertThat(intents.list(null, 10)).hasSize(1);
			});
			assertThat(intents.list(null, 10)).isEmpty();
			serializable(dataSource).executeWithoutResult((status) -> {
				storage.facts("n", List.of("a"));
				intents.lease(List.of(request("two", "a")));
				storage.apply(end("two", "a"));
				status.setRollbackOnly();
			});
			assertThat(intents.list(null, 10)).extracting(Intent::token).containsExactly("two");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "public", "elsewhere" })
	void waitsForTheApplicationsPoolOnlyIfThereIsNothingElse(String schema) throws SQLException {
		try (HikariDataSource known = new HikariDataSource()) {
			known.setDataSource(PostgresServer.dataSource());
			known.setMaximumPoolSize(1);
			known.setConnectionTimeout(1_000);
			PGSimpleDataSource beside = PostgresServer.dataSource();
			beside.setCurrentSchema(schema);
			try (PostgresStorage storage = PostgresStorage.using(unknown(known))
				.schema(PostgresServer.newSchema())
				.hookConnections(beside);
					MemoryStore memory = MemoryStore.builder(storage).hook(new QuietHook()).build()) {
				storage.initialize();
				memory.commit(Draft.of("note", Map.of()).id("n"));
				TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(known));
				ThrowingCallable write = () -> transaction
					.executeWithoutResult((status) -> memory.commit(Draft.of("note", Map.of()).id("m")));
				if (schema.equals("public")) {
					assertThatCode(write).doesNotThrowAnyException();
				}
				else {
					assertThatThrownBy(write).isInstanceOf(StorageException.class);
				}
			}
		}
	}

	@Test
	void leasesWithThePoolWhereTheConnectionsBesideLeadNowhere() {
		PGSimpleDataSource nowhere = PostgresServer.dataSource();
		nowhere.setPortNumbers(new int[] { 1 });
		try (PostgresStorage storage = PostgresStorage.using(unknown(PostgresServer.dataSource()))
			.schema(PostgresServer.newSchema())
			.hookConnections(nowhere)) {
			storage.initialize();
			assertThat(storage.intents().lease(List.of(request("one", "a"))).get(0))
				.isInstanceOf(LeaseResult.Leased.class);
		}
	}

	@Test
	void leasesBesideThePoolAtAnIsolationOfItsOwn() throws SQLException {
		String schema = PostgresServer.newSchema();
		DataSource pool = unknown(PostgresServer.dataSource());
		PGSimpleDataSource beside = PostgresServer.dataSource();
		beside.setOptions("-c default_transaction_isolation=serializable");
		try (PostgresStorage storage = PostgresStorage.using(pool).schema(schema).hookConnections(beside)) {
			storage.initialize();
			try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
				statement.execute("alter table " + schema
						+ ".memstate_intent add check (current_setting('transaction_isolation') = 'read committed')");
			}
			assertThat(storage.intents().lease(List.of(request("one", "a"))).get(0))
				.isInstanceOf(LeaseResult.Leased.class);
		}
	}

	@Test
	void tellsWhyALeaseFailedWhereItCanNotBeRolledBackEither() {
		BesidePool pool = new BesidePool(PostgresServer.dataSource(), null, (connection) -> true);
		assertThatThrownBy(() -> pool.write((connection) -> {
			connection.abort(Runnable::run);
			throw new SQLException("why");
		})).hasMessage("why").satisfies((ex) -> assertThat(ex.getSuppressed()).isNotEmpty());
	}

	@Test
	void followsAPoolWhoseUserIsChanged() throws Exception {
		String schema = PostgresServer.newSchema();
		String before = schema + "_before";
		String after = schema + "_after";
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		execute(dataSource, "create role " + before + " superuser login", "create role " + after + " superuser login");
		dataSource.setUser(null);
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setDataSource(dataSource);
			pool.setUsername(before);
			pool.setConnectionTimeout(1_000);
			try (PostgresStorage storage = PostgresStorage.using(pool).schema(schema)) {
				storage.initialize();
				storage.intents().lease(List.of(request("one", "a")));
				pool.getHikariConfigMXBean().setUsername(after);
				pool.getHikariPoolMXBean().softEvictConnections();
				execute(PostgresServer.dataSource(), "alter role " + before + " nologin",
						"select pg_terminate_backend(pid) from pg_stat_activity where usename = '" + before + "'");
				assertThat(leaseAfterFailures(storage, BesidePool.CONNECTIONS)).isInstanceOf(LeaseResult.Leased.class);
			}
		}
	}

	// a pool does not look whether a connection lives that was used just now, so each
	// that
	// was cut off may fail once
	private static LeaseResult leaseAfterFailures(Storage storage, int failures) {
		for (int i = 0; i < failures; i++) {
			try {
				return lease(storage, i);
			}
			catch (StorageException ex) {
				// the next one is another connection
			}
		}
		return lease(storage, failures);
	}

	private static LeaseResult lease(Storage storage, int attempt) {
		return ((HookStorage) storage).intents().lease(List.of(request("attempt " + attempt, "b" + attempt))).get(0);
	}

	private static void execute(DataSource dataSource, String... statements) throws SQLException {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	/** A pool of which nothing is known. */
	private static DataSource unknown(DataSource pool) {
		return new DelegatingDataSource(pool) {

			@Override
			public boolean isWrapperFor(Class<?> type) {
				return false;
			}

		};
	}

	private static TransactionTemplate serializable(DataSource dataSource) {
		TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		template.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		return template;
	}

	private static Unit end(String token, String factId) {
		return new Unit("n", List.of(new Precondition.LeaseHeld(token, Set.of(factId))), List.of(), List.of(), null,
				List.of(), Map.of());
	}

	@Test
	void doesNotWaitForWhoTakesOverWhatIsGivenBack() throws SQLException {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		String schema = PostgresServer.newSchema();
		try (PostgresStorage storage = PostgresStorage.using(dataSource).schema(schema)) {
			storage.initialize();
			Intents intents = storage.intents();
			for (String id : List.of("a", "b", "c")) {
				intents.lease(List.of(request("token of " + id, id)));
			}
			try (Connection other = dataSource.getConnection(); Statement statement = other.createStatement()) {
				other.setAutoCommit(false);
				String takeOver = "update " + schema + ".memstate_intent set token = 'other' where fact_id = ";
				statement.executeUpdate(takeOver + "'b'");
				CompletableFuture.runAsync(() -> intents.release("n", List.of("token of a", "token of b")))
					.orTimeout(30, TimeUnit.SECONDS)
					.join();
				statement.executeUpdate(takeOver + "'c'");
				other.commit();
			}
			assertThat(intents.list(null, 10)).extracting(Intent::factId).containsExactly("b", "c");
		}
	}

	@Test
	void waitsNoLongerThanAStatementMayTakeForALeaseThatIsNotCommitted() throws SQLException {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		String schema = PostgresServer.newSchema();
		try (PostgresStorage storage = PostgresStorage.using(dataSource)
			.schema(schema)
			.statementTimeout(Duration.ofSeconds(1))) {
			storage.initialize();
			try (Connection other = dataSource.getConnection(); Statement statement = other.createStatement()) {
				other.setAutoCommit(false);
				// as a process that is stopped, or cut off, while it leases
				statement.executeUpdate("insert into " + schema + ".memstate_intent (namespace, fact_id, token, "
						+ "until_at) values ('n', 'b', 'other', 0)");
				CompletableFuture<List<LeaseResult>> lease = CompletableFuture
					.supplyAsync(() -> storage.intents().lease(List.of(request("one", "a", "b"))));
				assertThatThrownBy(() -> lease.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(StorageException.class)
					.hasMessageContaining("took too long");
			}
			assertThat(storage.intents().list(null, 10)).isEmpty();
		}
	}

	@Test
	void goesOnInATransactionAfterALostLease() {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		try (PostgresStorage storage = PostgresStorage.using(dataSource).schema(PostgresServer.newSchema())) {
			storage.initialize();
			new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult((status) -> {
				Precondition lost = new Precondition.LeaseHeld("gone", Set.of("a"));
				assertThat(storage.apply(unit("a", lost))).isEqualTo(new ApplyResult.Rejected(List.of(lost)));
				assertThat(storage.apply(unit("b"))).isInstanceOf(ApplyResult.Applied.class);
			});
			assertThat(storage.facts(Facts.NAMESPACE, List.of("a", "b"))).containsOnlyKeys("b");
		}
	}

	private static Unit unit(String id, Precondition... more) {
		List<Precondition> preconditions = new ArrayList<>(List.of(more));
		preconditions.add(new Precondition.VersionIs(id, 0));
		return Facts.unit(preconditions, List.of(Facts.state(Facts.fact(id, "{}"), null)));
	}

	@Test
	void deliversFromAnOutboxWithAPoolOfOneConnection() {
		FaultyIndex index = new FaultyIndex("index");
		try (PostgresStorage storage = PostgresStorage
			.using(new WatchedDataSource(PostgresServer.dataSource(), 1, (sql) -> {
			}))
			.schema(PostgresServer.newSchema());
				MemoryStore store = MemoryStore.builder(storage).hook(index).hookMode(HookMode.OUTBOX).build()) {
			store.commit(Draft.of("note", Map.of("text", "1")));
			assertThat(store.hooks().deliver()).isEqualTo(1);
			assertThat(index.drift(store)).isZero();
		}
	}

	@Test
	void deliversNothingIfItLosesAnOutboxBeforeItHasFences() {
		String schema = PostgresServer.newSchema();
		Instant now = Instant.now();
		AtomicReference<Runnable> atFences = new AtomicReference<>(() -> {
		});
		List<OutboxClaim> others = new ArrayList<>();
		try (PostgresStorage other = PostgresStorage.using(PostgresServer.dataSource()).schema(schema);
				PostgresStorage storage = PostgresStorage
					.using(new WatchedDataSource(PostgresServer.dataSource(), 2, (sql) -> {
						if (sql.contains("generate_series")) {
							atFences.get().run();
						}
					}))
					.schema(schema)) {
			MemoryStore store = MemoryStore.builder(storage)
				.hook(new FaultyIndex("index"))
				.hookMode(HookMode.OUTBOX)
				.build();
			store.commit(Draft.of("note", Map.of("text", "1")));
			// as if it had paused for longer than its lease
			atFences.set(() -> others.add(other.outbox().claim("index", "other", now, now.plusSeconds(60), 10)));
			assertThat(storage.outbox().claim("index", "late", now, now, 10)).isNull();
			assertThat(others).singleElement().satisfies((claim) -> assertThat(claim.rows()).hasSize(1));
			assertThat(other.outbox().settle(others.get(0), others.get(0).rows(), List.of(), null)).isTrue();
		}
	}

	/**
	 * Gives out a few connections at a time, and tells of each statement before it is
	 * made.
	 */
	private static final class WatchedDataSource extends DelegatingDataSource {

		private final Semaphore free;

		private final Consumer<String> watcher;

		WatchedDataSource(DataSource dataSource, int connections, Consumer<String> watcher) {
			super(dataSource);
			this.free = new Semaphore(connections);
			this.watcher = watcher;
		}

		@Override
		public Connection getConnection() throws SQLException {
			try {
				if (!this.free.tryAcquire(2, TimeUnit.SECONDS)) {
					throw new SQLTransientConnectionException("No connection is free");
				}
			}
			catch (InterruptedException ex) {
				throw new SQLException(ex);
			}
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
					(proxy, method, arguments) -> {
						if (method.getName().equals("prepareStatement")) {
							this.watcher.accept((String) arguments[0]);
						}
						if (method.getName().equals("close")) {
							this.free.release();
						}
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					});
		}

	}

	private static LeaseRequest request(String token, String... ids) {
		return new LeaseRequest("n", token, Set.of(ids), Instant.now().plusSeconds(60), Set.of());
	}

}
