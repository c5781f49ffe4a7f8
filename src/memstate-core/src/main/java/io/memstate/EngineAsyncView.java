package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The asynchronous side of a view of the past.
 */
final class EngineAsyncView implements AsyncMemoryView {

	private final AsyncExecutor executor;

	private final MemoryView view;

	EngineAsyncView(AsyncExecutor executor, MemoryView view) {
		this.executor = executor;
		this.view = view;
	}

	@Override
	public Instant time() {
		return this.view.time();
	}

	@Override
	public CompletableFuture<Optional<Fact>> get(String id) {
		return this.executor.submit(() -> this.view.get(id));
	}

	@Override
	public CompletableFuture<List<Fact>> query(FactQuery query) {
		return this.executor.submit(() -> this.view.query(query));
	}

	@Override
	public CompletableFuture<Stream<Fact>> stream(FactQuery query) {
		return this.executor.submit(() -> this.view.stream(query));
	}

	@Override
	public CompletableFuture<Long> count(FactQuery query) {
		return this.executor.submit(() -> this.view.count(query));
	}

}
