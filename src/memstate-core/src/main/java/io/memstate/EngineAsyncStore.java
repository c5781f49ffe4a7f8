package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The asynchronous side of a store.
 */
final class EngineAsyncStore extends AsyncOperations<MemoryStore> implements AsyncMemoryStore {

	EngineAsyncStore(Engine engine, AsyncExecutor executor, MemoryStore store) {
		super(engine, executor, store);
	}

	@Override
	public CompletableFuture<Void> initialize() {
		return run(engine()::initialize);
	}

	@Override
	public String namespace() {
		return target().namespace();
	}

	@Override
	public AsyncMemoryStore namespace(String name) {
		return target().namespace(name).async();
	}

	@Override
	public AsyncMemorySession session(String id) {
		return new EngineAsyncSession(engine(), executor(), target().session(id));
	}

	@Override
	public SchemaRegistry schemas() {
		return target().schemas();
	}

	@Override
	public AsyncMemoryView asOf(Instant time) {
		return new EngineAsyncView(executor(), target().asOf(time));
	}

	@Override
	public CompletableFuture<List<LogEntry>> log(LogQuery query) {
		return submit(() -> target().log(query));
	}

	@Override
	public CompletableFuture<List<LogEntry>> history(String factId) {
		return submit(() -> target().history(factId));
	}

	@Override
	public CompletableFuture<List<LogEntry>> rollback(int steps) {
		return submit(() -> target().rollback(steps));
	}

	@Override
	public CompletableFuture<List<LogEntry>> rollback(int steps, Change change) {
		return submit(() -> target().rollback(steps, change));
	}

	@Override
	public CompletableFuture<List<LogEntry>> redo(int steps) {
		return submit(() -> target().redo(steps));
	}

	@Override
	public CompletableFuture<List<LogEntry>> redo(int steps, Change change) {
		return submit(() -> target().redo(steps, change));
	}

	@Override
	public CompletableFuture<Stream<String>> namespaces() {
		return submit(() -> target().namespaces());
	}

	@Override
	public CompletableFuture<Stream<String>> sessions() {
		return submit(() -> target().sessions());
	}

	@Override
	public CompletableFuture<Void> maintenance() {
		return run(() -> target().maintenance());
	}

}
