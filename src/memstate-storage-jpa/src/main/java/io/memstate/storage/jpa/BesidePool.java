package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few connections beside the pool that facts are written with, of which the caller may
 * have taken the last one. Opened when it is first used.
 */
final class BesidePool implements AutoCloseable {

	static final int CONNECTIONS = 2;

	private static final Logger logger = LoggerFactory.getLogger(BesidePool.class);

	// not that of the pool, which may isolate its transactions otherwise
	private final Database database = new PostgresDatabase();

	private final DataSource pool;

	private final @Nullable DataSource given;

	private final SqlWork<?> first;

	private volatile boolean givenLeadsToTheSame;

	private @Nullable DataSource opened;

	private @Nullable HikariDataSource owned;

	private boolean closed;

	/**
	 * Creates a pool.
	 * @param pool the pool that facts are written with
	 * @param given makes connections where that pool does not tell how, or null
	 * @param first what to do before anything else
	 */
	BesidePool(DataSource pool, @Nullable DataSource given, SqlWork<?> first) {
		this.pool = pool;
		this.given = given;
		this.first = first;
	}

	/**
	 * Looks whether the connections given lead where those of the pool do. While one of
	 * the pool is there, that none is given is no failure of the server.
	 * @param connection a connection of the pool
	 * @throws SQLException if it can't be told where that one leads
	 */
	void prepare(Connection connection) throws SQLException {
		if (this.given != null && !isHikari()) {
			this.givenLeadsToTheSame = leadsTo(session(connection), this.given);
		}
	}

	private boolean isHikari() throws SQLException {
		return this.pool.isWrapperFor(HikariDataSource.class);
	}

	private static boolean leadsTo(String session, DataSource given) {
		try (Connection connection = given.getConnection()) {
			return session.equals(session(connection));
		}
		catch (SQLException ex) {
			logger.debug("There is no connection for hooks", ex);
			return false;
		}
	}

	private static String session(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement
					.executeQuery("select concat_ws(', ', current_user, current_database(), current_schema())")) {
			row.next();
			return row.getString(1);
		}
	}

	/** Opens the pool unless it is open. */
	synchronized DataSource open() throws SQLException {
		if (this.closed) {
			throw new StorageException("The storage is closed; close it last, or make a new one");
		}
		if (this.opened == null) {
			if (this.owned == null) {
				this.owned = beside();
			}
			DataSource dataSource = (this.owned != null) ? this.owned : this.pool;
			try (Loan loan = Loan.of(dataSource)) {
				write(loan.connection(), this.first);
			}
			this.opened = dataSource;
		}
		return this.opened;
	}

	// null if there is nothing but the pool itself
	private @Nullable HikariDataSource beside() throws SQLException {
		HikariConfig config = new HikariConfig();
		if (isHikari()) {
			HikariDataSource known = this.pool.unwrap(HikariDataSource.class);
			known.copyStateTo(config);
			if (config.getCredentialsProvider() == null) {
				// the application may change them while it runs
				config.setCredentialsProvider(known::getCredentials);
			}
		}
		else if (this.givenLeadsToTheSame) {
			config.setDataSource(this.given);
		}
		else {
			if (this.given != null) {
				logger.warn("The connections for hooks do not lead the same user to the same database and schema as "
						+ "the application's DataSource, so hooks wait if its pool is exhausted");
			}
			return null;
		}
		config.setPoolName("memstate-hooks");
		config.setMaximumPoolSize(CONNECTIONS);
		config.setMinimumIdle(0);
		config.setAutoCommit(true);
		config.setReadOnly(false);
		config.setRegisterMbeans(false);
		config.setMetricRegistry(null);
		config.setMetricsTrackerFactory(null);
		config.setHealthCheckRegistry(null);
		config.setInitializationFailTimeout(-1);
		return new HikariDataSource(config);
	}

	/**
	 * Runs work in one transaction.
	 * @param <R> the result
	 * @param work the work
	 * @return its result
	 * @throws SQLException if the work or the commit failed
	 */
	<R> R write(SqlWork<R> work) throws SQLException {
		try (Loan loan = Loan.of(open())) {
			return write(loan.connection(), work);
		}
	}

	private <R> R write(Connection connection, SqlWork<R> work) throws SQLException {
		try {
			this.database.begin(connection);
			R result = work.run(connection);
			this.database.commit(connection);
			return result;
		}
		catch (SQLException | RuntimeException | Error ex) {
			rollback(connection, ex);
			throw ex;
		}
	}

	// what can't be rolled back is closed, and why that failed says less
	private void rollback(Connection connection, Throwable failure) {
		try {
			this.database.rollback(connection);
		}
		catch (SQLException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Runs a single statement, which is committed with it and not after it, if that is as
	 * good.
	 * @param <R> the result
	 * @param work runs the statement
	 * @return its result
	 * @throws SQLException if it failed
	 */
	<R> R writeAtOnce(SqlWork<R> work) throws SQLException {
		try (Loan loan = Loan.of(open())) {
			Connection connection = loan.connection();
			return this.database.isReadCommitted(connection) ? work.run(connection) : write(connection, work);
		}
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.owned != null) {
			this.owned.close();
		}
	}

	/**
	 * A connection on loan, which commits each statement until it is told otherwise.
	 *
	 * @param connection the connection
	 * @param restore whether the pool gave it otherwise, and is to get it back so
	 */
	private record Loan(Connection connection, boolean restore) implements AutoCloseable {

		static Loan of(DataSource pool) throws SQLException {
			Connection connection = pool.getConnection();
			try {
				Loan loan = new Loan(connection, !connection.getAutoCommit());
				if (loan.restore) {
					connection.setAutoCommit(true);
				}
				return loan;
			}
			catch (SQLException | RuntimeException ex) {
				connection.close();
				throw ex;
			}
		}

		@Override
		public void close() throws SQLException {
			try (Connection closed = this.connection) {
				if (this.restore) {
					closed.setAutoCommit(false);
				}
			}
		}

	}

}
