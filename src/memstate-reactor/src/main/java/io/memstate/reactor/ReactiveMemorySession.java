package io.memstate.reactor;

import java.util.List;
import java.util.function.Predicate;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.LogEntry;
import io.memstate.MemorySession;

/**
 * A {@link MemorySession} with {@link Mono} and {@link Flux}.
 *
 * @since 0.1.0
 * @see ReactiveMemoryOperations
 */
public interface ReactiveMemorySession extends ReactiveMemoryOperations {

	/**
	 * The id of the session.
	 * @return the id
	 */
	String id();

	/**
	 * As {@link MemorySession#promote()}.
	 * @return the facts of long-term memory that were written
	 */
	Mono<List<Fact>> promote();

	/**
	 * As {@link MemorySession#promote(Change)}.
	 * @param change see there
	 * @return the facts of long-term memory that were written
	 */
	Mono<List<Fact>> promote(Change change);

	/**
	 * As {@link MemorySession#promote(Predicate, Change)}.
	 * @param selector see there
	 * @param change see there
	 * @return the facts of long-term memory that were written
	 */
	Mono<List<Fact>> promote(Predicate<Fact> selector, Change change);

	/**
	 * As {@link MemorySession#discard()}.
	 * @return how many
	 */
	Mono<Integer> discard();

	/**
	 * As {@link MemorySession#discard(Change)}.
	 * @param change see there
	 * @return how many
	 */
	Mono<Integer> discard(Change change);

	/**
	 * As {@link MemorySession#rollback(int)}.
	 * @param steps see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> rollback(int steps);

	/**
	 * As {@link MemorySession#rollback(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> rollback(int steps, Change change);

	/**
	 * As {@link MemorySession#redo(int)}.
	 * @param steps see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> redo(int steps);

	/**
	 * As {@link MemorySession#redo(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> redo(int steps, Change change);

	/**
	 * As {@link MemorySession#log()}.
	 * @return the entries, newest first
	 */
	Flux<LogEntry> log();

}
