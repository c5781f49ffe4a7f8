package io.memstate.storage.jpa;

import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * What can be set on a storage.
 *
 * @param tables where the tables are
 * @param initializeSchema whether missing tables are created
 * @param connectionTimeout how long to wait for a connection or, on SQLite, for the write
 * lock
 * @param statementTimeout how long one statement may take
 * @param poolSize how many connections a pool of the storage's own may hold
 * @param synchronous how SQLite secures a commit
 * @param hookConnections where connections beside the application's pool come from, or
 * null if that tells itself
 */
record JdbcSettings(Tables tables, boolean initializeSchema, Duration connectionTimeout, Duration statementTimeout,
		int poolSize, SqliteStorage.Synchronous synchronous, @Nullable DataSource hookConnections) {

	static JdbcSettings defaults() {
		return new JdbcSettings(new Tables(null, Tables.DEFAULT_PREFIX), true, Duration.ofSeconds(10),
				Duration.ofSeconds(30), 10, SqliteStorage.Synchronous.FULL, null);
	}

	JdbcSettings schema(@Nullable String schema) {
		return tables(new Tables(schema, this.tables.prefix()));
	}

	JdbcSettings tablePrefix(String prefix) {
		require(prefix, "tablePrefix");
		return tables(new Tables(this.tables.schema(), prefix));
	}

	private JdbcSettings tables(Tables tables) {
		return new JdbcSettings(tables, this.initializeSchema, this.connectionTimeout, this.statementTimeout,
				this.poolSize, this.synchronous, this.hookConnections);
	}

	JdbcSettings initializeSchema(boolean initializeSchema) {
		return new JdbcSettings(this.tables, initializeSchema, this.connectionTimeout, this.statementTimeout,
				this.poolSize, this.synchronous, this.hookConnections);
	}

	JdbcSettings connectionTimeout(Duration timeout) {
		return new JdbcSettings(this.tables, this.initializeSchema, positive(timeout, "connectionTimeout"),
				this.statementTimeout, this.poolSize, this.synchronous, this.hookConnections);
	}

	JdbcSettings statementTimeout(Duration timeout) {
		return new JdbcSettings(this.tables, this.initializeSchema, this.connectionTimeout,
				positive(timeout, "statementTimeout"), this.poolSize, this.synchronous, this.hookConnections);
	}

	JdbcSettings poolSize(int poolSize) {
		if (poolSize < 1) {
			throw new IllegalArgumentException("'poolSize' must be at least 1, but was " + poolSize);
		}
		return new JdbcSettings(this.tables, this.initializeSchema, this.connectionTimeout, this.statementTimeout,
				poolSize, this.synchronous, this.hookConnections);
	}

	JdbcSettings synchronous(SqliteStorage.Synchronous synchronous) {
		require(synchronous, "synchronous");
		return new JdbcSettings(this.tables, this.initializeSchema, this.connectionTimeout, this.statementTimeout,
				this.poolSize, synchronous, this.hookConnections);
	}

	JdbcSettings hookConnections(@Nullable DataSource hookConnections) {
		return new JdbcSettings(this.tables, this.initializeSchema, this.connectionTimeout, this.statementTimeout,
				this.poolSize, this.synchronous, hookConnections);
	}

	/**
	 * The time a statement may take in the unit of JDBC.
	 * @return seconds, at least 1
	 */
	int statementSeconds() {
		return Math.toIntExact(Math.max(1, this.statementTimeout.plusMillis(999).toSeconds()));
	}

	private static Duration positive(Duration timeout, String name) {
		require(timeout, name);
		if (timeout.toMillis() < 1 || timeout.toDays() > 1) {
			throw new IllegalArgumentException(
					"'" + name + "' must be between 1 millisecond and 1 day, but was " + timeout);
		}
		return timeout;
	}

	static void require(@Nullable Object value, String name) {
		if (value == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
	}

}
