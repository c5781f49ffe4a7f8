package io.memstate.test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.ConflictException;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactValidationException;
import io.memstate.LogEntry;
import io.memstate.Operation;
import io.memstate.test.Action.Proposed;
import io.memstate.test.Action.Terms;

/**
 * One namespace in plain lists and maps, written from the semantics alone and shared with
 * no line of the engine: what a store must answer.
 */
final class ReferenceModel {

	/** A type that is a singleton and immutable at once. */
	static final String PLEDGE = "pledge";

	private static final Set<String> SINGLETONS = Set.of(StorageContract.PREFERENCE, PLEDGE);

	private static final Set<String> IMMUTABLES = Set.of(StorageContract.DECISION, PLEDGE);

	private Map<String, Cell> cells = new LinkedHashMap<>();

	private List<Entry> log = new ArrayList<>();

	private Map<String, Step> steps = new LinkedHashMap<>();

	private Instant now = Instant.MIN;

	private String step = "";

	private final String name;

	private int made;

	/** A model whose steps are told from those of others by its name. */
	ReferenceModel(String name) {
		this.name = name;
	}

	/**
	 * A fact.
	 */
	record ModelFact(String id, String type, Map<String, Object> payload, @Nullable String source,
			@Nullable String session, boolean ephemeral, long version, Instant createdAt, Instant updatedAt,
			@Nullable Instant expiresAt) {

		static @Nullable ModelFact of(@Nullable Fact fact) {
			return (fact == null) ? null
					: new ModelFact(fact.id(), fact.type(), fact.payload(), fact.source(), fact.sessionId(),
							fact.ephemeral(), fact.version(), fact.createdAt(), fact.updatedAt(), fact.expiresAt());
		}

		boolean expired(Instant now) {
			return this.expiresAt != null && !now.isBefore(this.expiresAt);
		}

		private @Nullable Object key() {
			return SINGLETONS.contains(this.type) ? this.payload.get("role") : null;
		}

		private ModelFact written(long version, Instant now) {
			return new ModelFact(this.id, this.type, this.payload, this.source, this.session, this.ephemeral, version,
					this.createdAt, now, this.expiresAt);
		}

	}

	/**
	 * An id: its last version, the step whose effect it shows, the fact if it lives.
	 */
	private record Cell(long version, @Nullable String shows, @Nullable ModelFact fact) {
	}

	/**
	 * An entry of the log. What only the model knows of it is left out of comparisons.
	 */
	record Entry(String step, Operation operation, @Nullable String session, String factId, @Nullable ModelFact before,
			@Nullable ModelFact after, @Nullable String reverts, Instant at, Hidden hidden) {

		static Entry of(LogEntry entry) {
			return new Entry(entry.step(), entry.operation(), entry.sessionId(), entry.factId(),
					ModelFact.of(entry.before()), ModelFact.of(entry.after()), entry.reverts(), entry.at(),
					new Hidden(null, null, null));
		}

		Entry withSteps(String step, @Nullable String reverts) {
			return new Entry(step, this.operation, this.session, this.factId, this.before, this.after, reverts, this.at,
					this.hidden);
		}

	}

	/**
	 * Equal to any other, so that it does not count.
	 */
	record Hidden(@Nullable String showed, @Nullable String key, @Nullable Object call) {

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Hidden;
		}

		@Override
		public int hashCode() {
			return 0;
		}

		@Override
		public String toString() {
			return "";
		}

	}

	/**
	 * A counted step.
	 *
	 * @param sessions the layers that it wrote, null for long-term memory
	 * @param last the place of its last entry in the log
	 * @param undoneAt the place of the entry that undid it, or null
	 */
	private record Step(String id, Set<@Nullable String> sessions, int last, @Nullable Integer undoneAt) {
	}

	/**
	 * A refusal, by the type of the exception that a store must throw.
	 */
	static final class Refusal extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final Class<? extends Throwable> type;

		Refusal(Class<? extends Throwable> type) {
			super(type.getSimpleName(), null, false, false);
			this.type = type;
		}

		Class<? extends Throwable> type() {
			return this.type;
		}

	}

	/** Every id that ever was, in the order in which they came. */
	List<String> ids() {
		return List.copyOf(this.cells.keySet());
	}

	/** The ids of a layer's facts, in the order in which they came. */
	List<String> ids(@Nullable String session) {
		return this.cells.values()
			.stream()
			.map(Cell::fact)
			.filter((fact) -> fact != null && Objects.equals(fact.session(), session))
			.map(ModelFact::id)
			.toList();
	}

	List<Entry> log() {
		return this.log;
	}

	/** The living facts by id. */
	Map<String, ModelFact> facts(Instant now) {
		Map<String, ModelFact> facts = new TreeMap<>();
		this.cells.forEach((id, cell) -> {
			if (cell.fact() != null && !cell.fact().expired(now)) {
				facts.put(id, cell.fact());
			}
		});
		return facts;
	}

	/** What a session sees with long-term memory, by id. */
	Map<String, ModelFact> withLongTerm(String session, Instant now) {
		Map<String, ModelFact> facts = facts(now);
		List<ModelFact> own = facts.values().stream().filter((fact) -> session.equals(fact.session())).toList();
		facts.values()
			.removeIf((fact) -> (fact.session() == null) ? own.stream().anyMatch((mine) -> shadows(mine, fact))
					: !session.equals(fact.session()));
		return facts;
	}

	private static boolean shadows(ModelFact mine, ModelFact longTerm) {
		return longTerm.key() != null && mine.type().equals(longTerm.type()) && longTerm.key().equals(mine.key());
	}

	/** Does something all or nothing, as one step. */
	<R> R step(Instant now, Supplier<R> work) {
		Map<String, Cell> cells = new LinkedHashMap<>(this.cells);
		List<Entry> log = new ArrayList<>(this.log);
		Map<String, Step> steps = new LinkedHashMap<>(this.steps);
		this.now = now;
		this.step = this.name + ++this.made;
		try {
			return work.get();
		}
		catch (RuntimeException ex) {
			this.cells = cells;
			this.log = log;
			this.steps = steps;
			throw ex;
		}
	}

	ModelFact commit(@Nullable String session, Proposed draft, Terms terms, String freshId) {
		validate(draft.type(), draft.payload());
		Call call = new Call(terms, "commit", session, draft);
		List<Entry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.get(0).after();
		}
		ModelFact existing = (draft.id() != null) ? living(draft.id())
				: holder(session, draft.type(), draft.payload().get("role"));
		if (existing != null
				&& (!Objects.equals(existing.session(), session) || !existing.type().equals(draft.type()))) {
			throw new Refusal(ConflictException.class);
		}
		requireVersion(terms, existing);
		if (existing != null && isSame(existing, draft.payload())) {
			return existing;
		}
		String id = (existing != null) ? existing.id() : (draft.id() != null) ? draft.id() : freshId;
		if (existing == null && draft.id() == null && this.cells.containsKey(id)) {
			throw new AssertionError("'" + id + "' is no new id");
		}
		Instant expiresAt = (draft.expiresIn() != null) ? this.now.plus(draft.expiresIn()) : null;
		return put(
				new ModelFact(id, draft.type(), draft.payload(), draft.source(), session, draft.ephemeral(), 0,
						(existing != null) ? existing.createdAt() : this.now, this.now, expiresAt),
				Operation.COMMIT, session, call);
	}

	ModelFact update(@Nullable String session, String id, Map<String, Object> patch, Terms terms) {
		Call call = new Call(terms, "update " + id, session, patch);
		List<Entry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.get(0).after();
		}
		ModelFact fact = find(session, id);
		requireVersion(terms, fact);
		Map<String, Object> payload = new HashMap<>(fact.payload());
		patch.forEach((key, value) -> {
			payload.remove(key);
			if (value != null) {
				payload.put(key, value);
			}
		});
		if (isSame(fact, payload)) {
			return fact;
		}
		validate(fact.type(), payload);
		return put(new ModelFact(id, fact.type(), payload, fact.source(), session, fact.ephemeral(), 0,
				fact.createdAt(), this.now, fact.expiresAt()), Operation.UPDATE, session, call);
	}

	ModelFact delete(@Nullable String session, String id, Terms terms) {
		Call call = new Call(terms, "delete " + id, session, "");
		List<Entry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.get(0).before();
		}
		ModelFact fact = find(session, id);
		requireVersion(terms, fact);
		if (IMMUTABLES.contains(fact.type())) {
			throw new Refusal(ConflictException.class);
		}
		remove(id, Operation.DELETE, session, call);
		return fact;
	}

	List<ModelFact> promote(String session, Predicate<ModelFact> selector, Terms terms) {
		Call call = new Call(terms, "promote", session, "");
		List<Entry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.stream().map(Entry::after).filter(Objects::nonNull).toList();
		}
		List<ModelFact> promoted = new ArrayList<>();
		for (ModelFact fact : facts(session)) {
			if (fact.ephemeral() || !selector.test(fact)) {
				continue;
			}
			ModelFact holder = holder(null, fact.type(), fact.key());
			if (holder == null) {
				promoted.add(put(moved(fact, fact), Operation.PROMOTE, session, call));
				continue;
			}
			if (!isSame(holder, fact.payload())) {
				promoted.add(put(moved(fact, holder), Operation.PROMOTE, session, call));
			}
			remove(fact.id(), Operation.PROMOTE, session, call);
		}
		count(session, null);
		return promoted;
	}

	private static ModelFact moved(ModelFact content, ModelFact identity) {
		return new ModelFact(identity.id(), identity.type(), content.payload(), content.source(), null,
				content.ephemeral(), 0, identity.createdAt(), content.updatedAt(), content.expiresAt());
	}

	int discard(String session, Terms terms) {
		Call call = new Call(terms, "discard", session, "");
		List<Entry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.size();
		}
		List<ModelFact> facts = facts(session);
		facts.forEach((fact) -> remove(fact.id(), Operation.DISCARD, session, call));
		count(session);
		return facts.size();
	}

	List<Entry> rollback(@Nullable String session, int steps, Terms terms) {
		return revert(Operation.ROLLBACK, session, steps, terms,
				this.steps.values()
					.stream()
					.filter((step) -> step.sessions().contains(session) && step.undoneAt() == null)
					.sorted(Comparator.comparingInt(Step::last).reversed())
					.toList());
	}

	List<Entry> redo(@Nullable String session, int steps, Terms terms) {
		return revert(Operation.REDO, session, steps, terms,
				this.steps.values()
					.stream()
					.filter((step) -> step.sessions().contains(session) && step.undoneAt() != null)
					.sorted(Comparator.comparing(Step::undoneAt).reversed())
					.takeWhile((step) -> step.undoneAt() > newest(step.sessions()))
					.toList());
	}

	/** Where the last counted step of some layers ended. */
	private int newest(Set<@Nullable String> sessions) {
		return this.steps.values()
			.stream()
			.filter((step) -> step.sessions().stream().anyMatch(sessions::contains))
			.mapToInt(Step::last)
			.max()
			.orElse(-1);
	}

	private List<Entry> revert(Operation operation, @Nullable String session, int count, Terms terms,
			List<Step> candidates) {
		Call call = new Call(terms, operation.name(), session, count);
		List<Entry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier;
		}
		if (candidates.size() < count) {
			throw new Refusal(ConflictException.class);
		}
		List<Entry> written = new ArrayList<>();
		boolean undo = operation == Operation.ROLLBACK;
		for (Step step : candidates.subList(0, count)) {
			List<Entry> entries = new ArrayList<>(
					this.log.stream().filter((entry) -> entry.step().equals(step.id())).toList());
			if (undo) {
				Collections.reverse(entries);
			}
			Integer first = null;
			for (Entry entry : entries) {
				written.add(revert(entry, undo, terms.force(), call));
				first = (first != null) ? first : this.log.size() - 1;
			}
			this.steps.put(step.id(), new Step(step.id(), step.sessions(), step.last(), undo ? first : null));
		}
		return written;
	}

	private Entry revert(Entry entry, boolean undo, boolean force, Call call) {
		String id = entry.factId();
		ModelFact current = living(id);
		boolean changed = !Objects.equals(cell(id).shows(), undo ? entry.step() : entry.hidden().showed());
		if (changed && !force) {
			throw new Refusal(ConflictException.class);
		}
		ModelFact image = undo ? entry.before() : entry.after();
		image = (image != null && image.expired(this.now)) ? null : image;
		if (changed && current != null && IMMUTABLES.contains(current.type())
				&& (image == null || !image.payload().equals(current.payload()))) {
			throw new Refusal(ConflictException.class);
		}
		Operation operation = undo ? Operation.ROLLBACK : Operation.REDO;
		write(id, image, undo ? entry.hidden().showed() : entry.step(), operation, entry.session(), entry.step(), call);
		return this.log.get(this.log.size() - 1);
	}

	int expire() {
		int expired = 0;
		for (String id : ids()) {
			ModelFact fact = cell(id).fact();
			if (fact != null && fact.expired(this.now)) {
				living(id);
				expired++;
			}
		}
		return expired;
	}

	/** The fact of an id to write to: an expired one is removed first. */
	private @Nullable ModelFact living(String id) {
		Cell cell = cell(id);
		if (cell.fact() == null || !cell.fact().expired(this.now)) {
			return cell.fact();
		}
		this.log.add(new Entry("expiry", Operation.EXPIRE, cell.fact().session(), id, cell.fact(), null, null, this.now,
				new Hidden(cell.shows(), null, null)));
		this.cells.put(id, new Cell(cell.version() + 1, cell.shows(), null));
		return null;
	}

	private Cell cell(String id) {
		return this.cells.getOrDefault(id, new Cell(0, null, null));
	}

	private @Nullable ModelFact holder(@Nullable String session, String type, @Nullable Object key) {
		if (key == null || !SINGLETONS.contains(type)) {
			return null;
		}
		for (String id : ids()) {
			ModelFact fact = cell(id).fact();
			if (fact != null && fact.type().equals(type) && key.equals(fact.key())
					&& Objects.equals(session, fact.session())) {
				return living(id);
			}
		}
		return null;
	}

	private ModelFact find(@Nullable String session, String id) {
		ModelFact fact = living(id);
		if (fact == null || !Objects.equals(fact.session(), session)) {
			throw new Refusal(FactNotFoundException.class);
		}
		return fact;
	}

	/** The facts of a session in the order of their creation. */
	private List<ModelFact> facts(String session) {
		return facts(this.now).values()
			.stream()
			.filter((fact) -> session.equals(fact.session()))
			.sorted(Comparator.comparing(ModelFact::createdAt).thenComparing(ModelFact::id))
			.toList();
	}

	/** A singleton must have its key. */
	static void validate(String type, Map<String, Object> payload) {
		if (SINGLETONS.contains(type) && payload.get("role") == null) {
			throw new Refusal(FactValidationException.class);
		}
	}

	private static void requireVersion(Terms terms, @Nullable ModelFact fact) {
		if (terms.expected() != null && terms.expected() != ((fact != null) ? fact.version() : 0)) {
			throw new Refusal(ConflictException.class);
		}
	}

	/** Whether an immutable fact would stay as it is; it may not become another. */
	private static boolean isSame(ModelFact fact, Map<String, Object> payload) {
		if (!IMMUTABLES.contains(fact.type())) {
			return false;
		}
		if (!fact.payload().equals(payload)) {
			throw new Refusal(ConflictException.class);
		}
		return true;
	}

	private ModelFact put(ModelFact image, Operation operation, @Nullable String session, Call call) {
		return Objects.requireNonNull(write(image.id(), image, this.step, operation, session, null, call));
	}

	private void remove(String id, Operation operation, @Nullable String session, Call call) {
		write(id, null, this.step, operation, session, null, call);
	}

	private @Nullable ModelFact write(String id, @Nullable ModelFact image, @Nullable String shows, Operation operation,
			@Nullable String session, @Nullable String reverts, Call call) {
		ModelFact holder = (image != null) ? holder(image.session(), image.type(), image.key()) : null;
		if (holder != null && !holder.id().equals(id)) {
			throw new Refusal(ConflictException.class);
		}
		Cell cell = cell(id);
		long version = cell.version() + 1;
		ModelFact fact = (image != null) ? image.written(version, this.now) : null;
		this.cells.put(id, new Cell(version, shows, fact));
		this.log.add(new Entry(this.step, operation, session, id, cell.fact(), fact, reverts, this.now,
				new Hidden(cell.shows(), call.terms.key(), call.print)));
		return fact;
	}

	/** Counts what was written as a step of some layers. */
	void count(@Nullable String... sessions) {
		for (int i = this.log.size() - 1; i >= 0; i--) {
			if (this.log.get(i).step().equals(this.step)) {
				Set<@Nullable String> layers = new HashSet<>(Arrays.asList(sessions));
				this.steps.put(this.step, new Step(this.step, layers, i, null));
				return;
			}
		}
	}

	/**
	 * A call that may have been made before.
	 */
	private final class Call {

		private final Terms terms;

		private final Object print;

		Call(Terms terms, String operation, @Nullable String session, Object input) {
			this.terms = terms;
			this.print = Arrays.asList(operation, session, input, terms);
		}

		List<Entry> earlier() {
			if (this.terms.key() == null) {
				return List.of();
			}
			List<Entry> earlier = ReferenceModel.this.log.stream()
				.filter((entry) -> this.terms.key().equals(entry.hidden().key()))
				.toList();
			if (earlier.stream().anyMatch((entry) -> !this.print.equals(entry.hidden().call()))) {
				throw new Refusal(ConflictException.class);
			}
			return earlier;
		}

	}

}
