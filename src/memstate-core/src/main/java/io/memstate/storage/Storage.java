package io.memstate.storage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * Where facts and their log live. A storage is small, atomic and dumb: it answers a few
 * reads and carries out one kind of write, {@link #apply(Unit)}, which compares and sets.
 * What a fact means, which constraints hold and what a rollback restores is the engine's
 * business alone.
 * <p>
 * Every method but {@link #initialize()}, {@link #close()}, {@link #namespaces} and
 * {@link #due} concerns exactly one namespace. Times are cut to microseconds. Every
 * method may be called from any thread at any time between {@link #initialize()} and
 * {@link #close()}. Failures of the underlying store reach the caller as
 * {@code io.memstate.StorageException} with their cause.
 * <p>
 * Optional abilities are sub-interfaces: {@link TransactionalStorage},
 * {@link CursorStorage}, {@link IndexingStorage}, {@link HookStorage}.
 *
 * @since 0.1.0
 */
public interface Storage extends AutoCloseable {

	/**
	 * Creates what is missing (tables, files) and checks that what is there has the
	 * format that this version reads. May be called again at any time, and by several
	 * processes at once.
	 */
	void initialize();

	/**
	 * Tells in a few words what the storage is and where the data lies, for messages and
	 * logs. Never holds a password.
	 * @return for example {@code SQLite at /data/memstate.db}
	 */
	String description();

	/**
	 * Reads facts by id, the removed ones included: of these the last version and shown
	 * step are known for ever.
	 * @param namespace the namespace
	 * @param ids the ids, at most 10,000
	 * @return by id; an id that never was is missing
	 */
	Map<String, FactState> facts(String namespace, Collection<String> ids);

	/**
	 * Reads the living facts that hold the given singleton keys.
	 * @param namespace the namespace
	 * @param keys the keys, at most 10,000
	 * @return by key; a key that nobody holds is missing
	 */
	Map<SingletonKey, FactState> singletons(String namespace, Collection<SingletonKey> keys);

	/**
	 * Finds living facts, in the exact order that the query asks for and after its
	 * cursor, at most as many as its limit. The condition may be answered coarsely, with
	 * too many but never with too few: the engine checks each fact again and asks on.
	 * @param query what to find
	 * @return the page; shorter than the limit only if there is nothing after it
	 */
	List<FactState> query(StorageQuery query);

	/**
	 * Counts what {@link #query} would find without limit and cursor, if the storage can
	 * do so exactly.
	 * @param query what to count
	 * @return the exact number, or empty if the storage could only answer coarsely
	 */
	OptionalLong count(StorageQuery query);

	/**
	 * Reads the log.
	 * @param query which entries
	 * @return the entries by sequence, in the direction that the query asks for
	 */
	List<StoredEntry> log(StorageLogQuery query);

	/**
	 * Reads, for each fact, the last entry of its log at or before a time.
	 * @param namespace the namespace
	 * @param at the time
	 * @param afterFactId the fact id after which the page starts, in code-point order, or
	 * null for the first page
	 * @param limit how many entries at most, at least 1
	 * @return one entry a fact, by fact id in code-point order
	 */
	List<StoredEntry> lastEntries(String namespace, Instant at, @Nullable String afterFactId, int limit);

	/**
	 * Reads the counted steps of a layer.
	 * @param query which steps
	 * @return the steps in the order that the query defines
	 */
	List<StoredStep> steps(StepQuery query);

	/**
	 * Finds living facts of any namespace whose time of expiry has come, without visiting
	 * every namespace. May answer with facts that have changed since or are gone.
	 * @param now the time at or before which they expire
	 * @param limit how many at most, at least 1
	 * @return the facts, the earliest expiry first as far as the storage can tell
	 */
	List<FactAddress> due(Instant now, int limit);

	/**
	 * Lists the namespaces that hold living facts.
	 * @param after the name after which the page starts, or null for the first page
	 * @param limit how many at most, at least 1
	 * @return names in code-point order
	 */
	List<String> namespaces(@Nullable String after, int limit);

	/**
	 * Lists the sessions of a namespace that hold living facts which have not expired.
	 * @param namespace the namespace
	 * @param now facts that expire at or before this time do not count
	 * @param after the session id after which the page starts, or null for the first page
	 * @param limit how many at most, at least 1
	 * @return session ids in code-point order
	 */
	List<String> sessions(String namespace, Instant now, @Nullable String after, int limit);

	/**
	 * Checks all preconditions of a unit against the state before it and, if all hold,
	 * writes the whole unit; otherwise writes nothing. Removals and releases of singleton
	 * keys are carried out before claims, so that facts can exchange keys.
	 * @param unit the write
	 * @return the sequences given to the unit's entries, or the preconditions that failed
	 */
	ApplyResult apply(Unit unit);

	@Override
	void close();

}
