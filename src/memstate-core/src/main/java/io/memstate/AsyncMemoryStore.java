package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A {@link MemoryStore} for callers that must not block: the same store, the same
 * semantics, with futures.
 *
 * @since 0.1.0
 */
public interface AsyncMemoryStore extends AsyncMemoryOperations {

	/**
	 * Prepares the storage: proves the connection and creates what is missing. May be
	 * called again at any time, and must be called only where the store was built without
	 * ({@link MemoryStore.Builder#initialize(boolean)}).
	 * @return completes when the storage is ready, or exceptionally with a
	 * {@link StorageException}
	 */
	CompletableFuture<Void> initialize();

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
	AsyncMemoryStore namespace(String name);

	/**
	 * A view of a session of this namespace.
	 * @param id 1 to 255 characters without control characters
	 * @return the view
	 */
	AsyncMemorySession session(String id);

	/**
	 * The types that are known.
	 * @return the registry, shared by all views of the store
	 */
	SchemaRegistry schemas();

	/**
	 * The namespace as it was at a time.
	 * @param time the time
	 * @return a read-only view
	 */
	AsyncMemoryView asOf(Instant time);

	/**
	 * As {@link MemoryStore#log(LogQuery)}.
	 * @param query see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> log(LogQuery query);

	/**
	 * As {@link MemoryStore#history(String)}.
	 * @param factId see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> history(String factId);

	/**
	 * As {@link MemoryStore#rollback(int)}.
	 * @param steps see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> rollback(int steps);

	/**
	 * As {@link MemoryStore#rollback(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> rollback(int steps, Change change);

	/**
	 * As {@link MemoryStore#redo(int)}.
	 * @param steps see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> redo(int steps);

	/**
	 * As {@link MemoryStore#redo(int, Change)}.
	 * @param steps see there
	 * @param change see there
	 * @return completes with its result
	 */
	CompletableFuture<List<LogEntry>> redo(int steps, Change change);

	/**
	 * As {@link MemoryStore#namespaces()}. The stream blocks whoever reads it.
	 * @return completes with its result, to be closed by the caller
	 */
	CompletableFuture<Stream<String>> namespaces();

	/**
	 * As {@link MemoryStore#sessions()}. The stream blocks whoever reads it.
	 * @return completes with its result, to be closed by the caller
	 */
	CompletableFuture<Stream<String>> sessions();

	/**
	 * As {@link MemoryStore#maintenance()}.
	 * @return completes with its result
	 */
	CompletableFuture<Void> maintenance();

}
