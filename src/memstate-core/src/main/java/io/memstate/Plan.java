package io.memstate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactState;
import io.memstate.storage.OutboxTask;
import io.memstate.storage.Path;
import io.memstate.storage.Precondition;
import io.memstate.storage.ReadingIntents.LeasedFact;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepMark;
import io.memstate.storage.Storage;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;

/**
 * A write of one namespace while it is planned: what was read, what is to become of it,
 * and the log entries. Makes the {@link Unit} that the storage compares and sets. Used by
 * one thread.
 */
final class Plan {

	private final Storage storage;

	private final Types types;

	private final String namespace;

	private final Instant now;

	private final String step;

	private final int maxStepSize;

	private final @Nullable EarlyLease early;

	private final Map<String, Slot> slots = new LinkedHashMap<>();

	// who holds a key: as it was read, and as it is to be
	private final Map<SingletonKey, @Nullable String> holdersBefore = new HashMap<>();

	private final Map<SingletonKey, @Nullable String> holders = new HashMap<>();

	private final List<StoredEntry> entries = new ArrayList<>();

	private final Set<Precondition> preconditions = new LinkedHashSet<>();

	private final List<StepMark> marks = new ArrayList<>();

	private final Map<String, Set<Path>> indexed = new HashMap<>();

	private @Nullable StoredStep counted;

	private @Nullable String expiryStep;

	private int changed;

	/**
	 * Creates a plan of nothing.
	 * @param early leases the fact that is to be written while it is planned, or null
	 */
	Plan(Storage storage, Types types, String namespace, Instant now, String step, int maxStepSize,
			@Nullable EarlyLease early) {
		this.early = early;
		this.storage = storage;
		this.types = types;
		this.namespace = namespace;
		this.now = now;
		this.step = step;
		this.maxStepSize = maxStepSize;
	}

	Storage storage() {
		return this.storage;
	}

	Types types() {
		return this.types;
	}

	String namespace() {
		return this.namespace;
	}

	Instant now() {
		return this.now;
	}

	/** The step that this write makes or goes on with. */
	String step() {
		return this.step;
	}

	List<StoredEntry> entries() {
		return this.entries;
	}

	/** Reads facts ahead, so that a write of many needs few reads. */
	void prefetch(Collection<String> ids, Collection<SingletonKey> keys) {
		Set<String> missing = new LinkedHashSet<>(ids);
		missing.removeAll(this.slots.keySet());
		Set<SingletonKey> unknown = new LinkedHashSet<>(keys);
		unknown.removeAll(this.holders.keySet());
		if (!unknown.isEmpty()) {
			Map<SingletonKey, FactState> found = this.storage.singletons(this.namespace, unknown);
			for (SingletonKey key : unknown) {
				FactState holder = found.get(key);
				if (holder != null) {
					missing.remove(holder.id());
					know(holder.id(), holder);
				}
				this.holdersBefore.putIfAbsent(key, (holder != null) ? holder.id() : null);
				this.holders.putIfAbsent(key, (holder != null) ? holder.id() : null);
			}
		}
		if (!missing.isEmpty()) {
			Map<String, FactState> found = this.storage.facts(this.namespace, missing);
			missing.forEach((id) -> know(id, found.get(id)));
		}
	}

	/** Takes note of a state that was read otherwise, such as by a query. */
	void know(String id, @Nullable FactState state) {
		this.slots.computeIfAbsent(id, (key) -> new Slot(state));
	}

	/** An id for a fact to be made. */
	String newId(String type) {
		String leased = (this.early != null) ? this.early.newId(type) : null;
		String id = (leased != null) ? leased : Ids.next();
		know(id, null);
		return id;
	}

	/**
	 * Reads the fact that is to be written, and may lease it.
	 * @param type its type, or null if that is not known yet
	 */
	void prepare(String id, @Nullable String type) {
		LeasedFact leased = (this.early != null) ? this.early.read(id, type) : null;
		if (leased != null) {
			know(id, leased.state());
		}
	}

	/** The state of an id, or null if it never was. */
	@Nullable FactState state(String id) {
		return slot(id).current;
	}

	/** The fact of an id, unless it is removed or has expired. */
	@Nullable StoredFact visible(String id) {
		FactState state = state(id);
		return (state == null || state.fact() == null || state.fact().expired(this.now)) ? null : state.fact();
	}

	/** The fact of an id to write to: one that has expired is removed first. */
	@Nullable StoredFact living(String id) {
		FactState state = state(id);
		if (state == null || state.fact() == null) {
			return null;
		}
		if (!state.fact().expired(this.now)) {
			return state.fact();
		}
		expire(state);
		return null;
	}

	/** The fact that holds a key: one that has expired is removed first. */
	@Nullable StoredFact holder(SingletonKey key) {
		String id = holderId(key);
		return (id != null) ? living(id) : null;
	}

	/** The fact that holds a key, unless it has expired. */
	@Nullable StoredFact visibleHolder(SingletonKey key) {
		String id = holderId(key);
		return (id != null) ? visible(id) : null;
	}

	private @Nullable String holderId(SingletonKey key) {
		if (!this.holders.containsKey(key)) {
			prefetch(List.of(), List.of(key));
		}
		return this.holders.get(key);
	}

	/** Removes a fact whose time has come, as an uncounted step of its own. */
	void expire(FactState state) {
		if (this.expiryStep == null) {
			this.expiryStep = Ids.next();
		}
		StoredFact fact = Objects.requireNonNull(state.fact());
		remove(state.id(), new Cause(Operation.EXPIRE, this.expiryStep, state.shows(), fact.sessionId(),
				Change.anonymous(), null, null));
	}

	/**
	 * Puts a fact.
	 * @param image what to put; its version and time of change are given here
	 * @return the fact as it is to be
	 */
	StoredFact put(StoredFact image, Cause cause) {
		RegisteredType type = this.types.stored(image.type());
		return put(image, type, type.key(image.payload()), cause);
	}

	StoredFact put(StoredFact image, RegisteredType type, @Nullable String digest, Cause cause) {
		Slot slot = slot(image.id());
		StoredFact fact = new StoredFact(this.namespace, image.id(), image.type(), image.payload(), image.source(),
				image.sessionId(), image.ephemeral(), slot.version() + 1, image.createdAt(), this.now,
				image.expiresAt());
		FactState state = new FactState(image.id(), fact.version(), cause.shows(), fact, digest);
		if (state.key() != null) {
			checkKey(state.key(), fact);
		}
		write(slot, state, cause);
		this.preconditions.add(new Precondition.KeyFieldsAre(type.name(), type.keyFields()));
		this.indexed.put(type.name(), type.indexed());
		return fact;
	}

	/** Removes a fact, or takes a version for one that is not there anyway. */
	void remove(String id, Cause cause) {
		Slot slot = slot(id);
		write(slot, new FactState(id, slot.version() + 1, cause.shows(), null, null), cause);
	}

	private void write(Slot slot, FactState state, Cause cause) {
		if (!slot.changed) {
			checkSize(this.changed + 1);
			slot.changed = true;
			this.changed++;
		}
		FactState before = slot.current;
		release((before != null) ? before.key() : null, state.id());
		claim(state.key(), state.id());
		slot.current = state;
		this.entries.add(new StoredEntry(0, cause.step(), cause.operation().name(), cause.sessionId(), state.id(),
				(before != null) ? before.fact() : null, state.fact(), state.version(), cause.change().actor(),
				cause.change().reason(), this.now, cause.reverts(), (before != null) ? before.shows() : null,
				cause.call()));
	}

	private void checkKey(SingletonKey key, StoredFact fact) {
		StoredFact holder = holder(key);
		if (holder != null && !holder.id().equals(fact.id())) {
			throw new ConflictException("The fact '" + fact.id() + "' can't be written to "
					+ new Layer(this.namespace, fact.sessionId()) + ": its singleton key of type '" + fact.type()
					+ "' is held by the fact '" + holder.id() + "'; change or delete that one first");
		}
	}

	private void release(@Nullable SingletonKey key, String id) {
		if (key != null) {
			this.holders.put(key, null);
			this.holdersBefore.putIfAbsent(key, id);
		}
	}

	private void claim(@Nullable SingletonKey key, String id) {
		if (key != null) {
			this.holders.put(key, id);
		}
	}

	void checkSize(int facts) {
		if (facts > this.maxStepSize) {
			throw new ConflictException("The step would change more than " + this.maxStepSize
					+ " facts, the most that one step may (max-step-size): split it into several");
		}
	}

	/**
	 * Runs work of several changes: if it fails, none of them is left, so that whoever
	 * catches the failure can go on.
	 */
	<R> R allOrNothing(Supplier<R> work) {
		Map<String, Slot> slots = new LinkedHashMap<>();
		this.slots.forEach((id, slot) -> slots.put(id, slot.copy()));
		Map<SingletonKey, @Nullable String> holders = new HashMap<>(this.holders);
		List<StoredEntry> entries = List.copyOf(this.entries);
		Set<Precondition> preconditions = Set.copyOf(this.preconditions);
		int changed = this.changed;
		try {
			return work.get();
		}
		catch (RuntimeException | Error ex) {
			// what was read may stay, what was written must not
			this.slots.putAll(slots);
			this.slots.forEach((id, slot) -> {
				if (!slots.containsKey(id)) {
					slot.reset();
				}
			});
			this.holders.clear();
			this.holders.putAll(holders);
			this.entries.clear();
			this.entries.addAll(entries);
			this.preconditions.removeIf((condition) -> condition instanceof Precondition.KeyFieldsAre
					&& !preconditions.contains(condition));
			this.changed = changed;
			throw ex;
		}
	}

	void require(Precondition precondition) {
		this.preconditions.add(precondition);
	}

	void mark(String step, boolean undone) {
		require(new Precondition.StepUndone(step, !undone));
		this.marks.add(new StepMark(step, undone));
	}

	/** Makes this write a step that a rollback counts, if it writes anything. */
	void count(@Nullable String sessionId, boolean longTerm) {
		this.counted = new StoredStep(this.step, sessionId, longTerm, 0, null);
	}

	/** The states that are to be written. */
	List<FactState> changed() {
		return this.slots.values().stream().filter((slot) -> slot.changed).map((slot) -> slot.current).toList();
	}

	boolean isChanged(String id) {
		Slot slot = this.slots.get(id);
		return slot != null && slot.changed;
	}

	boolean isEmpty() {
		return this.entries.isEmpty();
	}

	/**
	 * The sessions of the layers that facts leave, enter or stay in; null for long-term
	 * memory.
	 */
	Set<@Nullable String> sessions() {
		Set<@Nullable String> sessions = new HashSet<>();
		for (StoredEntry entry : this.entries) {
			sessions.add((entry.before() != null) ? entry.before().sessionId() : entry.sessionId());
			sessions.add((entry.after() != null) ? entry.after().sessionId() : entry.sessionId());
		}
		return sessions;
	}

	/** Takes note of the sequences that the storage gave. */
	void applied(List<Long> sequences) {
		for (int i = 0; i < sequences.size(); i++) {
			this.entries.set(i, this.entries.get(i).withSequence(sequences.get(i)));
		}
	}

	/** The entries of this write's own step, as the log shows them once it is applied. */
	List<LogEntry> written() {
		return this.entries.stream().filter((entry) -> entry.step().equals(this.step)).map(LogEntry::new).toList();
	}

	Unit unit(List<OutboxTask> outbox) {
		List<Precondition> preconditions = new ArrayList<>();
		List<FactState> facts = new ArrayList<>();
		this.slots.forEach((id, slot) -> {
			preconditions.add(new Precondition.VersionIs(id, slot.versionBefore()));
			if (slot.changed) {
				FactState state = Objects.requireNonNull(slot.current);
				facts.add(state);
				SingletonKey key = state.key();
				if (key != null && (slot.before == null || !key.equals(slot.before.key()))) {
					preconditions.add(new Precondition.KeyAvailable(key, this.holdersBefore.get(key)));
				}
			}
		});
		preconditions.addAll(this.preconditions);
		boolean counts = this.counted != null && this.entries.stream().anyMatch((e) -> e.step().equals(this.step));
		return new Unit(this.namespace, preconditions, facts, this.entries, counts ? this.counted : null, this.marks,
				this.indexed, outbox);
	}

	/** Checks what the plan has read, and writes nothing. */
	Unit check() {
		List<Precondition> preconditions = new ArrayList<>();
		this.slots.forEach((id, slot) -> preconditions.add(new Precondition.VersionIs(id, slot.versionBefore())));
		this.holdersBefore.forEach((key, id) -> preconditions.add(new Precondition.KeyAvailable(key, id)));
		this.preconditions.stream()
			.filter((precondition) -> !(precondition instanceof Precondition.KeyFieldsAre))
			.forEach(preconditions::add);
		return new Unit(this.namespace, preconditions, List.of(), List.of(), null, List.of(), Map.of());
	}

	private Slot slot(String id) {
		Slot slot = this.slots.get(id);
		if (slot == null) {
			prefetch(List.of(id), List.of());
			slot = Objects.requireNonNull(this.slots.get(id));
		}
		return slot;
	}

	/** An id: as it was read, and as it is to be. */
	static final class Slot {

		private final @Nullable FactState before;

		private @Nullable FactState current;

		private boolean changed;

		Slot(@Nullable FactState before) {
			this.before = before;
			this.current = before;
		}

		Slot copy() {
			Slot copy = new Slot(this.before);
			copy.current = this.current;
			copy.changed = this.changed;
			return copy;
		}

		void reset() {
			this.current = this.before;
			this.changed = false;
		}

		private long version() {
			return (this.current != null) ? this.current.version() : 0;
		}

		private long versionBefore() {
			return (this.before != null) ? this.before.version() : 0;
		}

	}

}
