package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A {@link MemoryView} for callers that must not block.
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
	 * As {@link MemoryView#stream(FactQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<Stream<Fact>> stream(FactQuery query);

	/**
	 * As {@link MemoryView#count(FactQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<Long> count(FactQuery query);

}
