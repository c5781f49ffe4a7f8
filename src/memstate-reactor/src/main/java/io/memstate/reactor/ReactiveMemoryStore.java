package io.memstate.reactor;

import java.time.Instant;
import java.util.List;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.memstate.AsyncMemoryStore;
import io.memstate.Change;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.SchemaRegistry;

/**
 * A {@link MemoryStore} with {@link Mono} and {@link Flux}: the same store, the same
 * semantics. It holds nothing of its own and is closed by closing the store.
 *
 * <pre class="code">
 * ReactiveMemoryStore memory = ReactiveMemoryStore.of(store);
 * Mono&lt;Fact&gt; committed = memory.commit(new Preference("editor", "dry"));
 * Flux&lt;Fact&gt; preferences = memory.stream(FactQuery.type("preference"));
 * </pre>
 *
 * @since 0.1.0
 */
public interface ReactiveMemoryStore extends ReactiveMemoryOperations {

	/**
	 * The reactive side of a store. Streams are read on
	 * {@link Schedulers#boundedElastic()}.
	 * @param store the store
	 * @return a view of it
	 */
	static ReactiveMemoryStore of(MemoryStore store) {
		return of(store, Schedulers.boundedElastic());
	}

	/**
	 * The reactive side of a store.
	 * @param store the store
	 * @param scheduler where streams are read; its threads must be allowed to block
	 * @return a view of it
	 */
	static ReactiveMemoryStore of(MemoryStore store, Scheduler scheduler) {
		if (store == null) {
			throw new IllegalArgumentException("'store' must not be null");
		}
		if (scheduler == null) {
			throw new IllegalArgumentException("'scheduler' must not be null");
		}
		return new AdaptedStore(store, new StreamReader(scheduler));
	}

	/**
	 * As {@link AsyncMemoryStore#initialize()}.
	 * @return completes when the storage is ready
	 */
	Mono<Void> initialize();

	/**
	 * The namespace that this store acts on.
	 * @return its name
	 */
	String namespace();

	/**
	 * A view of another namespace of the same storage.
	 * @param name 1 to 255 characters without control characters
	 * @return the view
	 */
	ReactiveMemoryStore namespace(String name);

	/**
	 * A view of a session of this namespace.
	 * @param id 1 to 255 characters without control characters
	 * @return the view
	 */
	ReactiveMemorySession session(String id);

	/**
	 * As {@link MemoryStore#namespaces()}, read as it is requested.
	 * @return the names
	 */
	Flux<String> namespaces();

	/**
	 * As {@link MemoryStore#sessions()}, read as it is requested.
	 * @return the ids
	 */
	Flux<String> sessions();

	/**
	 * The types that are known.
	 * @return the registry, shared by all views of the store
	 */
	SchemaRegistry schemas();

	/**
	 * As {@link MemoryStore#log(LogQuery)}.
	 * @param query see there
	 * @return the entries, newest first
	 */
	Flux<LogEntry> log(LogQuery query);

	/**
	 * As {@link MemoryStore#history(String)}.
	 * @param factId see there
	 * @return the entries, oldest first
	 */
	Flux<LogEntry> history(String factId);

	/**
	 * As {@link MemoryStore#rollback(int)}.
	 * @param steps see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> rollback(int steps);

	/**
	 * As {@link MemoryStore#rollback(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> rollback(int steps, Change change);

	/**
	 * As {@link MemoryStore#redo(int)}.
	 * @param steps see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> redo(int steps);

	/**
	 * As {@link MemoryStore#redo(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return the log entries written
	 */
	Mono<List<LogEntry>> redo(int steps, Change change);

	/**
	 * The namespace as it was at a time.
	 * @param time the time
	 * @return a read-only view
	 */
	ReactiveMemoryView asOf(Instant time);

	/**
	 * As {@link MemoryStore#maintenance()}.
	 * @return completes when it is done
	 */
	Mono<Void> maintenance();

}
