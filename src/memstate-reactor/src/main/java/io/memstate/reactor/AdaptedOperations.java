package io.memstate.reactor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.memstate.AsyncMemoryOperations;
import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryOperations;
import io.memstate.ScoredFact;
import io.memstate.SearchRequest;

/**
 * {@link ReactiveMemoryOperations} on the synchronous and asynchronous ones of one layer.
 *
 * @param <S> the type of the synchronous operations
 * @param <A> the type of the asynchronous operations
 */
abstract class AdaptedOperations<S extends MemoryOperations, A extends AsyncMemoryOperations>
		implements ReactiveMemoryOperations {

	private final S target;

	private final A async;

	private final StreamReader reader;

	AdaptedOperations(S target, A async, StreamReader reader) {
		this.target = target;
		this.async = async;
		this.reader = reader;
	}

	static <T> Flux<T> each(Supplier<CompletableFuture<List<T>>> call) {
		return Mono.fromFuture(call).flatMapIterable(Function.identity());
	}

	static <T> Mono<T> present(Supplier<CompletableFuture<Optional<T>>> call) {
		return Mono.fromFuture(call).flatMap(Mono::justOrEmpty);
	}

	final S target() {
		return this.target;
	}

	final A async() {
		return this.async;
	}

	final StreamReader reader() {
		return this.reader;
	}

	@Override
	public final Mono<Fact> commit(Object model) {
		return Mono.fromFuture(() -> this.async.commit(model));
	}

	@Override
	public final Mono<Fact> commit(Object model, Change change) {
		return Mono.fromFuture(() -> this.async.commit(model, change));
	}

	@Override
	public final Mono<List<Fact>> commitAll(Collection<?> models, Change change) {
		return Mono.fromFuture(() -> this.async.commitAll(models, change));
	}

	@Override
	public final Mono<Fact> update(String id, Map<String, ?> patch) {
		return Mono.fromFuture(() -> this.async.update(id, patch));
	}

	@Override
	public final Mono<Fact> update(String id, Map<String, ?> patch, Change change) {
		return Mono.fromFuture(() -> this.async.update(id, patch, change));
	}

	@Override
	public final Mono<Fact> delete(String id) {
		return Mono.fromFuture(() -> this.async.delete(id));
	}

	@Override
	public final Mono<Fact> delete(String id, Change change) {
		return Mono.fromFuture(() -> this.async.delete(id, change));
	}

	@Override
	public final Mono<Fact> get(String id) {
		return present(() -> this.async.get(id));
	}

	@Override
	public final <T> Mono<T> get(String id, Class<T> model) {
		return present(() -> this.async.get(id, model));
	}

	@Override
	public final Flux<Fact> query(FactQuery query) {
		return each(() -> this.async.query(query));
	}

	@Override
	public final <T> Flux<T> query(Class<T> model, FactQuery query) {
		return each(() -> this.async.query(model, query));
	}

	@Override
	public final Flux<Fact> stream(FactQuery query) {
		return this.reader.read(() -> this.target.stream(query));
	}

	@Override
	public final Mono<Long> count(FactQuery query) {
		return Mono.fromFuture(() -> this.async.count(query));
	}

	@Override
	public final Flux<ScoredFact> search(SearchRequest request) {
		return each(() -> this.async.search(request));
	}

	@Override
	public final <R> Mono<R> transaction(Function<MemoryOperations, R> work) {
		return Mono.fromFuture(() -> this.async.transaction(work));
	}

	@Override
	public final <R> Mono<R> transaction(Change change, Function<MemoryOperations, R> work) {
		return Mono.fromFuture(() -> this.async.transaction(change, work));
	}

	@Override
	public final String toString() {
		return "Reactive" + this.target;
	}

}
