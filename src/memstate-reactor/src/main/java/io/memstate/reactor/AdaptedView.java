package io.memstate.reactor;

import java.time.Instant;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.AsyncMemoryView;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryView;

/**
 * The reactive side of a view of the past.
 */
final class AdaptedView implements ReactiveMemoryView {

	private final MemoryView view;

	private final AsyncMemoryView async;

	private final StreamReader reader;

	AdaptedView(MemoryView view, AsyncMemoryView async, StreamReader reader) {
		this.view = view;
		this.async = async;
		this.reader = reader;
	}

	@Override
	public Instant time() {
		return this.view.time();
	}

	@Override
	public Mono<Fact> get(String id) {
		return AdaptedOperations.present(() -> this.async.get(id));
	}

	@Override
	public Flux<Fact> query(FactQuery query) {
		return AdaptedOperations.each(() -> this.async.query(query));
	}

	@Override
	public Flux<Fact> stream(FactQuery query) {
		return this.reader.read(() -> this.view.stream(query));
	}

	@Override
	public Mono<Long> count(FactQuery query) {
		return Mono.fromFuture(() -> this.async.count(query));
	}

}
