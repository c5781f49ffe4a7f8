package io.memstate.reactor;

import java.time.Instant;
import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.AsyncMemoryStore;
import io.memstate.Change;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.SchemaRegistry;

/**
 * The reactive side of a store.
 */
final class AdaptedStore extends AdaptedOperations<MemoryStore, AsyncMemoryStore> implements ReactiveMemoryStore {

	AdaptedStore(MemoryStore store, StreamReader reader) {
		super(store, store.async(), reader);
	}

	@Override
	public Mono<Void> initialize() {
		return Mono.fromFuture(() -> async().initialize());
	}

	@Override
	public String namespace() {
		return target().namespace();
	}

	@Override
	public ReactiveMemoryStore namespace(String name) {
		return new AdaptedStore(target().namespace(name), reader());
	}

	@Override
	public ReactiveMemorySession session(String id) {
		return new AdaptedSession(target().session(id), async().session(id), reader());
	}

	@Override
	public Flux<String> namespaces() {
		return reader().read(() -> target().namespaces());
	}

	@Override
	public Flux<String> sessions() {
		return reader().read(() -> target().sessions());
	}

	@Override
	public SchemaRegistry schemas() {
		return target().schemas();
	}

	@Override
	public Flux<LogEntry> log(LogQuery query) {
		return each(() -> async().log(query));
	}

	@Override
	public Flux<LogEntry> history(String factId) {
		return each(() -> async().history(factId));
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
	public ReactiveMemoryView asOf(Instant time) {
		return new AdaptedView(target().asOf(time), async().asOf(time), reader());
	}

	@Override
	public Mono<Void> maintenance() {
		return Mono.fromFuture(() -> async().maintenance());
	}

}
