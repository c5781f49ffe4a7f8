package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.memstate.StorageException;
import io.memstate.storage.FactAddress;
import io.memstate.storage.Intent;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Path;
import io.memstate.storage.Precondition;
import io.memstate.storage.Renewal;
import io.memstate.storage.TransactionalStorage.CallerTransaction;
import io.memstate.storage.TransactionalStorage.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.sqlite.SQLiteConfig;

/**
 * Intents in a file beside the database: they must be committed while a transaction of
 * the caller holds the only write lock of the database.
 * <p>
 * A lease that is free is taken in that file alone. What takes a lease from another token
 * holds the write lock of the database meanwhile, and so does a unit between looking
 * whether its lease is still its own and its commit: so no unit is committed whose lease
 * was taken from it. The end of a lease is written after the commit, with the next lease
 * or a moment later; if the process dies between, the intent is recovered, which does no
 * harm.
 */
final class SqliteIntents implements JpaIntents {

	private static final Logger logger = LoggerFactory.getLogger(SqliteIntents.class);

	// how long units that wait go before a lease
	static final Duration PATIENCE = Duration.ofMillis(5);

	private static final Duration PAUSE = Duration.ofNanos(150_000);

	// how long the end of a lease waits for the next lease
	private static final Duration SOON = Duration.ofMillis(5);

	private final Connections connections;

	private final Supplier<@Nullable CallerTransaction> transactions;

	private final IntentStatements statements;

	private final JdbcSettings settings;

	private final Function<Exception, StorageException> failures;

	private final ReentrantLock lock = new ReentrantLock();

	private final ReentrantLock readLock = new ReentrantLock();

	// the ends of leases that are still to be written
	private final Queue<FactAddress> ended = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean ending = new AtomicBoolean();

	private final ScheduledExecutorService scheduler;

	private final String nextFences;

	private final String mark;

	private @Nullable Connection writer;

	private @Nullable Connection reader;

	private volatile @Nullable String file;

	private volatile boolean closed;

	SqliteIntents(Database database, JdbcSettings settings, Connections connections,
			Supplier<@Nullable CallerTransaction> transactions, Function<Exception, StorageException> failures) {
		this.connections = connections;
		this.transactions = transactions;
		this.statements = new IntentStatements(database, settings);
		this.settings = settings;
		this.failures = failures;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("memstate-sqlite-hooks-");
		threads.setDaemon(true);
		// what ends after the storage is closed runs out
		this.scheduler = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
		this.mark = settings.tables()
			.sql("insert into memstate_meta (name, value) values ('lease-taken-over', ?) "
					+ "on conflict (name) do update set value = excluded.value");
		this.nextFences = settings.tables()
			.sql("insert into memstate_fence (id, value) values (1, ?1 + ?2) "
					+ "on conflict (id) do update set value = max(value, ?1) + ?2 returning value");
	}

	private Connection writer() throws SQLException {
		if (this.writer == null) {
			Connection connection = open(false);
			try (Statement statement = connection.createStatement()) {
				statement.execute(this.settings.tables()
					.sql("create table if not exists memstate_intent (namespace text not null, fact_id text not null, "
							+ "token text not null, until_at integer not null, primary key (namespace, fact_id)) "
							+ "without rowid"));
				statement.execute(this.settings.tables()
					.sql("create index if not exists memstate_intent_by_token on memstate_intent (namespace, token)"));
				statement.execute(this.settings.tables()
					.sql("create table if not exists memstate_fence (id integer primary key, value integer not null)"));
			}
			catch (SQLException ex) {
				connection.close();
				throw ex;
			}
			this.writer = connection;
		}
		return this.writer;
	}

	private Connection reader() throws SQLException {
		if (this.reader == null) {
			this.reader = open(true);
		}
		return this.reader;
	}

	private Connection open(boolean reading) throws SQLException {
		SQLiteConfig config = new SQLiteConfig();
		config.setBusyTimeout(Math.toIntExact(this.settings.connectionTimeout().toMillis()));
		if (!reading) {
			config.setJournalMode(SQLiteConfig.JournalMode.WAL);
			config.setSynchronous(SQLiteConfig.SynchronousMode.valueOf(this.settings.synchronous().name()));
		}
		return SqliteFiles.connect(config, "jdbc:sqlite:" + (isInMemory() ? ":memory:" : this.file + "-hooks"),
				this.settings.connectionTimeout());
	}

	private boolean isInMemory() {
		return this.file == null || this.file.isEmpty();
	}

	@Override
	public void prepare(Connection connection) throws SQLException {
		this.file = file(connection);
	}

	private static StorageException closed() {
		return new StorageException("The storage is closed; close it last, or make a new one");
	}

	// empty for a database in memory, which no other process shares
	private static String file(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select file from pragma_database_list where name = 'main'")) {
			return (row.next() && row.getString(1) != null) ? row.getString(1) : "";
		}
	}

	/** Runs work in a transaction of the file. */
	private <R> R write(SqlWork<R> work) throws SQLException {
		this.lock.lock();
		try {
			if (this.closed) {
				throw closed();
			}
			Connection connection = writer();
			execute(connection, "begin immediate");
			List<FactAddress> ends = new ArrayList<>();
			try {
				for (FactAddress lease = this.ended.poll(); lease != null; lease = this.ended.poll()) {
					ends.add(lease);
					this.statements.release(connection, lease.namespace(), lease.factId());
				}
				R result = work.run(connection);
				execute(connection, "commit");
				return result;
			}
			catch (SQLException | RuntimeException | Error ex) {
				this.ended.addAll(ends);
				endSoon();
				rollback(connection, ex);
				throw ex;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void rollback(Connection connection, Throwable failure) {
		try {
			execute(connection, "rollback");
		}
		catch (SQLException ex) {
			// after some failures, as that of a full disk, SQLite has done so by itself
			failure.addSuppressed(ex);
		}
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		SqliteConnections.of(connection).execute(sql);
	}

	private <R> R attempt(SqlCall<R> call) {
		try {
			return call.run();
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
	}

	private long[] fences(Connection connection, int count) throws SQLException {
		long[] fences = new long[count];
		Exchange exchange = new SqliteExchange();
		exchange.query(this.nextFences, (row) -> {
			long last = row.getLong(1);
			Arrays.setAll(fences, (i) -> last - count + 1 + i);
		}, Path.micros(Instant.now()), count);
		exchange.run(connection);
		return fences;
	}

	@Override
	public long[] fences(int count) {
		return attempt(() -> write((connection) -> fences(connection, count)));
	}

	@Override
	public List<LeaseResult> lease(List<LeaseRequest> requests) {
		boolean replaces = requests.stream().anyMatch((request) -> !request.replaces().isEmpty());
		return attempt(() -> {
			try {
				return replaces ? lockingOut(() -> write((connection) -> lease(connection, requests)))
						: write((connection) -> lease(connection, requests));
			}
			catch (IntentStatements.LeaseLostException ex) {
				return List.of(new LeaseResult.Busy(List.of()));
			}
		});
	}

	/**
	 * {@inheritDoc} That is a moment at most, while units wait for the database, as the
	 * unit of a lease would wait behind them anyway; each write of this file makes those
	 * of the database slower.
	 */
	@Override
	public void awaitRequests() {
		if (this.transactions.get() != null
				|| !(this.connections.pools().writer() instanceof HikariDataSource writer)) {
			return;
		}
		HikariPoolMXBean pool = writer.getHikariPoolMXBean();
		long start = System.nanoTime();
		while (pool != null && pool.getThreadsAwaitingConnection() > 0
				&& System.nanoTime() - start < PATIENCE.toNanos()) {
			LockSupport.parkNanos(PAUSE.toNanos());
		}
	}

	private List<LeaseResult> lease(Connection connection, List<LeaseRequest> requests) throws SQLException {
		List<@Nullable List<Intent>> answers = this.statements.lease(connection, requests);
		boolean granted = answers.stream().anyMatch((holders) -> holders == null);
		return IntentStatements.results(answers, granted ? fences(connection, 1)[0] : 0);
	}

	/**
	 * Runs something while no unit can be committed but the calling thread's own. It
	 * comes with a write: a unit whose process died while it was being committed may be
	 * in the log of the database and yet be invisible, until the next write overwrites it
	 * or the next start recovers it. From then on it is the one or the other.
	 */
	private <R> R lockingOut(SqlCall<R> call) throws SQLException {
		return this.connections.write((connection) -> {
			try (PreparedStatement statement = connection.prepareStatement(this.mark)) {
				statement.setString(1, Long.toString(Path.micros(Instant.now())));
				statement.executeUpdate();
			}
			return call.run();
		}, (result) -> true);
	}

	@Override
	public Renewal renew(String namespace, String token, String newToken, Instant until) {
		SqlCall<Renewal> renewal = () -> write((connection) -> {
			Set<String> ids = this.statements.renew(connection, namespace, token, newToken, until);
			return new Renewal(fences(connection, 1)[0], ids);
		});
		return attempt(() -> token.equals(newToken) ? renewal.run() : lockingOut(renewal));
	}

	@Override
	public void release(String namespace, String token) {
		attempt(() -> write((connection) -> this.statements.release(connection, namespace, token)));
	}

	@Override
	public void release(String namespace, Collection<String> tokens) {
		attempt(() -> write((connection) -> {
			for (String token : tokens) {
				this.statements.release(connection, namespace, token);
			}
			return true;
		}));
	}

	@Override
	public List<Intent> list(@Nullable FactAddress after, int limit) {
		return attempt(() -> write((connection) -> this.statements.list(connection, after, limit)));
	}

	@Override
	public void end(Exchange exchange, String namespace, Precondition.LeaseHeld lease, Set<String> leased) {
		// another file
	}

	// not behind those who write, as it would hold up the units
	@Override
	public void look(Connection connection, String namespace, Precondition.LeaseHeld lease, Set<String> leased)
			throws SQLException {
		ReentrantLock lock = isInMemory() ? this.lock : this.readLock;
		lock.lock();
		try {
			leased.addAll(this.statements.held(isInMemory() ? writer() : reader(), namespace, lease.token()));
		}
		finally {
			lock.unlock();
		}
	}

	/**
	 * {@inheritDoc} That is written with the next lease, or in a moment.
	 */
	@Override
	public void ended(String namespace, String token) {
		CallerTransaction transaction = this.transactions.get();
		if (transaction == null) {
			end(namespace, token);
			return;
		}
		transaction.afterCompletion((outcome) -> {
			if (outcome == Outcome.COMMITTED) {
				end(namespace, token);
			}
		});
	}

	private void end(String namespace, String token) {
		this.ended.add(new FactAddress(namespace, token));
		endSoon();
	}

	/**
	 * Writes the ends of leases in a moment, unless the next lease has done so by then.
	 */
	private void endSoon() {
		if (!this.ending.compareAndSet(false, true)) {
			return;
		}
		FactAddress first = this.ended.peek();
		this.scheduler.schedule(() -> {
			this.ending.set(false);
			if (Objects.equals(this.ended.peek(), first)) {
				writeEnds();
			}
			else if (!this.ended.isEmpty()) {
				endSoon();
			}
		}, SOON.toMillis(), TimeUnit.MILLISECONDS);
	}

	// what is lost of it by a power cut is recovered
	private void writeEnds() {
		this.lock.lock();
		try {
			if (this.ended.isEmpty() || this.closed) {
				return;
			}
			synchronous(SqliteStorage.Synchronous.NORMAL);
			try {
				write((connection) -> true);
			}
			finally {
				synchronous(this.settings.synchronous());
			}
		}
		catch (SQLException | RuntimeException ex) {
			// the units are committed all the same
			logger.warn("Could not end {} leases of facts; they will run out and be recovered", this.ended.size(), ex);
			this.ended.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

	// takes effect when it is prepared
	private void synchronous(SqliteStorage.Synchronous synchronous) throws SQLException {
		try (Statement statement = writer().createStatement()) {
			statement.execute("pragma synchronous = " + synchronous);
		}
	}

	@Override
	public void close() {
		this.scheduler.shutdownNow();
		this.lock.lock();
		writeEnds();
		this.closed = true;
		this.readLock.lock();
		try (Connection writing = this.writer; Connection reading = this.reader) {
			this.writer = null;
			this.reader = null;
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
		finally {
			this.readLock.unlock();
			this.lock.unlock();
		}
	}

	/**
	 * What is attempted.
	 *
	 * @param <R> the result
	 */
	@FunctionalInterface
	private interface SqlCall<R> {

		R run() throws SQLException;

	}

}
