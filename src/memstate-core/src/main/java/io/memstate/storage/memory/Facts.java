package io.memstate.storage.memory;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.memstate.StorageException;
import io.memstate.storage.FactState;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Values;

/**
 * The facts of one namespace, living and removed, and the singleton keys they hold. Not
 * thread-safe.
 */
final class Facts {

	private final Map<String, FactState> states = new HashMap<>();

	private final Map<SingletonKey, String> holders = new HashMap<>();

	private final Map<String, List<String>> keyFields = new HashMap<>();

	private final Layer everyLayer = new Layer();

	private final Layer longTerm = new Layer();

	private final NavigableMap<String, Layer> sessions = new TreeMap<>(Values::compareStrings);

	boolean isEmpty() {
		return this.everyLayer.isEmpty();
	}

	Map<String, FactState> byId(Collection<String> ids) {
		Map<String, FactState> found = new HashMap<>();
		for (String id : ids) {
			FactState state = this.states.get(id);
			if (state != null) {
				found.put(id, state);
			}
		}
		return Collections.unmodifiableMap(found);
	}

	Map<SingletonKey, FactState> byKey(Collection<SingletonKey> keys) {
		Map<SingletonKey, FactState> found = new HashMap<>();
		for (SingletonKey key : keys) {
			FactState state = this.states.get(this.holders.get(key));
			if (state != null) {
				found.put(key, state);
			}
		}
		return Collections.unmodifiableMap(found);
	}

	@Nullable FactState get(String id) {
		return this.states.get(id);
	}

	long version(String id) {
		FactState state = this.states.get(id);
		return (state != null) ? state.version() : 0;
	}

	@Nullable String holder(SingletonKey key) {
		return this.holders.get(key);
	}

	boolean fieldsAgree(String type, List<String> fields) {
		return this.everyLayer.ofType(type).isEmpty()
				|| this.keyFields.getOrDefault(type, Collections.emptyList()).equals(fields);
	}

	void setFields(String type, List<String> fields) {
		this.keyFields.put(type, List.copyOf(fields));
	}

	/**
	 * Refuses new states that would leave two facts with one key.
	 * @param changes the new states
	 */
	void check(List<FactState> changes) {
		Set<String> ids = new HashSet<>();
		changes.forEach((change) -> require(ids.add(change.id()), "fact '" + change.id() + "' twice"));
		Set<SingletonKey> claimed = new HashSet<>();
		for (FactState change : changes) {
			SingletonKey key = change.key();
			if (key != null) {
				String holder = this.holders.get(key);
				require(claimed.add(key) && (holder == null || ids.contains(holder)),
						"a second fact, '" + change.id() + "', with one singleton key of type '" + key.type() + "'");
			}
		}
	}

	private static void require(boolean condition, String what) {
		if (!condition) {
			throw new StorageException("The unit holds " + what + " and was not written; it needs a precondition");
		}
	}

	void put(List<FactState> changes) {
		changes.forEach((change) -> release(change.id()));
		changes.forEach(this::claim);
	}

	private void release(String id) {
		FactState state = this.states.get(id);
		if (state == null || state.fact() == null) {
			return;
		}
		SingletonKey key = state.key();
		if (key != null) {
			this.holders.remove(key);
		}
		this.everyLayer.remove(state);
		String session = state.fact().sessionId();
		Layer layer = layer(session);
		layer.remove(state);
		if (session != null && layer.isEmpty()) {
			this.sessions.remove(session);
		}
	}

	private void claim(FactState state) {
		this.states.put(state.id(), state);
		StoredFact fact = state.fact();
		if (fact == null) {
			return;
		}
		SingletonKey key = state.key();
		if (key != null) {
			this.holders.put(key, state.id());
		}
		this.everyLayer.add(state);
		((fact.sessionId() != null) ? this.sessions.computeIfAbsent(fact.sessionId(), (id) -> new Layer())
				: this.longTerm)
			.add(state);
	}

	private Layer layer(@Nullable String session) {
		return (session != null) ? this.sessions.getOrDefault(session, new Layer()) : this.longTerm;
	}

	List<String> sessions(Instant now, @Nullable String after, int limit) {
		NavigableMap<String, Layer> page = (after != null) ? this.sessions.tailMap(after, false) : this.sessions;
		return page.entrySet()
			.stream()
			.filter((session) -> session.getValue()
				.ofType(null)
				.stream()
				.anyMatch((state) -> !Layer.living(state).expired(now)))
			.limit(limit)
			.map(Map.Entry::getKey)
			.toList();
	}

	/**
	 * What a query has to look at: its layers and type, in the order of creation and,
	 * where that is the order of the query, after its cursor.
	 * @param query the query
	 * @return the facts
	 */
	Iterator<FactState> candidates(StorageQuery query) {
		return switch (query.layers()) {
			case ANY -> candidates(this.everyLayer, query);
			case OWN -> candidates(layer(query.sessionId()), query);
			case WITH_LONG_TERM ->
				(query.sessionId() == null) ? candidates(this.longTerm, query) : new MergedIterator<>(
						candidates(this.longTerm, query), candidates(layer(query.sessionId()), query), Layer.CREATION);
		};
	}

	private static Iterator<FactState> candidates(Layer layer, StorageQuery query) {
		NavigableSet<FactState> facts = layer.ofType(query.type());
		StoredFact after = query.after();
		if (after == null || !query.order().isEmpty()) {
			return facts.iterator();
		}
		return facts.tailSet(new FactState(after.id(), after.version(), null, after, null), false).iterator();
	}

}
