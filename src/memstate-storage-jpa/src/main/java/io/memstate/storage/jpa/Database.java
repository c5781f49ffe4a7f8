package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StorageQuery;
import org.jspecify.annotations.Nullable;

/**
 * In what the databases differ.
 */
interface Database {

	/**
	 * What Hibernate must be told, as it does not ask the database.
	 * @return settings
	 */
	Map<String, Object> hibernateSettings();

	/**
	 * The script that creates the tables.
	 * @return a name on the class path
	 */
	String script();

	/**
	 * Whether the time of a single statement is limited.
	 * @return true if there is a network between
	 */
	boolean limitsTime();

	/**
	 * An exchange that is to be filled and run.
	 * @param timeout how many seconds a statement may take, where that is limited
	 * @return an empty exchange
	 */
	Exchange exchange(int timeout);

	/**
	 * What makes a query lock the rows that it finds for a write.
	 * @return the clause, or nothing
	 */
	String forUpdate();

	/**
	 * What makes a query hold off writers that lock the rows that it finds.
	 * @return the clause, or nothing
	 */
	String forShare();

	/**
	 * A query that waits while another transaction holds a name, and holds it until its
	 * own transaction ends.
	 * @return a query with one question mark, or null where there is one writer at a time
	 */
	@Nullable String holdName();

	/**
	 * A parameter that is a payload.
	 * @return an expression with one question mark
	 */
	String payloadParameter();

	/**
	 * What singleton keys are unique by.
	 * @return the expression of the index; see {@link #holder}
	 */
	String holder();

	/**
	 * The value of {@link #holder()} for a key.
	 * @param key the key
	 * @return session, type and digest, which hold no line breaks
	 */
	default String holder(SingletonKey key) {
		return layerAndType(key) + '\n' + key.digest();
	}

	static String layerAndType(SingletonKey key) {
		return ((key.sessionId() != null) ? key.sessionId() : "") + '\n' + key.type();
	}

	/**
	 * Finds facts by their ids, each by the key of the table.
	 * @param namespace the namespace
	 * @param ids the ids; the statement depends on their number alone
	 * @return the statement, with the default names
	 */
	default Fragment factsById(String namespace, List<String> ids) {
		List<Object> parameters = new ArrayList<>(ids.size() + 1);
		parameters.add(namespace);
		parameters.addAll(ids);
		return new Fragment("select f.* from memstate_fact f where f.namespace = ? and f.id in (?"
				+ ", ?".repeat(ids.size() - 1) + ")", parameters, true);
	}

	/**
	 * The condition that a fact is of a type, so that the index by type is used.
	 * @param type the type
	 * @param literally whether the statement itself is to name it
	 * @return the condition
	 */
	default Fragment ofType(String type, boolean literally) {
		return literally ? Fragment.of("f.type = " + Conditions.literal(type)) : Fragment.of("f.type = ?", type);
	}

	/**
	 * What facts are sorted by at last, and by default: creation, then id.
	 * @return expressions, separated by commas, in the order of the indexes
	 */
	default String creation() {
		return "f.created_at, f.id";
	}

	/**
	 * The condition that a fact comes after another in the order of creation.
	 * @param createdAt when the other was created
	 * @param id the id of the other
	 * @return the condition
	 */
	default Fragment createdAfter(long createdAt, String id) {
		return Fragment.of("(f.created_at, f.id) > (?, ?)", createdAt, id);
	}

	Payload payload(String stored);

	Conditions conditions(boolean exactly, Set<Path> indexed);

	/**
	 * What to sort by.
	 * @param key the criterion
	 * @return expressions that are never null, the first the most significant
	 */
	List<Criterion> criteria(StorageQuery.SortKey key);

	/**
	 * Whether {@link #criteria} puts a value into its exact place.
	 * @param value a canonical value or {@code Path.MISSING}
	 * @return false if values that differ may look equal
	 */
	boolean sortsExactly(@Nullable Object value);

	/**
	 * The indexes on a path.
	 * @param tables where the tables are
	 * @param type the type of the facts
	 * @param path the path into the payload
	 * @return all that queries by the path need, or none if there can be none
	 */
	List<Index> indexes(Tables tables, String type, Path path);

	/**
	 * What makes a query use an index, where the database would not by itself.
	 * @param tables where the tables are
	 * @param query the query
	 * @param indexed the paths that have an index for the query's type
	 * @return a clause behind the name of the table, or nothing
	 */
	String hint(Tables tables, StorageQuery query, Set<Path> indexed);

	/**
	 * Checks that connections are as the storage needs them.
	 * @param connection a connection of the application
	 * @throws SQLException if it can't be told
	 */
	void check(Connection connection) throws SQLException;

	/**
	 * Makes a connection ready that is about to be used.
	 * @param connection the connection
	 * @throws SQLException if it can't be used
	 */
	void prepare(Connection connection) throws SQLException;

	/**
	 * Checks that a transaction which the caller has begun is there.
	 * @param connection the connection of the caller's transaction
	 * @throws SQLException if it can't be told
	 * @throws io.memstate.StorageException if there is none
	 */
	void requireTransaction(Connection connection) throws SQLException;

	/**
	 * Whether a statement of a transaction of the storage's own sees what others have
	 * committed by then, without {@link #begin} having to see to it.
	 * @param connection a connection on which no transaction has begun
	 * @return true unless the pool or the server asks for stricter isolation
	 * @throws SQLException if it can't be told
	 */
	boolean isReadCommitted(Connection connection) throws SQLException;

	/**
	 * Begins a transaction of the storage's own, in which each statement sees what others
	 * have committed by then: what it must not miss, it compares.
	 * @param connection the connection
	 * @throws SQLException if it can't
	 */
	void begin(Connection connection) throws SQLException;

	void commit(Connection connection) throws SQLException;

	void rollback(Connection connection) throws SQLException;

	/**
	 * Gives up a connection whose transaction can't be ended, so that no pool gives it
	 * out again.
	 * @param connection the connection
	 * @throws SQLException if even that failed
	 */
	void disconnect(Connection connection) throws SQLException;

	/**
	 * Begins what only reads, so that a result can be fetched bit by bit.
	 * @param connection the connection
	 * @throws SQLException if it can't
	 */
	void beginReading(Connection connection) throws SQLException;

	void endReading(Connection connection) throws SQLException;

	/**
	 * Keeps others from initialising the schema until the transaction ends.
	 * @param connection a connection in a transaction
	 * @throws SQLException if it can't
	 */
	void lockSchema(Connection connection, Tables tables) throws SQLException;

	/**
	 * Whether a statement failed because another transaction was faster, so that it is
	 * worth to look again.
	 * @param failure the failure
	 * @param joined whether it failed in a transaction of the caller
	 * @return true for a duplicate key and, outside the caller's transactions, a deadlock
	 * or a failed serialisation
	 */
	boolean isRace(SQLException failure, boolean joined);

	/**
	 * What to do about a failure.
	 * @param failure the failure
	 * @return a half sentence
	 */
	String advice(SQLException failure);

	/**
	 * An index.
	 *
	 * @param name its name
	 * @param statement creates it, and does nothing where it is there
	 */
	record Index(String name, String statement) {
	}

	/**
	 * A criterion of an order.
	 *
	 * @param expression what to sort by
	 * @param value finds the same in a value
	 */
	record Criterion(String expression, java.util.function.Function<@Nullable Object, Object> value) {
	}

}
