package io.memstate.reactor;

import java.util.List;
import java.util.function.Predicate;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.AsyncMemorySession;
import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.LogEntry;
import io.memstate.MemorySession;

/**
 * The reactive side of a session.
 */
final class AdaptedSession extends AdaptedOperations<MemorySession, AsyncMemorySession>
		implements ReactiveMemorySession {

	AdaptedSession(MemorySession session, AsyncMemorySession async, StreamReader reader) {
		super(session, async, reader);
	}

	@Override
	public String id() {
		return target().id();
	}

	@Override
	public Mono<List<Fact>> promote() {
		return Mono.fromFuture(() -> async().promote());
	}

	@Override
	public Mono<List<Fact>> promote(Change change) {
		return Mono.fromFuture(() -> async().promote(change));
	}

	@Override
	public Mono<List<Fact>> promote(Predicate<Fact> selector, Change change) {
		return Mono.fromFuture(() -> async().promote(selector, change));
	}

	@Override
	public Mono<Integer> discard() {
		return Mono.fromFuture(() -> async().discard());
	}

	@Override
	public Mono<Integer> discard(Change change) {
		return Mono.fromFuture(() -> async().discard(change));
	}

	@Override
	public Mono<List<LogEntry>> rollback(int steps) {
		return Mono.fromFuture(() -> async().rollback(steps));
	}

	@Override
	public Mono<List<LogEntry>> rollback(int steps, Change change) {
		return Mono.fromFuture(() -> async().rollback(steps, change));
	}

	@Override
	public Mono<List<LogEntry>> redo(int steps) {
		return Mono.fromFuture(() -> async().redo(steps));
	}

	@Override
	public Mono<List<LogEntry>> redo(int steps, Change change) {
		return Mono.fromFuture(() -> async().redo(steps, change));
	}

	@Override
	public Flux<LogEntry> log() {
		return each(() -> async().log());
	}

}
