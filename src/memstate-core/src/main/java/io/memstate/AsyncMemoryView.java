package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A {@link MemoryView} for callers that must not block. See {@link AsyncMemoryOperations}
 * for what becomes of a call that is cancelled, refused or closed.
 *
 * @since 0.1.0
 */
public interface AsyncMemoryView {

	/**
	 * The time that the view shows.
	 * @return the time
	 */
	Instant time();

	/**
	 * As {@link MemoryView#get(String)}.
	 * @param id see there
	 * @return completes with its result
	 */
	CompletableFuture<Optional<Fact>> get(String id);

	/**
	 * As {@link MemoryView#query(FactQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<List<Fact>> query(FactQuery query);

	/**
	 * As {@link MemoryView#stream(FactQuery)}. The stream blocks whoever reads it.
	 * @param query see there
	 * @return completes with its result, to be closed by the caller
	 */
	CompletableFuture<Stream<Fact>> stream(FactQuery query);

	/**
	 * As {@link MemoryView#count(FactQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<Long> count(FactQuery query);

}
