package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.StorageException;
import io.memstate.storage.Condition;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.StorageQuery;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.community.dialect.SQLiteDialect;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * SQLite. Transactions are begun and ended by statements of their own: the driver's
 * {@code commit} at once begins the next one, which takes the write lock again.
 */
final class SqliteDatabase implements Database {

	@Override
	public Map<String, Object> hibernateSettings() {
		return Map.of(AvailableSettings.DIALECT, SQLiteDialect.class.getName());
	}

	@Override
	public String script() {
		return "memstate/migration/sqlite/R__memstate.sql";
	}

	@Override
	public boolean limitsTime() {
		return false;
	}

	@Override
	public Exchange exchange(int timeout) {
		return new SqliteExchange();
	}

	@Override
	public String forUpdate() {
		return "";
	}

	@Override
	public String forShare() {
		return "";
	}

	@Override
	public @Nullable String holdName() {
		return null;
	}

	@Override
	public String payloadParameter() {
		return "?";
	}

	@Override
	public String holder() {
		return "(session_id || char(10) || type || char(10) || singleton_key)";
	}

	@Override
	public Payload payload(String stored) {
		return Payload.ofCanonicalJson(stored);
	}

	@Override
	public Conditions conditions(boolean exactly, Set<Path> indexed) {
		return new SqliteConditions(exactly);
	}

	@Override
	public List<Criterion> criteria(StorageQuery.SortKey key) {
		Path.Attribute attribute = key.path().attribute();
		if (attribute == null) {
			return List.of(new Criterion(SqliteConditions.key(key.path()), SortKey::of));
		}
		return Sorting.attribute(attribute);
	}

	@Override
	public boolean sortsExactly(@Nullable Object value) {
		return true;
	}

	@Override
	public List<Index> indexes(Tables tables, String type, Path path) {
		if (SqliteConditions.jsonPath(path) == null) {
			return List.of();
		}
		String columns = "(namespace, " + SqliteConditions.extract(path).replace("f.payload", "payload") + ")";
		String name = indexName(tables, type, path);
		return List.of(new Index(name, "create index if not exists " + name + tables.sql(" on memstate_fact ") + columns
				+ " where live and type = " + Conditions.literal(type)));
	}

	private static String indexName(Tables tables, String type, Path path) {
		return tables.prefix() + "ix_" + Schema.digest(type + '\n' + path);
	}

	@Override
	public String hint(Tables tables, StorageQuery query, Set<Path> indexed) {
		String type = query.type();
		Path path = decisive(query.condition(), indexed);
		return (type != null && path != null) ? " indexed by " + indexName(tables, type, path) : "";
	}

	private static @Nullable Path decisive(@Nullable Condition condition, Set<Path> indexed) {
		if (condition instanceof Condition.And and) {
			return and.conditions()
				.stream()
				.map((part) -> decisive(part, indexed))
				.filter(java.util.Objects::nonNull)
				.findFirst()
				.orElse(null);
		}
		if (condition instanceof Condition.Comparison comparison && usesIndex(comparison)
				&& indexed.contains(comparison.path())) {
			return comparison.path();
		}
		return null;
	}

	// as SqliteConditions translates it
	private static boolean usesIndex(Condition.Comparison comparison) {
		if (SqliteConditions.jsonPath(comparison.path()) == null) {
			return false;
		}
		return switch (comparison.operator()) {
			case EQ, GT, GTE, LT, LTE -> comparison.value() instanceof String || comparison.value() instanceof Number;
			case CONTAINS, STARTS_WITH -> false;
		};
	}

	@Override
	public void check(Connection connection) throws SQLException {
		SQLiteConfig.TransactionMode mode = connection.unwrap(SQLiteConnection.class)
			.getConnectionConfig()
			.getTransactionMode();
		if (mode != SQLiteConfig.TransactionMode.IMMEDIATE && mode != SQLiteConfig.TransactionMode.EXCLUSIVE) {
			throw new StorageException("The SQLite DataSource begins transactions in the mode " + mode
					+ ", in which concurrent writes fail with SQLITE_BUSY; add 'transaction_mode=IMMEDIATE' to its URL "
					+ "(jdbc:sqlite:app.db?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=30000)");
		}
	}

	@Override
	public void prepare(Connection connection) throws SQLException {
		SqliteConnections.of(connection);
	}

	/**
	 * {@inheritDoc} The driver begins one when {@code autoCommit} is switched off. If
	 * that fails, as others write for too long, {@code autoCommit} is off all the same,
	 * also when a pool gives the connection out again, and each statement is committed by
	 * itself.
	 */
	@Override
	public void requireTransaction(Connection connection) throws SQLException {
		SqliteConnections.Prepared prepared = SqliteConnections.of(connection);
		try {
			prepared.execute("begin");
		}
		catch (SQLException ex) {
			if (String.valueOf(ex.getMessage()).contains("within a transaction")) {
				return;
			}
			throw ex;
		}
		// it is there now, so that the caller's rollback finds one
		throw new StorageException("The transaction has not begun on its connection, as an attempt to begin one "
				+ "failed there before, so nothing was written to the memory, and what the application wrote before "
				+ "may stay: try it again, and set a longer 'busy_timeout' in the URL of the DataSource");
	}

	@Override
	public boolean isReadCommitted(Connection connection) {
		return true; // a writer sees everything, as it is the only one
	}

	@Override
	public void begin(Connection connection) throws SQLException {
		SqliteConnections.of(connection).execute("begin immediate");
	}

	@Override
	public void commit(Connection connection) throws SQLException {
		SqliteConnections.of(connection).execute("commit");
	}

	@Override
	public void rollback(Connection connection) throws SQLException {
		try {
			SqliteConnections.of(connection).execute("rollback");
		}
		catch (SQLException ex) {
			// after some failures SQLite rolls back by itself
			if (!String.valueOf(ex.getMessage()).contains("no transaction is active")) {
				throw ex;
			}
		}
	}

	@Override
	public void disconnect(Connection connection) throws SQLException {
		connection.unwrap(SQLiteConnection.class).close();
	}

	@Override
	public void beginReading(Connection connection) {
		// a result is fetched bit by bit anyway
	}

	@Override
	public void endReading(Connection connection) {
		// nothing was begun
	}

	@Override
	public void lockSchema(Connection connection, Tables tables) {
		// the transaction is the only one that writes
	}

	@Override
	public boolean isRace(SQLException failure, boolean joined) {
		return false; // there is one writer at a time
	}

	static boolean isBusy(SQLException failure) {
		int code = failure.getErrorCode() & 0xFF;
		return code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code;
	}

	@Override
	public String advice(SQLException failure) {
		int code = failure.getErrorCode() & 0xFF;
		if (code == SQLiteErrorCode.SQLITE_FULL.code) {
			return "the disk is full: make room and try again; nothing was written";
		}
		if (code == SQLiteErrorCode.SQLITE_READONLY.code || code == SQLiteErrorCode.SQLITE_PERM.code) {
			return "the file can't be written: let this process write the file and its directory";
		}
		if (isBusy(failure)) {
			return "another connection held the write lock for too long: end its transaction sooner or wait longer";
		}
		if (code == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
			return "the file can't be opened: check the path and its permissions";
		}
		if (code == SQLiteErrorCode.SQLITE_NOTADB.code || code == SQLiteErrorCode.SQLITE_CORRUPT.code) {
			return "the file is no intact SQLite database: choose another or restore a backup";
		}
		String message = String.valueOf(failure.getMessage());
		if (message.contains("no such table")) {
			return "the tables are missing: let MemState initialise the schema or run " + script();
		}
		return "see the cause";
	}

}
