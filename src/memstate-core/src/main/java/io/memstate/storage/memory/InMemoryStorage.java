package io.memstate.storage.memory;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.CursorStorage;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.Outbox;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;

/**
 * Keeps facts and log in the memory of the process, for tests and for what need not
 * outlive it. Everything is lost when the storage is closed or the process ends.
 * <p>
 * Safe under any number of threads. Each namespace has a lock of its own, so that
 * namespaces don't wait for each other; it is never held while code of the user runs.
 *
 * @since 0.1.0
 */
public final class InMemoryStorage implements CursorStorage, HookStorage {

	private final Map<String, Namespace> namespaces = new ConcurrentHashMap<>();

	private final Register register = new Register();

	private final MemoryIntents intents = new MemoryIntents(this::writable);

	private final MemoryOutbox outbox = new MemoryOutbox(this.intents);

	private final Namespace nothing = new Namespace(this.register, this.intents, this.outbox);

	private volatile boolean closed;

	/**
	 * Creates an empty storage.
	 */
	public InMemoryStorage() {
	}

	@Override
	public void initialize() {
		requireOpen("initialize it");
	}

	@Override
	public String description() {
		return "In-memory storage of this process";
	}

	@Override
	public Map<String, FactState> facts(String namespace, Collection<String> ids) {
		return namespace(namespace, "read facts").facts(ids);
	}

	@Override
	public Map<SingletonKey, FactState> singletons(String namespace, Collection<SingletonKey> keys) {
		return namespace(namespace, "read singletons").singletons(keys);
	}

	@Override
	public List<FactState> query(StorageQuery query) {
		Namespace namespace = namespace(query.namespace(), "query facts");
		if (query.order().isEmpty()) {
			return namespace.first(query);
		}
		return first(matching(namespace, query), order(query), query.limit());
	}

	private static List<FactState> first(Stream<FactState> facts, Comparator<FactState> order, int limit) {
		PriorityQueue<FactState> first = new PriorityQueue<>(order.reversed());
		facts.forEach((state) -> {
			if (first.size() < limit) {
				first.add(state);
			}
			else if (order.compare(state, first.element()) < 0) {
				first.remove();
				first.add(state);
			}
		});
		return first.stream().sorted(order).toList();
	}

	/**
	 * {@inheritDoc} The stream shows the namespace as it was when it was asked for,
	 * whatever is written meanwhile.
	 */
	@Override
	public Stream<FactState> stream(StorageQuery query) {
		Stream<FactState> facts = matching(namespace(query.namespace(), "stream facts"), query);
		return query.order().isEmpty() ? facts : facts.sorted(order(query));
	}

	@Override
	public OptionalLong count(StorageQuery query) {
		StorageQuery all = query.page(null, Integer.MAX_VALUE);
		return OptionalLong.of(matching(namespace(query.namespace(), "count facts"), all).count());
	}

	private static Stream<FactState> matching(Namespace namespace, StorageQuery query) {
		Stream<FactState> facts = namespace.candidates(query)
			.stream()
			.filter((state) -> query.matches(Layer.living(state)));
		StoredFact after = query.after();
		if (after == null || query.order().isEmpty()) {
			return facts;
		}
		Comparator<StoredFact> order = query.comparator();
		return facts.filter((state) -> order.compare(Layer.living(state), after) > 0);
	}

	private static Comparator<FactState> order(StorageQuery query) {
		return Comparator.comparing(Layer::living, query.comparator());
	}

	@Override
	public List<StoredEntry> log(StorageLogQuery query) {
		return namespace(query.namespace(), "read the log").log(query);
	}

	@Override
	public List<StoredEntry> lastEntries(String namespace, Instant at, @Nullable String afterFactId, int limit) {
		return namespace(namespace, "read the log").lastEntries(at, afterFactId, limit);
	}

	@Override
	public List<StoredStep> steps(StepQuery query) {
		return namespace(query.namespace(), "read steps").steps(query);
	}

	@Override
	public List<FactAddress> due(Instant now, int limit) {
		requireOpen("find expired facts");
		return this.register.due(now, limit);
	}

	@Override
	public List<String> namespaces(@Nullable String after, int limit) {
		requireOpen("list namespaces");
		return this.register.namespaces(after, limit);
	}

	@Override
	public List<String> sessions(String namespace, Instant now, @Nullable String after, int limit) {
		return namespace(namespace, "list sessions").sessions(now, after, limit);
	}

	@Override
	public ApplyResult apply(Unit unit) {
		return writable(unit.namespace()).apply(unit);
	}

	private Namespace writable(String name) {
		requireOpen("write to namespace '" + name + "'");
		return this.namespaces.computeIfAbsent(name,
				(absent) -> new Namespace(this.register, this.intents, this.outbox));
	}

	@Override
	public Intents intents() {
		return this.intents;
	}

	@Override
	public Outbox outbox() {
		return this.outbox;
	}

	@Override
	public void close() {
		this.closed = true;
		this.namespaces.clear();
	}

	private Namespace namespace(String name, String tried) {
		requireOpen(tried + " of namespace '" + name + "'");
		return this.namespaces.getOrDefault(name, this.nothing);
	}

	private void requireOpen(String tried) {
		if (this.closed) {
			throw new StorageException("The in-memory storage is closed, so that nothing can " + tried
					+ "; close it last, or make a new one");
		}
	}

}
