package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.StorageException;
import io.memstate.storage.FactAddress;
import io.memstate.storage.Intent;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Path;
import io.memstate.storage.Renewal;
import org.jspecify.annotations.Nullable;

/**
 * Intents in a table beside the facts, on connections of their own: they must be
 * committed while a transaction of the caller goes on, which may have taken the last
 * connection of the pool.
 */
final class PostgresIntents implements JpaIntents {

	private static final int CONNECTIONS = 2;

	private static final long SECONDS_60 = 60_000_000;

	private final Database database;

	private final Pools pools;

	private final IntentStatements statements;

	private final String nextFences;

	private final String raiseFence;

	private final Function<Exception, StorageException> failures;

	private @Nullable DataSource dataSource;

	private @Nullable HikariDataSource owned;

	private boolean closed;

	PostgresIntents(Database database, JdbcSettings settings, Pools pools,
			Function<Exception, StorageException> failures) {
		this.database = database;
		this.pools = pools;
		this.statements = new IntentStatements(database, settings);
		this.failures = failures;
		Tables tables = settings.tables();
		this.nextFences = tables.sql("select nextval('memstate_fence') from generate_series(1, ?)");
		this.raiseFence = tables.sql("select setval('memstate_fence', ?) from memstate_fence where last_value < ?");
	}

	private synchronized DataSource dataSource() throws SQLException {
		if (this.closed) {
			throw new StorageException("The storage is closed; close it last, or make a new one");
		}
		if (this.dataSource == null) {
			DataSource beside = this.pools.writer();
			if (beside.isWrapperFor(HikariDataSource.class)) {
				this.owned = sibling(beside.unwrap(HikariDataSource.class));
				beside = this.owned;
			}
			raiseFence(beside);
			this.dataSource = beside;
		}
		return this.dataSource;
	}

	private static HikariDataSource sibling(HikariDataSource pool) {
		HikariConfig config = new HikariConfig();
		pool.copyStateTo(config);
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

	// a backup that was restored must not issue fences again; the clocks of two machines
	// never differ by so much
	private void raiseFence(DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection();
				PreparedStatement statement = connection.prepareStatement(this.raiseFence)) {
			long now = Path.micros(Instant.now());
			statement.setLong(1, now);
			statement.setLong(2, now - SECONDS_60);
			statement.execute();
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
		}
	}

	private <R> R write(SqlWork<R> work) {
		try (Connection connection = dataSource().getConnection()) {
			boolean restore = !connection.getAutoCommit();
			this.database.begin(connection);
			try {
				R result = work.run(connection);
				this.database.commit(connection);
				return result;
			}
			catch (SQLException | RuntimeException | Error ex) {
				this.database.rollback(connection);
				throw ex;
			}
			finally {
				if (restore) {
					connection.setAutoCommit(false);
				}
			}
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
	}

	// once the rows are locked, so that the later lease of a fact has the higher one
	private long[] fences(Connection connection, int count) throws SQLException {
		long[] fences = new long[count];
		try (PreparedStatement statement = connection.prepareStatement(this.nextFences)) {
			statement.setInt(1, count);
			try (ResultSet row = statement.executeQuery()) {
				for (int i = 0; row.next(); i++) {
					fences[i] = row.getLong(1);
				}
			}
		}
		Arrays.sort(fences);
		return fences;
	}

	@Override
	public long[] fences(int count) {
		return write((connection) -> fences(connection, count));
	}

	@Override
	public List<LeaseResult> lease(List<LeaseRequest> requests) {
		return write((connection) -> {
			try {
				List<@Nullable List<Intent>> answers = this.statements.lease(connection, requests);
				boolean granted = answers.stream().anyMatch((holders) -> holders == null);
				return IntentStatements.results(answers, granted ? fences(connection, 1)[0] : 0);
			}
			catch (IntentStatements.LeaseLostException ex) {
				connection.rollback();
				return List.of(new LeaseResult.Busy(List.of()));
			}
		});
	}

	@Override
	public Renewal renew(String namespace, String token, String newToken, Instant until) {
		return write((connection) -> {
			Set<String> ids = this.statements.renew(connection, namespace, token, newToken, until);
			return new Renewal(fences(connection, 1)[0], ids);
		});
	}

	@Override
	public void release(String namespace, String token) {
		write((connection) -> this.statements.release(connection, namespace, token));
	}

	@Override
	public List<Intent> list(@Nullable FactAddress after, int limit) {
		return write((connection) -> this.statements.list(connection, after, limit));
	}

	@Override
	public void end(Exchange exchange, String namespace, String token, Set<String> released) {
		this.statements.release(exchange, namespace, token, released);
	}

	@Override
	public void look(Connection connection, String namespace, String token, Set<String> released) {
		// the unit's own statement has told
	}

	@Override
	public void ended(String namespace, String token) {
		// with the unit
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.owned != null) {
			this.owned.close();
		}
	}

}
