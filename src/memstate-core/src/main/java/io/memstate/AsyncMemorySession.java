package io.memstate;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A {@link MemorySession} for callers that must not block.
 *
 * @since 0.1.0
 */
public interface AsyncMemorySession extends AsyncMemoryOperations {

	/**
	 * The id of the session.
	 * @return the id
	 */
	String id();

	/**
	 * As {@link MemorySession#promote()}.
	 * @return completes with its result
	 */
	CompletableFuture<List<Fact>> promote();

	/**
	 * As {@link MemorySession#promote(Change)}.
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<Fact>> promote(Change change);

	/**
	 * As {@link MemorySession#promote(Predicate, Change)}.
	 * @param selector see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<Fact>> promote(Predicate<Fact> selector, Change change);

	/**
	 * As {@link MemorySession#discard()}.
	 * @return completes with its result
	 */
	CompletableFuture<Integer> discard();

	/**
	 * As {@link MemorySession#discard(Change)}.
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<Integer> discard(Change change);

	/**
	 * As {@link MemorySession#rollback(int)}.
	 * @param steps see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> rollback(int steps);

	/**
	 * As {@link MemorySession#rollback(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> rollback(int steps, Change change);

	/**
	 * As {@link MemorySession#redo(int)}.
	 * @param steps see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> redo(int steps);

	/**
	 * As {@link MemorySession#redo(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> redo(int steps, Change change);

	/**
	 * As {@link MemorySession#log()}.
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> log();

}
