package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.memstate.StorageException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Finds the connection to work on: that of the caller's transaction where it uses the
 * same {@code DataSource}, otherwise one of the pool with a transaction of its own.
 */
final class Connections implements AutoCloseable {

	private final Database database;

	private final Pools pools;

	private final AfterCommit afterCommit = new AfterCommit();

	Connections(Database database, Pools pools) {
		this.database = database;
		this.pools = pools;
	}

	Pools pools() {
		return this.pools;
	}

	/**
	 * The {@code DataSource} under which the caller's transaction has bound a connection
	 * of this storage.
	 * @return null if there is no transaction to take part in
	 */
	@Nullable DataSource joined() {
		return TransactionSynchronizationManager.isSynchronizationActive() && !hasEnded() ? bound() : null;
	}

	/**
	 * Whether the caller's transaction has ended, but not yet given up its connection.
	 * What is written then is a transaction of its own on it.
	 * @return true if there is such a transaction
	 */
	boolean hasEnded() {
		return bound() != null
				&& (!TransactionSynchronizationManager.isSynchronizationActive() || this.afterCommit.isRunning());
	}

	private @Nullable DataSource bound() {
		DataSource shared = this.pools.shared();
		if (shared == null || !TransactionSynchronizationManager.isActualTransactionActive()) {
			return null;
		}
		DataSource target = target(shared);
		// a copy, as looking whether the transaction was committed may bind a resource
		for (Map.Entry<Object, Object> resource : List
			.copyOf(TransactionSynchronizationManager.getResourceMap().entrySet())) {
			if (resource.getKey() instanceof DataSource key && target.equals(target(key))
					&& resource.getValue() instanceof ConnectionHolder holder && isOfTransaction(holder)) {
				return key;
			}
		}
		return null;
	}

	private static DataSource target(DataSource dataSource) {
		DataSource target = dataSource;
		while (target instanceof DelegatingDataSource delegating && delegating.getTargetDataSource() != null) {
			target = delegating.getTargetDataSource();
		}
		return target;
	}

	// a connection that was only left for the duration of another transaction commits by
	// itself, and so does that of a JPA transaction once it is committed
	private boolean isOfTransaction(ConnectionHolder holder) {
		try {
			return holder.getConnectionHandle() != null && (!TransactionSynchronizationManager.isSynchronizationActive()
					|| !holder.getConnection().getAutoCommit() || this.afterCommit.isRunning());
		}
		catch (SQLException ex) {
			return false;
		}
	}

	<R> R read(SqlWork<R> work) throws SQLException {
		try (Lease lease = lease(this.pools.reader())) {
			return work.run(lease.connection);
		}
	}

	/**
	 * Runs work that only reads, but where writes go too: there may be nothing to read
	 * elsewhere yet.
	 * @param <R> the result
	 * @param work the work
	 * @return its result
	 * @throws SQLException if it failed
	 */
	<R> R inspect(SqlWork<R> work) throws SQLException {
		try (Lease lease = lease(this.pools.writer())) {
			return work.run(lease.connection);
		}
	}

	/**
	 * A connection to fetch a result from bit by bit.
	 * @return the connection, to be closed
	 * @throws SQLException if there is none
	 */
	Lease cursor() throws SQLException {
		Lease lease = lease(this.pools.reader());
		try {
			if (lease.kind == Kind.OWN) {
				this.database.beginReading(lease.connection);
				lease.reading = true;
			}
			return lease;
		}
		catch (SQLException ex) {
			lease.close();
			throw ex;
		}
	}

	/**
	 * Runs work in one transaction, or between savepoints of the caller's.
	 * @param <R> the result
	 * @param work the work
	 * @param keep whether a result is one whose changes are to stay
	 * @return the result
	 * @throws SQLException if the work or the commit failed; then nothing stays
	 */
	<R> R write(SqlWork<R> work, Predicate<R> keep) throws SQLException {
		try (Lease lease = lease(this.pools.writer())) {
			return write(lease, work, keep);
		}
	}

	private static <R> R write(Lease lease, SqlWork<R> work, Predicate<R> keep) throws SQLException {
		try {
			lease.begin();
			R result = work.run(lease.connection);
			if (keep.test(result)) {
				lease.commit();
			}
			else {
				lease.rollback();
			}
			return result;
		}
		catch (SQLException | RuntimeException | Error ex) {
			lease.rollback(ex);
			throw ex;
		}
	}

	/**
	 * Runs a single statement that is a transaction by itself if that is as good, or is
	 * between savepoints of the caller's.
	 * @param <R> the result
	 * @param work runs the statement
	 * @return the result
	 * @throws SQLException if it failed; then nothing stays
	 */
	<R> R writeAtOnce(SqlWork<R> work) throws SQLException {
		try (Lease lease = lease(this.pools.writer())) {
			return lease.isAlone() ? work.run(lease.connection) : write(lease, work, (result) -> true);
		}
	}

	private Lease lease(DataSource pool) throws SQLException {
		DataSource key = bound();
		if (key != null) {
			Connection connection = DataSourceUtils.getConnection(key);
			this.database.prepare(connection);
			return new Lease(connection, key, hasEnded() ? endedKind(connection) : Kind.JOINED);
		}
		Connection connection = pool.getConnection();
		try {
			Lease lease = new Lease(connection, pool, Kind.OWN);
			if (!connection.getAutoCommit()) {
				connection.setAutoCommit(true);
				lease.restoreAutoCommit = true;
			}
			this.database.prepare(connection);
			return lease;
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	private static Kind endedKind(Connection connection) throws SQLException {
		return connection.getAutoCommit() ? Kind.LENT : Kind.ENDED;
	}

	/**
	 * Ends the caller's transaction if its commit has failed and left it open, as it does
	 * on SQLite: what is read or committed on its connection next must not include what
	 * it wrote.
	 */
	void rollBackUnknown() {
		DataSource key = bound();
		if (key == null) {
			return;
		}
		try {
			Connection connection = DataSourceUtils.getConnection(key);
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
		}
		catch (SQLException | RuntimeException ex) {
			// a connection that is broken has no transaction any more
		}
	}

	@Override
	public void close() {
		this.pools.close();
	}

	private enum Kind {

		/** Out of the pool. */
		OWN,

		/** In the caller's transaction. */
		JOINED,

		/** Of a transaction of the caller that has ended; the next one has begun. */
		ENDED,

		/** Of a transaction of the caller that has ended; none has begun. */
		LENT

	}

	/**
	 * A connection on loan.
	 */
	final class Lease implements AutoCloseable {

		private final Connection connection;

		private final DataSource source;

		private final Kind kind;

		private boolean restoreAutoCommit;

		private boolean reading;

		private @Nullable Savepoint savepoint;

		private Lease(Connection connection, DataSource source, Kind kind) {
			this.connection = connection;
			this.source = source;
			this.kind = kind;
		}

		Connection connection() {
			return this.connection;
		}

		/** Whether a statement is a transaction by itself, and isolated as others are. */
		private boolean isAlone() throws SQLException {
			return (this.kind == Kind.OWN || this.kind == Kind.LENT)
					&& Connections.this.database.isReadCommitted(this.connection);
		}

		private void begin() throws SQLException {
			switch (this.kind) {
				case OWN, LENT -> Connections.this.database.begin(this.connection);
				case JOINED -> {
					requireTransaction();
					this.savepoint = this.connection.setSavepoint();
				}
				case ENDED -> {
					// one has begun by itself
				}
			}
		}

		private void requireTransaction() throws SQLException {
			try {
				Connections.this.database.requireTransaction(this.connection);
			}
			catch (StorageException ex) {
				forbidCommit(ex);
				if (target(this.source) instanceof HikariDataSource pool) {
					TransactionSynchronizationManager.registerSynchronization(new Eviction(pool, this.connection));
				}
				throw ex;
			}
		}

		private void commit() throws SQLException {
			switch (this.kind) {
				case OWN, LENT -> Connections.this.database.commit(this.connection);
				case JOINED -> this.connection.releaseSavepoint(this.savepoint);
				case ENDED -> this.connection.commit();
			}
		}

		private void rollback() throws SQLException {
			switch (this.kind) {
				case OWN, LENT -> Connections.this.database.rollback(this.connection);
				case JOINED -> {
					if (this.savepoint != null) {
						this.connection.rollback(this.savepoint);
						this.connection.releaseSavepoint(this.savepoint);
					}
				}
				case ENDED -> this.connection.rollback();
			}
		}

		private void rollback(Throwable failure) {
			try {
				rollback();
			}
			catch (SQLException ex) {
				failure.addSuppressed(ex);
				forbidCommit(failure);
			}
		}

		/**
		 * Sees to it that what could not be rolled back is never committed.
		 */
		private void forbidCommit(Throwable failure) {
			if (this.kind == Kind.JOINED) {
				TransactionSynchronizationManager.registerSynchronization(new NoCommit(failure));
				return;
			}
			try {
				if (this.source instanceof HikariDataSource pool) {
					pool.evictConnection(this.connection);
				}
				Connections.this.database.disconnect(this.connection);
			}
			catch (SQLException ex) {
				failure.addSuppressed(ex);
			}
		}

		@Override
		public void close() throws SQLException {
			if (this.kind != Kind.OWN) {
				DataSourceUtils.releaseConnection(this.connection, this.source);
				return;
			}
			try (Connection closed = this.connection) {
				if (this.reading) {
					Connections.this.database.endReading(closed);
				}
				if (this.restoreAutoCommit) {
					closed.setAutoCommit(false);
				}
			}
		}

	}

	/**
	 * Keeps a pool from giving a connection out again once the transaction has ended.
	 *
	 * @param pool the pool
	 * @param connection the connection
	 */
	private record Eviction(HikariDataSource pool, Connection connection) implements TransactionSynchronization {

		@Override
		public void afterCompletion(int status) {
			this.pool.evictConnection(this.connection);
		}

	}

	/**
	 * Lets a transaction end in no other way than by being rolled back.
	 *
	 * @param failure why
	 */
	private record NoCommit(Throwable failure) implements TransactionSynchronization {

		@Override
		public void beforeCommit(boolean readOnly) {
			throw new StorageException("A write of MemState failed in this transaction and could not be taken back, "
					+ "so the transaction is rolled back: run it again", this.failure);
		}

	}

}
