package io.memstate.storage.jpa;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.Values;
import org.hibernate.cfg.AvailableSettings;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL. Nothing outlives a transaction, so that a pooler may stand between.
 */
final class PostgresDatabase implements Database {

	// what the caller's transaction has locked and seen stays so, so that it can't win
	// later
	private static final Set<String> RACES_FOR_KEYS = Set.of("23505");

	// how much of the names an index holds; the script has the same numbers
	private static final int PREFIX = 50;

	private static final int MOST_IN_INDEX = 1500;

	private static final Set<String> RACES = Set.of("23505", "40P01", "40001");

	// the same for all connections of a pool
	private volatile @Nullable Boolean readCommitted;

	@Override
	public Map<String, Object> hibernateSettings() {
		return Map.of(AvailableSettings.JAKARTA_HBM2DDL_DB_NAME, "PostgreSQL");
	}

	@Override
	public String script() {
		return "memstate/migration/postgresql/R__memstate.sql";
	}

	@Override
	public boolean limitsTime() {
		return true;
	}

	@Override
	public Exchange exchange(int timeout) {
		return new PostgresExchange(timeout);
	}

	@Override
	public String forUpdate() {
		return " for update";
	}

	@Override
	public String forShare() {
		return " for key share";
	}

	@Override
	public String holdName() {
		return "select pg_advisory_xact_lock(hashtextextended(?, 0))";
	}

	@Override
	public String payloadParameter() {
		return "cast(? as jsonb)";
	}

	// an entry of an index holds 2,704 bytes, and a name may have 1,020
	@Override
	public String holder() {
		return "(case when octet_length(session_id) + octet_length(type) <= " + MOST_IN_INDEX
				+ " then session_id || chr(10) || type else md5(session_id || chr(10) || type) end"
				+ " || chr(10) || singleton_key)";
	}

	@Override
	public String holder(SingletonKey key) {
		String layerAndType = Database.layerAndType(key);
		byte[] bytes = layerAndType.getBytes(StandardCharsets.UTF_8);
		return ((bytes.length - 1 <= MOST_IN_INDEX) ? layerAndType : md5(bytes)) + '\n' + key.digest();
	}

	private static String md5(byte[] bytes) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Names as long as these need MD5, which this Java does not have", ex);
		}
	}

	// each by itself: where little is known of the data, it would compare each fact of
	// the namespace with each id
	@Override
	public Fragment factsById(String namespace, List<String> ids) {
		List<Object> parameters = new ArrayList<>(ids);
		parameters.add(namespace);
		return new Fragment(
				"select f.* from (values (?)" + ", (?)".repeat(ids.size() - 1) + ") n (id), lateral "
						+ "(select * from memstate_fact where namespace = ? and id = n.id limit 1) f",
				parameters, true);
	}

	@Override
	public Fragment ofType(String type, boolean literally) {
		Fragment start = Fragment.of("left(f.type, " + PREFIX + ") = left(?, " + PREFIX + ")", type);
		if (literally) {
			return start.and(Fragment.of("f.type = " + Conditions.literal(type)));
		}
		// a condition that says nothing new would count as one that selects
		boolean isStart = type.codePointCount(0, type.length()) < PREFIX;
		return isStart ? start : start.and(Fragment.of("f.type = ?", type));
	}

	@Override
	public String creation() {
		return "f.created_at, left(f.id, " + PREFIX + "), f.id";
	}

	@Override
	public Fragment createdAfter(long createdAt, String id) {
		return Fragment.of("(" + creation() + ") > (?, left(?, " + PREFIX + "), ?)", createdAt, id, id);
	}

	@Override
	public Payload payload(String stored) {
		return Payload.ofJson(stored); // jsonb has an order of keys of its own
	}

	@Override
	public Conditions conditions(boolean exactly, Set<Path> indexed) {
		return new PostgresConditions(exactly, indexed);
	}

	@Override
	public List<Criterion> criteria(StorageQuery.SortKey key) {
		Path.Attribute attribute = key.path().attribute();
		if (attribute != null) {
			return Sorting.attribute(attribute);
		}
		String value = PostgresConditions.value(key.path());
		return List.of(new Criterion("case coalesce(jsonb_typeof(" + value + "), '') when '' then 0 when 'null' then 1 "
				+ "when 'boolean' then 2 when 'number' then 3 when 'string' then 4 when 'array' then 5 else 6 end",
				Values::kind),
				new Criterion("case jsonb_typeof(" + value + ") when 'number' then cast(" + value
						+ " as numeric) when 'boolean' then cast(cast(" + value + " as boolean) as integer) else 0 end",
						PostgresDatabase::number),
				new Criterion(
						"(case jsonb_typeof(" + value + ") when 'string' then " + value
								+ " #>> '{}' else '' end collate \"C\")",
						(text) -> (text instanceof String) ? text : ""));
	}

	private static Object number(@Nullable Object value) {
		if (value instanceof Boolean bool) {
			return bool ? BigDecimal.ONE : BigDecimal.ZERO;
		}
		return (value instanceof Number number) ? Values.decimal(number) : BigDecimal.ZERO;
	}

	@Override
	public boolean sortsExactly(@Nullable Object value) {
		return !(value instanceof List) && !(value instanceof Map);
	}

	@Override
	public List<Index> indexes(Tables tables, String type, Path path) {
		String name = tables.prefix() + "ix_" + Schema.digest(type + '\n' + path);
		String which = " where live and type = " + Conditions.literal(type) + " and jsonb_typeof("
				+ PostgresConditions.value(path) + ") = ";
		return List.of(index(tables, name + "_t", PostgresConditions.indexedText(path), which + "'string'"),
				index(tables, name + "_n", PostgresConditions.indexedNumber(path), which + "'number'"));
	}

	private static Index index(Tables tables, String name, String expression, String which) {
		return new Index(name, "create index if not exists " + name + tables.sql(" on memstate_fact ") + "(namespace, ("
				+ expression.replace("f.payload", "payload") + "))" + which.replace("f.payload", "payload"));
	}

	@Override
	public String hint(Tables tables, StorageQuery query, Set<Path> indexed) {
		return "";
	}

	@Override
	public void check(Connection connection) {
		// any will do
	}

	@Override
	public void prepare(Connection connection) {
		// nothing to do
	}

	@Override
	public void requireTransaction(Connection connection) {
		// the driver begins it with the first statement
	}

	@Override
	public boolean isReadCommitted(Connection connection) throws SQLException {
		Boolean known = this.readCommitted;
		if (known == null) {
			known = connection.getTransactionIsolation() == Connection.TRANSACTION_READ_COMMITTED;
			this.readCommitted = known;
		}
		return known;
	}

	// for this transaction alone, as a pooler may give the session to others
	@Override
	public void begin(Connection connection) throws SQLException {
		boolean readCommitted = isReadCommitted(connection);
		connection.setAutoCommit(false);
		if (!readCommitted) {
			try (Statement statement = connection.createStatement()) {
				statement.execute("set transaction isolation level read committed");
			}
		}
	}

	@Override
	public void commit(Connection connection) throws SQLException {
		connection.commit();
		connection.setAutoCommit(true);
	}

	@Override
	public void rollback(Connection connection) throws SQLException {
		connection.rollback();
		connection.setAutoCommit(true);
	}

	@Override
	public void disconnect(Connection connection) throws SQLException {
		connection.abort(Runnable::run);
	}

	@Override
	public void beginReading(Connection connection) throws SQLException {
		begin(connection); // without it the driver fetches everything at once
	}

	@Override
	public void endReading(Connection connection) throws SQLException {
		rollback(connection);
	}

	@Override
	public void lockSchema(Connection connection, Tables tables) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("select pg_advisory_xact_lock(hashtext(?), hashtext(?))")) {
			statement.setString(1, "io.memstate.schema");
			statement.setString(2, tables.sql("memstate_meta"));
			statement.execute();
		}
	}

	@Override
	public boolean isRace(SQLException failure, boolean joined) {
		return (joined ? RACES_FOR_KEYS : RACES).contains(String.valueOf(failure.getSQLState()));
	}

	@Override
	public String advice(SQLException failure) {
		String state = String.valueOf(failure.getSQLState());
		if (state.startsWith("08") || state.startsWith("57P")) {
			return "the server can't be reached: check its address and that it runs";
		}
		if (state.startsWith("28")) {
			return "the server refused the login: check user and password";
		}
		return switch (state) {
			case "57014" -> "the statement took too long: try again or allow it more time";
			case "55P03", "40P01", "40001" -> "another transaction was in the way: try again";
			case "42P01", "3F000" -> "the tables are missing: let MemState initialise the schema or run " + script();
			case "42501" -> "the user lacks a privilege: grant it, or create the tables with " + script();
			case "53100" -> "the server's disk is full: make room and try again; nothing was written";
			case "25006" -> "the server or transaction is read-only: connect to the primary";
			case "26000", "42P05" -> "a pooler between mixes up prepared statements: set prepareThreshold=0";
			default -> "see the cause";
		};
	}

}
