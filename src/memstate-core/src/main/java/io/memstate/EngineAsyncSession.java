package io.memstate;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * The asynchronous side of a session.
 */
final class EngineAsyncSession extends AsyncOperations<MemorySession> implements AsyncMemorySession {

	EngineAsyncSession(Engine engine, AsyncExecutor executor, MemorySession session) {
		super(engine, executor, session);
	}

	@Override
	public String id() {
		return target().id();
	}

	@Override
	public CompletableFuture<List<Fact>> promote() {
		return submit(() -> target().promote());
	}

	@Override
	public CompletableFuture<List<Fact>> promote(Change change) {
		return submit(() -> target().promote(change));
	}

	@Override
	public CompletableFuture<List<Fact>> promote(Predicate<Fact> selector, Change change) {
		return submit(() -> target().promote(selector, change));
	}

	@Override
	public CompletableFuture<Integer> discard() {
		return submit(() -> target().discard());
	}

	@Override
	public CompletableFuture<Integer> discard(Change change) {
		return submit(() -> target().discard(change));
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
	public CompletableFuture<List<LogEntry>> log() {
		return submit(() -> target().log());
	}

}
