package io.memstate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CursorStorage;
import io.memstate.storage.FactState;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.Storage;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StorageQuery.Layers;
import io.memstate.storage.StoredFact;

/**
 * Reads the facts of one layer: checks what a storage may answer coarsely, drops what a
 * session shadows, and shows what a plan is about to write.
 */
final class Reads {

	private static final int PAGE = 1000;

	private final Storage storage;

	private final Layer layer;

	private final Instant now;

	private final @Nullable Plan plan;

	Reads(Storage storage, Layer layer, Instant now, @Nullable Plan plan) {
		this.storage = storage;
		this.layer = layer;
		this.now = now;
		this.plan = plan;
	}

	@Nullable StoredFact get(String id) {
		StoredFact fact = visible(id,
				this.plan != null ? null : this.storage.facts(this.layer.namespace(), List.of(id)).get(id));
		return (fact != null && Objects.equals(fact.sessionId(), this.layer.sessionId())) ? fact : null;
	}

	List<StoredFact> query(FactQuery factQuery) {
		List<StoredFact> facts = new ArrayList<>();
		try (Stream<StoredFact> stream = stream(factQuery)) {
			stream.forEach(facts::add);
		}
		return facts;
	}

	Stream<StoredFact> stream(FactQuery factQuery) {
		StorageQuery query = storageQuery(factQuery);
		List<StoredFact> planned = planned(query);
		Stream<FactState> states = states(query, planned.isEmpty() ? factQuery.limit() : Integer.MAX_VALUE);
		Iterator<StoredFact> stored = new Checked(states.iterator(), query);
		Iterator<StoredFact> facts = planned.isEmpty() ? stored
				: new Merged(stored, planned.iterator(), query.comparator());
		return StreamSupport
			.stream(Spliterators.spliteratorUnknownSize(facts, Spliterator.ORDERED | Spliterator.NONNULL), false)
			.limit(factQuery.limit())
			.onClose(states::close);
	}

	long count(FactQuery factQuery) {
		StorageQuery query = storageQuery(factQuery);
		if (query.after() == null && query.layers() != Layers.WITH_LONG_TERM && changed().isEmpty()) {
			OptionalLong exact = this.storage.count(query.page(null, Integer.MAX_VALUE));
			if (exact.isPresent()) {
				return Math.min(exact.getAsLong(), factQuery.limit());
			}
		}
		try (Stream<StoredFact> stream = stream(factQuery)) {
			return stream.count();
		}
	}

	/** Those of the facts named that a search may show. */
	Map<String, StoredFact> visible(List<String> ids, FactQuery factQuery) {
		StorageQuery query = storageQuery(factQuery);
		Map<String, FactState> states = this.storage.facts(this.layer.namespace(), ids);
		List<FactState> found = new ArrayList<>();
		for (String id : ids) {
			FactState state = isChanged(id) ? Objects.requireNonNull(this.plan).state(id) : states.get(id);
			if (state != null && state.fact() != null && query.matches(state.fact())) {
				found.add(state);
			}
		}
		Map<String, StoredFact> facts = new HashMap<>();
		unshadowed(found, query).forEach((fact) -> facts.put(fact.id(), fact));
		return facts;
	}

	private @Nullable StoredFact visible(String id, @Nullable FactState state) {
		if (this.plan != null) {
			return this.plan.visible(id);
		}
		return (state == null || state.fact() == null || state.fact().expired(this.now)) ? null : state.fact();
	}

	private StorageQuery storageQuery(FactQuery query) {
		return query.on(this.layer.namespace(), this.layer.sessionId(), this.now);
	}

	// a sorted result must not be sorted anew for each page if that can be helped
	private Stream<FactState> states(StorageQuery query, int wanted) {
		if (!query.order().isEmpty() && wanted > PAGE && this.storage instanceof CursorStorage cursors) {
			return cursors.stream(query.page(query.after(), PAGE));
		}
		int page = (query.condition() == null && query.layers() != Layers.WITH_LONG_TERM) ? Math.min(wanted, PAGE)
				: PAGE;
		Iterator<FactState> pages = new Pages(query.page(query.after(), page));
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pages, Spliterator.ORDERED), false);
	}

	/** The facts that the plan writes and the query asks for, in order. */
	private List<StoredFact> planned(StorageQuery query) {
		List<FactState> states = changed().stream()
			.filter((state) -> state.fact() != null && query.matches(state.fact()))
			.filter((state) -> query.after() == null || query.comparator().compare(state.fact(), query.after()) > 0)
			.toList();
		return unshadowed(states, query).stream().sorted(query.comparator()).toList();
	}

	private List<FactState> changed() {
		return (this.plan != null) ? this.plan.changed() : List.of();
	}

	private boolean isChanged(String id) {
		return this.plan != null && this.plan.isChanged(id);
	}

	/** Drops the long-term facts whose singleton key the session holds, too. */
	private List<StoredFact> unshadowed(List<FactState> states, StorageQuery query) {
		Map<FactState, SingletonKey> keys = new IdentityHashMap<>();
		if (query.layers() == Layers.WITH_LONG_TERM) {
			for (FactState state : states) {
				SingletonKey key = state.key();
				if (key != null && key.sessionId() == null) {
					keys.put(state, new SingletonKey(this.layer.sessionId(), key.type(), key.digest()));
				}
			}
		}
		Map<SingletonKey, StoredFact> holders = holders(keys);
		return states.stream()
			.filter((state) -> !holders.containsKey(keys.get(state)))
			.map(FactState::fact)
			.filter(Objects::nonNull)
			.toList();
	}

	private Map<SingletonKey, StoredFact> holders(Map<FactState, SingletonKey> keys) {
		Map<SingletonKey, StoredFact> holders = new HashMap<>();
		if (keys.isEmpty()) {
			return holders;
		}
		if (this.plan != null) {
			this.plan.prefetch(List.of(), keys.values());
			keys.values().forEach((key) -> {
				StoredFact holder = this.plan.visibleHolder(key);
				if (holder != null) {
					holders.put(key, holder);
				}
			});
			return holders;
		}
		this.storage.singletons(this.layer.namespace(), keys.values()).forEach((key, state) -> {
			StoredFact holder = state.fact();
			if (holder != null && !holder.expired(this.now)) {
				holders.put(key, holder);
			}
		});
		return holders;
	}

	/** Runs through all pages of a query. */
	private final class Pages implements Iterator<FactState> {

		private StorageQuery query;

		private Iterator<FactState> page = List.<FactState>of().iterator();

		private boolean last;

		Pages(StorageQuery query) {
			this.query = query;
		}

		@Override
		public boolean hasNext() {
			if (!this.page.hasNext() && !this.last) {
				List<FactState> states = Reads.this.storage.query(this.query);
				this.page = states.iterator();
				this.last = states.size() < this.query.limit();
				if (!states.isEmpty()) {
					// after a small first page, more are wanted than it seemed
					this.query = this.query.page(states.get(states.size() - 1).fact(), PAGE);
				}
			}
			return this.page.hasNext();
		}

		@Override
		public FactState next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			return this.page.next();
		}

	}

	/**
	 * Lets through what the query asks for, in batches, and what the plan does not
	 * change.
	 */
	private final class Checked implements Iterator<StoredFact> {

		private final Iterator<FactState> states;

		private final StorageQuery query;

		private Iterator<StoredFact> batch = List.<StoredFact>of().iterator();

		Checked(Iterator<FactState> states, StorageQuery query) {
			this.states = states;
			this.query = query;
		}

		@Override
		public boolean hasNext() {
			int size = (this.query.layers() == Layers.WITH_LONG_TERM) ? PAGE : 1;
			while (!this.batch.hasNext() && this.states.hasNext()) {
				List<FactState> matching = new ArrayList<>();
				while (matching.size() < size && this.states.hasNext()) {
					FactState state = this.states.next();
					if (state.fact() != null && this.query.matches(state.fact()) && !isChanged(state.id())) {
						matching.add(state);
					}
				}
				this.batch = unshadowed(matching, this.query).iterator();
			}
			return this.batch.hasNext();
		}

		@Override
		public StoredFact next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			return this.batch.next();
		}

	}

	/** Merges two sorted runs of facts. */
	private static final class Merged implements Iterator<StoredFact> {

		private final Iterator<StoredFact> left;

		private final Iterator<StoredFact> right;

		private final java.util.Comparator<StoredFact> comparator;

		private @Nullable StoredFact nextLeft;

		private @Nullable StoredFact nextRight;

		Merged(Iterator<StoredFact> left, Iterator<StoredFact> right, java.util.Comparator<StoredFact> comparator) {
			this.left = left;
			this.right = right;
			this.comparator = comparator;
		}

		@Override
		public boolean hasNext() {
			if (this.nextLeft == null && this.left.hasNext()) {
				this.nextLeft = this.left.next();
			}
			if (this.nextRight == null && this.right.hasNext()) {
				this.nextRight = this.right.next();
			}
			return this.nextLeft != null || this.nextRight != null;
		}

		@Override
		public StoredFact next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			StoredFact fromLeft = this.nextLeft;
			StoredFact fromRight = this.nextRight;
			if (fromRight == null || (fromLeft != null && this.comparator.compare(fromLeft, fromRight) <= 0)) {
				this.nextLeft = null;
				return Objects.requireNonNull(fromLeft);
			}
			this.nextRight = null;
			return fromRight;
		}

	}

}
