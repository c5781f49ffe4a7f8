package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Path;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * What MemState adds to a connection of SQLite when it first sees it: the function
 * {@code mem_sort_key(json)} or {@code mem_sort_key(json, path)}, which gives the
 * {@link SortKey} of a value, and statements that stay prepared, as to prepare one takes
 * longer than to run it.
 */
final class SqliteConnections {

	static final String SORT_KEY = "mem_sort_key";

	// several storages may share a connection, and a function in use can't be added again
	private static final Map<SQLiteConnection, Prepared> KNOWN = new ConcurrentHashMap<>();

	private SqliteConnections() {
	}

	/**
	 * What belongs to a connection.
	 * @param connection a connection of SQLite or of a pool
	 * @return its statements
	 * @throws SQLException if it is of another driver
	 */
	static Prepared of(Connection connection) throws SQLException {
		SQLiteConnection physical = connection.unwrap(SQLiteConnection.class);
		Prepared prepared = KNOWN.get(physical);
		return (prepared != null) ? prepared : add(physical);
	}

	private static Prepared add(SQLiteConnection connection) throws SQLException {
		for (SQLiteConnection other : KNOWN.keySet()) {
			if (other.isClosed()) {
				KNOWN.remove(other);
			}
		}
		Function.create(connection, SORT_KEY, new SortKeyFunction(), -1, Function.FLAG_DETERMINISTIC);
		Prepared prepared = new Prepared(connection);
		KNOWN.put(connection, prepared);
		return prepared;
	}

	static byte[] sortKey(@Nullable String json, @Nullable String path) {
		if (json == null) {
			return SortKey.of(Path.MISSING);
		}
		if (path != null) {
			return SortKey.of(Path.parse(path).resolve(CanonicalJson.readObject(json)));
		}
		return SortKey.of(CanonicalJson.readObject("{\"v\":" + json + "}").get("v"));
	}

	/**
	 * Statements of one connection; used by one thread at a time, as that is.
	 */
	static final class Prepared {

		private static final int MOST = 100;

		private final SQLiteConnection connection;

		private final Map<String, PreparedStatement> statements = new HashMap<>();

		private Prepared(SQLiteConnection connection) {
			this.connection = connection;
		}

		/**
		 * A statement that stays prepared.
		 * @param sql the text
		 * @return the statement, not to be closed
		 * @throws SQLException if it can't be prepared
		 */
		PreparedStatement statement(String sql) throws SQLException {
			PreparedStatement statement = this.statements.get(sql);
			if (statement == null || statement.isClosed()) {
				if (this.statements.size() >= MOST) {
					discard();
				}
				statement = this.connection.prepareStatement(sql);
				this.statements.put(sql, statement);
			}
			return statement;
		}

		void execute(String sql) throws SQLException {
			try {
				statement(sql).execute();
			}
			catch (SQLException ex) {
				discard();
				throw ex;
			}
		}

		/**
		 * Closes the statements, as after a failure it is not sure in which state they
		 * are.
		 * @throws SQLException if one can't be closed
		 */
		void discard() throws SQLException {
			for (PreparedStatement statement : this.statements.values()) {
				statement.close();
			}
			this.statements.clear();
		}

	}

	private static final class SortKeyFunction extends Function {

		@Override
		protected void xFunc() throws SQLException {
			String path = (args() > 1) ? Objects.requireNonNull(value_text(1)) : null;
			result(sortKey(value_text(0), path));
		}

	}

}
