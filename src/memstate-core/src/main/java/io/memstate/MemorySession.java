package io.memstate;

import java.util.List;
import java.util.function.Predicate;

/**
 * Working memory: a draft layer inside a namespace, like a branch. What is committed here
 * touches neither long-term memory nor another session until it is promoted.
 *
 * @since 0.1.0
 */
public interface MemorySession extends MemoryOperations {

	/**
	 * The id of the session.
	 * @return the id
	 */
	String id();

	/**
	 * Moves the session's facts to long-term memory, all or none, as one step of both.
	 * Where long-term memory holds the same singleton, that fact takes the new payload
	 * and keeps its id. Ephemeral facts stay behind.
	 * @return the facts of long-term memory that were written, in the order of creation
	 * in the session
	 * @throws ConflictException if a promoted fact would change an immutable one
	 */
	List<Fact> promote();

	/**
	 * Moves the session's facts to long-term memory.
	 * @param change who and why
	 * @return the facts of long-term memory that were written
	 * @see #promote()
	 */
	List<Fact> promote(Change change);

	/**
	 * Moves some of the session's facts to long-term memory.
	 * @param selector which; must give the same answer for the same fact, and may be
	 * asked more than once
	 * @param change who and why
	 * @return the facts of long-term memory that were written
	 * @see #promote()
	 */
	List<Fact> promote(Predicate<Fact> selector, Change change);

	/**
	 * Drops the session's facts, ephemeral ones included, as one step.
	 * @return how many
	 */
	int discard();

	/**
	 * Drops the session's facts, ephemeral ones included, as one step.
	 * @param change who and why
	 * @return how many
	 */
	int discard(Change change);

	/**
	 * Undoes the newest steps of this session that are not yet undone.
	 * @param steps how many, at least 1
	 * @return the log entries written
	 * @see MemoryStore#rollback(int)
	 */
	List<LogEntry> rollback(int steps);

	/**
	 * Undoes the newest steps of this session that are not yet undone.
	 * @param steps how many, at least 1
	 * @param change who and why, and whether by force
	 * @return the log entries written
	 * @see MemoryStore#rollback(int)
	 */
	List<LogEntry> rollback(int steps, Change change);

	/**
	 * Does undone steps of this session again, the one undone last first.
	 * @param steps how many, at least 1
	 * @return the log entries written
	 * @see MemoryStore#redo(int)
	 */
	List<LogEntry> redo(int steps);

	/**
	 * Does undone steps of this session again, the one undone last first.
	 * @param steps how many, at least 1
	 * @param change who and why, and whether by force
	 * @return the log entries written
	 * @see MemoryStore#redo(int)
	 */
	List<LogEntry> redo(int steps, Change change);

	/**
	 * The log of this session.
	 * @return its entries, newest first
	 */
	List<LogEntry> log();

}
