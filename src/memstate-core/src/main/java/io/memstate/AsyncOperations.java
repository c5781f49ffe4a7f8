package io.memstate;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * {@link AsyncMemoryOperations} that hand each call over to the synchronous ones.
 *
 * @param <T> the type of the synchronous operations
 */
abstract class AsyncOperations<T extends MemoryOperations> implements AsyncMemoryOperations {

	private final Engine engine;

	private final AsyncExecutor executor;

	private final T target;

	AsyncOperations(Engine engine, AsyncExecutor executor, T target) {
		this.engine = engine;
		this.executor = executor;
		this.target = target;
	}

	final Engine engine() {
		return this.engine;
	}

	final AsyncExecutor executor() {
		return this.executor;
	}

	final T target() {
		return this.target;
	}

	final <R> CompletableFuture<R> submit(Supplier<R> call) {
		return this.executor.submit(this.engine.elsewhere(call));
	}

	final CompletableFuture<Void> run(Runnable call) {
		return submit(() -> {
			call.run();
			return null;
		});
	}

	@Override
	public final CompletableFuture<Fact> commit(Object model) {
		return submit(() -> this.target.commit(model));
	}

	@Override
	public final CompletableFuture<Fact> commit(Object model, Change change) {
		return submit(() -> this.target.commit(model, change));
	}

	@Override
	public final CompletableFuture<List<Fact>> commitAll(Collection<?> models, Change change) {
		return submit(() -> this.target.commitAll(models, change));
	}

	@Override
	public final CompletableFuture<Fact> update(String id, Map<String, ?> patch) {
		return submit(() -> this.target.update(id, patch));
	}

	@Override
	public final CompletableFuture<Fact> update(String id, Map<String, ?> patch, Change change) {
		return submit(() -> this.target.update(id, patch, change));
	}

	@Override
	public final CompletableFuture<Fact> delete(String id) {
		return submit(() -> this.target.delete(id));
	}

	@Override
	public final CompletableFuture<Fact> delete(String id, Change change) {
		return submit(() -> this.target.delete(id, change));
	}

	@Override
	public final CompletableFuture<Optional<Fact>> get(String id) {
		return submit(() -> this.target.get(id));
	}

	@Override
	public final <T> CompletableFuture<Optional<T>> get(String id, Class<T> model) {
		return submit(() -> this.target.get(id, model));
	}

	@Override
	public final CompletableFuture<List<Fact>> query(FactQuery query) {
		return submit(() -> this.target.query(query));
	}

	@Override
	public final <T> CompletableFuture<List<T>> query(Class<T> model, FactQuery query) {
		return submit(() -> this.target.query(model, query));
	}

	@Override
	public final CompletableFuture<Stream<Fact>> stream(FactQuery query) {
		return submit(() -> this.target.stream(query));
	}

	@Override
	public final CompletableFuture<Long> count(FactQuery query) {
		return submit(() -> this.target.count(query));
	}

	@Override
	public final CompletableFuture<List<ScoredFact>> search(SearchRequest request) {
		return submit(() -> this.target.search(request));
	}

	@Override
	public final <R> CompletableFuture<R> transaction(Function<MemoryOperations, R> work) {
		return submit(() -> this.target.transaction(work));
	}

	@Override
	public final <R> CompletableFuture<R> transaction(Change change, Function<MemoryOperations, R> work) {
		return submit(() -> this.target.transaction(change, work));
	}

}
