package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.StorageLogQuery;

/**
 * A store, or a view of another namespace of one.
 */
final class EngineStore extends LayerOperations implements MemoryStore {

	private static final int PAGE = 500;

	private final AsyncExecutor executor;

	private final boolean view;

	private final EngineAsyncStore async;

	EngineStore(Engine engine, AsyncExecutor executor, String namespace) {
		this(engine, executor, namespace, false);
	}

	private EngineStore(Engine engine, AsyncExecutor executor, String namespace, boolean view) {
		super(engine, Layer.longTerm(namespace));
		this.executor = executor;
		this.view = view;
		this.async = new EngineAsyncStore(engine, executor, this);
	}

	@Override
	public String namespace() {
		return layer().namespace();
	}

	@Override
	public MemoryStore namespace(String name) {
		return new EngineStore(engine(), this.executor, Arguments.name(name, "name"), true);
	}

	@Override
	public MemorySession session(String id) {
		return new EngineSession(engine(), new Layer(namespace(), Arguments.name(id, "id")));
	}

	@Override
	public Stream<String> namespaces() {
		return names((after) -> engine().storage().namespaces(after, PAGE));
	}

	@Override
	public Stream<String> sessions() {
		return names((after) -> engine().storage().sessions(namespace(), engine().now(), after, PAGE));
	}

	private static Stream<String> names(Function<@Nullable String, List<String>> pages) {
		return Stream
			.iterate(pages.apply(null), (page) -> !page.isEmpty(),
					(page) -> (page.size() < PAGE) ? List.of() : pages.apply(page.get(page.size() - 1)))
			.flatMap(List::stream);
	}

	@Override
	public SchemaRegistry schemas() {
		return engine().types().schemas();
	}

	@Override
	public List<LogEntry> log(LogQuery query) {
		return Logs.read(engine().storage(), Arguments.notNull(query, "query").on(namespace()));
	}

	@Override
	public List<LogEntry> history(String factId) {
		return Logs.read(engine().storage(), new StorageLogQuery(namespace(), null, Arguments.name(factId, "factId"),
				null, null, null, null, null, null, true, Integer.MAX_VALUE));
	}

	@Override
	public MemoryView asOf(Instant time) {
		return new EngineView(engine(), namespace(), Arguments.time(time, "time"));
	}

	@Override
	public HookOperations hooks() {
		return engine().hooks();
	}

	@Override
	public AsyncMemoryStore async() {
		return this.async;
	}

	@Override
	public void maintenance() {
		engine().maintenance();
	}

	@Override
	public void close() {
		if (!this.view) {
			// first what still needs the engine
			this.executor.close();
			engine().close();
		}
	}

	@Override
	public String toString() {
		return "MemoryStore[namespace '" + namespace() + "' on " + engine().description() + "]";
	}

}
