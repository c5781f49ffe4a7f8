package io.memstate.reactor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.AsyncMemoryOperations;
import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryOperations;
import io.memstate.MemoryStoreException;
import io.memstate.ScoredFact;
import io.memstate.SearchRequest;

/**
 * {@link MemoryOperations} with {@link Mono} and {@link Flux}. Nothing happens before
 * subscription, and each subscription makes the call anew. What the call of the same name
 * would throw is the error signal.
 * <p>
 * All calls but streams run where {@link io.memstate.MemoryStore#async()} runs them:
 * cancelling one that has not begun keeps it from beginning, one that runs may still take
 * effect, and {@link AsyncMemoryOperations} says when calls are refused. No call takes
 * part in a transaction of the caller's thread.
 * <p>
 * {@link #stream(FactQuery)} reads no more than its subscriber requests, but for the page
 * that the storage reads at a time, on threads that may block. It closes what it reads
 * from when it completes, fails or is cancelled.
 *
 * @since 0.1.0
 */
public interface ReactiveMemoryOperations {

	/**
	 * As {@link MemoryOperations#commit(Object)}.
	 * @param model see there
	 * @return the fact
	 */
	Mono<Fact> commit(Object model);

	/**
	 * As {@link MemoryOperations#commit(Object, Change)}.
	 * @param model see there
	 * @param change see there
	 * @return the fact
	 */
	Mono<Fact> commit(Object model, Change change);

	/**
	 * As {@link MemoryOperations#commitAll(Collection, Change)}.
	 * @param models see there
	 * @param change see there
	 * @return the facts
	 */
	Mono<List<Fact>> commitAll(Collection<?> models, Change change);

	/**
	 * As {@link MemoryOperations#update(String, Map)}.
	 * @param id see there
	 * @param patch see there
	 * @return the fact
	 */
	Mono<Fact> update(String id, Map<String, ?> patch);

	/**
	 * As {@link MemoryOperations#update(String, Map, Change)}.
	 * @param id see there
	 * @param patch see there
	 * @param change see there
	 * @return the fact
	 */
	Mono<Fact> update(String id, Map<String, ?> patch, Change change);

	/**
	 * As {@link MemoryOperations#delete(String)}.
	 * @param id see there
	 * @return the fact as it was
	 */
	Mono<Fact> delete(String id);

	/**
	 * As {@link MemoryOperations#delete(String, Change)}.
	 * @param id see there
	 * @param change see there
	 * @return the fact as it was
	 */
	Mono<Fact> delete(String id, Change change);

	/**
	 * As {@link MemoryOperations#get(String)}.
	 * @param id see there
	 * @return the fact, or empty
	 */
	Mono<Fact> get(String id);

	/**
	 * As {@link MemoryOperations#get(String, Class)}.
	 * @param <T> see there
	 * @param id see there
	 * @param model see there
	 * @return the instance, or empty
	 */
	<T> Mono<T> get(String id, Class<T> model);

	/**
	 * As {@link MemoryOperations#query(FactQuery)}: all of the result is read at once.
	 * @param query see there
	 * @return the facts
	 */
	Flux<Fact> query(FactQuery query);

	/**
	 * As {@link MemoryOperations#query(Class, FactQuery)}: all of the result is read at
	 * once.
	 * @param <T> see there
	 * @param model see there
	 * @param query see there
	 * @return the instances
	 */
	<T> Flux<T> query(Class<T> model, FactQuery query);

	/**
	 * As {@link MemoryOperations#stream(FactQuery)}: the result is read as it is
	 * requested, in constant memory.
	 * @param query see there
	 * @return the facts
	 */
	Flux<Fact> stream(FactQuery query);

	/**
	 * As {@link MemoryOperations#count(FactQuery)}.
	 * @param query see there
	 * @return how many
	 */
	Mono<Long> count(FactQuery query);

	/**
	 * As {@link MemoryOperations#search(SearchRequest)}.
	 * @param request see there
	 * @return the facts, best first; or a {@link MemoryStoreException} if there is no
	 * index
	 */
	Flux<ScoredFact> search(SearchRequest request);

	/**
	 * As {@link MemoryOperations#transaction(Function)}. The work may block.
	 * @param <R> see there
	 * @param work see there
	 * @return what the work returned, or empty if that was null
	 */
	<R> Mono<R> transaction(Function<MemoryOperations, R> work);

	/**
	 * As {@link MemoryOperations#transaction(Change, Function)}. The work may block.
	 * @param <R> see there
	 * @param change see there
	 * @param work see there
	 * @return what the work returned, or empty if that was null
	 */
	<R> Mono<R> transaction(Change change, Function<MemoryOperations, R> work);

}
