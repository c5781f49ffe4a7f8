package io.memstate.reactor;

import java.time.Instant;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryView;

/**
 * A {@link MemoryView} with {@link Mono} and {@link Flux}.
 *
 * @since 0.1.0
 * @see ReactiveMemoryOperations
 */
public interface ReactiveMemoryView {

	/**
	 * The time that the view shows.
	 * @return the time
	 */
	Instant time();

	/**
	 * As {@link MemoryView#get(String)}.
	 * @param id see there
	 * @return the fact, or empty
	 */
	Mono<Fact> get(String id);

	/**
	 * As {@link MemoryView#query(FactQuery)}.
	 * @param query see there
	 * @return the facts
	 */
	Flux<Fact> query(FactQuery query);

	/**
	 * As {@link MemoryView#stream(FactQuery)}.
	 * @param query see there
	 * @return the facts
	 */
	Flux<Fact> stream(FactQuery query);

	/**
	 * As {@link MemoryView#count(FactQuery)}.
	 * @param query see there
	 * @return how many
	 */
	Mono<Long> count(FactQuery query);

}
