package io.memstate;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * {@link MemoryOperations} for callers that must not block. Each future completes with
 * the result of the call of the same name, or exceptionally with what that would throw:
 * as the cause of an {@link java.util.concurrent.ExecutionException} or
 * {@link java.util.concurrent.CompletionException}. Arguments are checked on the thread
 * that runs the call, so that every failure arrives in the future.
 * <p>
 * Calls run on threads of their own and so take no part in a transaction of the caller:
 * inside one, nothing should wait for a future, as the call may wait for what the
 * transaction has locked. Work given to a {@code transaction} must not write by futures
 * either; such a write fails with an {@link IllegalStateException}.
 * <ul>
 * <li><em>Cancelled</em>, or completed by the caller in another way: a call that has not
 * begun does not begin. One that runs is not interrupted, and may still take effect; a
 * stream that it opens is closed again.</li>
 * <li><em>Refused</em> with a {@link MemoryStoreException}: a call while 10,000 others of
 * the store wait or run, unless the store was given an executor, whose limits then count;
 * and one that an executor would run on the calling thread.</li>
 * <li><em>Closed</em>: {@link MemoryStore#close()} refuses later calls and those that
 * wait with an {@link IllegalStateException}, and lets those that run finish.</li>
 * </ul>
 *
 * @since 0.1.0
 */
public interface AsyncMemoryOperations {

	/**
	 * As {@link MemoryOperations#commit(Object)}.
	 * @param model see there
	 * @return completes with its result
	 */
	CompletableFuture<Fact> commit(Object model);

	/**
	 * As {@link MemoryOperations#commit(Object, Change)}.
	 * @param model see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<Fact> commit(Object model, Change change);

	/**
	 * As {@link MemoryOperations#commitAll(Collection, Change)}.
	 * @param models see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<Fact>> commitAll(Collection<?> models, Change change);

	/**
	 * As {@link MemoryOperations#update(String, Map)}.
	 * @param id see there
	 * @param patch see there
	 * @return completes with its result
	 */
	CompletableFuture<Fact> update(String id, Map<String, ?> patch);

	/**
	 * As {@link MemoryOperations#update(String, Map, Change)}.
	 * @param id see there
	 * @param patch see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<Fact> update(String id, Map<String, ?> patch, Change change);

	/**
	 * As {@link MemoryOperations#delete(String)}.
	 * @param id see there
	 * @return completes with its result
	 */
	CompletableFuture<Fact> delete(String id);

	/**
	 * As {@link MemoryOperations#delete(String, Change)}.
	 * @param id see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<Fact> delete(String id, Change change);

	/**
	 * As {@link MemoryOperations#get(String)}.
	 * @param id see there
	 * @return completes with its result
	 */
	CompletableFuture<Optional<Fact>> get(String id);

	/**
	 * As {@link MemoryOperations#get(String, Class)}.
	 * @param <T> see there
	 * @param id see there
	 * @param model see there
	 * @return completes with its result
	 */
	<T> CompletableFuture<Optional<T>> get(String id, Class<T> model);

	/**
	 * As {@link MemoryOperations#query(FactQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<List<Fact>> query(FactQuery query);

	/**
	 * As {@link MemoryOperations#query(Class, FactQuery)}.
	 * @param <T> see there
	 * @param model see there
	 * @param query see there
	 * @return completes with its result
	 */
	<T> CompletableFuture<List<T>> query(Class<T> model, FactQuery query);

	/**
	 * As {@link MemoryOperations#stream(FactQuery)}. The stream blocks whoever reads it.
	 * @param query see there
	 * @return completes with its result, to be closed by the caller
	 */
	CompletableFuture<Stream<Fact>> stream(FactQuery query);

	/**
	 * As {@link MemoryOperations#count(FactQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<Long> count(FactQuery query);

	/**
	 * As {@link MemoryOperations#search(SearchRequest)}.
	 * @param request see there
	 * @return completes with its result
	 */
	CompletableFuture<List<ScoredFact>> search(SearchRequest request);

	/**
	 * As {@link MemoryOperations#transaction(Function)}.
	 * @param <R> see there
	 * @param work see there
	 * @return completes with its result
	 */
	<R> CompletableFuture<R> transaction(Function<MemoryOperations, R> work);

	/**
	 * As {@link MemoryOperations#transaction(Change, Function)}.
	 * @param <R> see there
	 * @param change see there
	 * @param work see there
	 * @return completes with its result
	 */
	<R> CompletableFuture<R> transaction(Change change, Function<MemoryOperations, R> work);

}
