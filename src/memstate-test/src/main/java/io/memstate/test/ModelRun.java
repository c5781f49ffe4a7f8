package io.memstate.test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryOperations;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.storage.Storage;
import io.memstate.test.Action.Advance;
import io.memstate.test.Action.Again;
import io.memstate.test.Action.Commit;
import io.memstate.test.Action.CommitAll;
import io.memstate.test.Action.Delete;
import io.memstate.test.Action.Discard;
import io.memstate.test.Action.Edit;
import io.memstate.test.Action.Maintenance;
import io.memstate.test.Action.Promote;
import io.memstate.test.Action.Proposed;
import io.memstate.test.Action.Redo;
import io.memstate.test.Action.Rollback;
import io.memstate.test.Action.Target;
import io.memstate.test.Action.Terms;
import io.memstate.test.Action.Transaction;
import io.memstate.test.Action.Update;
import io.memstate.test.ReferenceModel.Entry;
import io.memstate.test.ReferenceModel.ModelFact;
import io.memstate.test.ReferenceModel.Refusal;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Does a sequence of actions to a store and to the model, and compares after each.
 */
final class ModelRun implements AutoCloseable {

	private static final String EXPIRY = "expiry";

	private static final int VIEWS = 8;

	private final String name = "model-" + UUID.randomUUID();

	private final MutableClock clock = new MutableClock();

	private final MemoryStore store;

	private final List<ReferenceModel> models = List.of(new ReferenceModel("a"), new ReferenceModel("b"));

	private final List<Long> lastSequences = new ArrayList<>(List.of(0L, 0L));

	private final List<Integer> compared = new ArrayList<>(List.of(0, 0));

	// the model's names of the store's steps
	private final Map<String, String> steps = new HashMap<>();

	private final List<Action> done = new ArrayList<>();

	private final List<Past> past = new ArrayList<>();

	/**
	 * What a namespace held at a time.
	 */
	private record Past(int namespace, Instant time, Map<String, ModelFact> facts) {
	}

	/**
	 * The ids that an action can mean.
	 */
	private record Known(List<String> all, Map<String, List<String>> layers) {

		String id(@Nullable String session, Target target) {
			return target.id(this.layers.getOrDefault(Objects.requireNonNullElse(session, ""), List.of()), this.all);
		}

	}

	/**
	 * What was answered, or how it was refused.
	 */
	private record Answer(@Nullable Object result, @Nullable Class<?> refusal, @Nullable Throwable failure) {
	}

	ModelRun(Storage storage) {
		this.store = MemoryStore.builder(storage)
			.clock(this.clock)
			.retryTimeout(StorageContract.BRIEFLY)
			.initialize(false)
			.schema(FactSchema.of(StorageContract.PREFERENCE).singleton("role"))
			.schema(FactSchema.of(StorageContract.DECISION).immutable())
			.schema(FactSchema.of(ReferenceModel.PLEDGE).singleton("role").immutable())
			.build();
	}

	void run(List<Action> actions) {
		try {
			for (Action action : actions) {
				step((action instanceof Again && !this.done.isEmpty()) ? this.done.get(this.done.size() - 1) : action);
			}
			comparePast();
		}
		catch (AssertionError | RuntimeException ex) {
			throw new AssertionError(described() + "\n" + ex.getMessage(), ex);
		}
	}

	@Override
	public void close() {
		this.store.close();
	}

	private String described() {
		StringBuilder text = new StringBuilder("The store and the model differ after:");
		for (int i = 0; i < this.done.size(); i++) {
			text.append("\n  ").append(i + 1).append(". ").append(this.done.get(i));
		}
		return text.toString();
	}

	private void step(Action action) {
		this.clock.tick();
		this.done.add(action);
		ReferenceModel model = this.models.get(action.namespace());
		Known known = new Known(model.ids(), Map.of("", model.ids(null), "s1", model.ids("s1"), "s2", model.ids("s2")));
		Answer real = attempt(() -> real(action, known));
		Answer expected = attempt(() -> model.step(now(), () -> model(model, action, known, real.result())));
		if (!Objects.equals(real.refusal(), expected.refusal())) {
			throw new AssertionError("Expected " + described(expected) + ", but got " + described(real),
					real.failure());
		}
		compareLogs();
		assertThat(translated(real.result())).as("the answer").isEqualTo(expected.result());
		compareFacts(action.namespace());
		this.past.add(new Past(action.namespace(), now(), model.facts(now())));
	}

	private static String described(Answer answer) {
		return (answer.refusal() != null) ? answer.refusal().getSimpleName() : "the answer " + answer.result();
	}

	private static Answer attempt(Supplier<@Nullable Object> call) {
		try {
			return new Answer(call.get(), null, null);
		}
		catch (Refusal ex) {
			return new Answer(null, ex.type(), ex);
		}
		catch (RuntimeException ex) {
			return new Answer(null, ex.getClass(), ex);
		}
	}

	private Object real(Action action, Known known) {
		MemoryStore memory = memory(action.namespace());
		if (action instanceof Edit edit) {
			return real(layer(memory, session(edit)), edit, known);
		}
		if (action instanceof CommitAll all) {
			return modelled(layer(memory, all.session()).commitAll(all.drafts().stream().map(Proposed::draft).toList(),
					Terms.NONE.change()));
		}
		if (action instanceof Promote promote) {
			return modelled(memory.session(promote.session())
				.promote((fact) -> selects(promote, fact.payload()), promote.terms().change()));
		}
		if (action instanceof Discard discard) {
			return memory.session(discard.session()).discard(discard.terms().change());
		}
		if (action instanceof Rollback rollback) {
			return entries((rollback.session() != null)
					? memory.session(rollback.session()).rollback(rollback.steps(), rollback.terms().change())
					: memory.rollback(rollback.steps(), rollback.terms().change()));
		}
		if (action instanceof Redo redo) {
			return entries(
					(redo.session() != null) ? memory.session(redo.session()).redo(redo.steps(), redo.terms().change())
							: memory.redo(redo.steps(), redo.terms().change()));
		}
		if (action instanceof Transaction transaction) {
			return layer(memory, transaction.session()).<Object>transaction((work) -> {
				List<Object> answers = new ArrayList<>();
				transaction.edits().forEach((edit) -> answers.add(real(work, edit, known)));
				failIf(transaction.fails());
				answers.add(byId(work.query(FactQuery.all())));
				return answers;
			});
		}
		if (action instanceof Advance advance) {
			this.clock.advance(advance.by());
		}
		if (action instanceof Maintenance) {
			this.store.maintenance();
		}
		return "done";
	}

	private static Object real(MemoryOperations memory, Edit edit, Known known) {
		if (edit instanceof Commit commit) {
			return ModelFact.of(memory.commit(commit.draft().draft(), commit.terms().change()));
		}
		if (edit instanceof Update update) {
			return ModelFact.of(memory.update(known.id(update.session(), update.target()), update.patch(),
					update.terms().change()));
		}
		Delete delete = (Delete) edit;
		return ModelFact.of(memory.delete(known.id(delete.session(), delete.target()), delete.terms().change()));
	}

	private Object model(ReferenceModel model, Action action, Known known, @Nullable Object real) {
		if (action instanceof Edit edit) {
			Object answer = model(model, edit, known, real);
			model.count(session(edit));
			return answer;
		}
		if (action instanceof CommitAll all) {
			all.drafts().forEach((draft) -> ReferenceModel.validate(draft.type(), draft.payload()));
			List<ModelFact> answers = new ArrayList<>();
			for (Proposed draft : all.drafts()) {
				answers.add(model.commit(all.session(), draft, Terms.NONE, freshId(real, answers.size())));
			}
			model.count(all.session());
			return answers;
		}
		if (action instanceof Promote promote) {
			return model.promote(promote.session(), (fact) -> selects(promote, fact.payload()), promote.terms());
		}
		if (action instanceof Discard discard) {
			return model.discard(discard.session(), discard.terms());
		}
		if (action instanceof Rollback rollback) {
			return model.rollback(rollback.session(), rollback.steps(), rollback.terms());
		}
		if (action instanceof Redo redo) {
			return model.redo(redo.session(), redo.steps(), redo.terms());
		}
		if (action instanceof Transaction transaction) {
			List<Object> answers = new ArrayList<>();
			for (Edit edit : transaction.edits()) {
				Object result = (real instanceof List<?> list) ? list.get(answers.size()) : null;
				answers.add(model(model, edit, known, result));
			}
			failIf(transaction.fails());
			Map<String, ModelFact> facts = model.facts(now());
			facts.values().removeIf((fact) -> !Objects.equals(fact.session(), transaction.session()));
			answers.add(facts);
			model.count(transaction.session());
			return answers;
		}
		if (action instanceof Maintenance) {
			this.models.forEach((each) -> {
				if (each != model) {
					each.step(now(), each::expire);
				}
			});
			model.expire();
		}
		return "done";
	}

	private static Object model(ReferenceModel model, Edit edit, Known known, @Nullable Object real) {
		if (edit instanceof Commit commit) {
			return model.commit(commit.session(), commit.draft(), commit.terms(), freshId(real, 0));
		}
		if (edit instanceof Update update) {
			return model.update(update.session(), known.id(update.session(), update.target()), update.patch(),
					update.terms());
		}
		Delete delete = (Delete) edit;
		return model.delete(delete.session(), known.id(delete.session(), delete.target()), delete.terms());
	}

	private static void failIf(boolean fails) {
		if (fails) {
			throw new UnsupportedOperationException("meant to fail");
		}
	}

	/** The id that the store gave, which the model can't know. */
	private static String freshId(@Nullable Object real, int index) {
		Object result = (real instanceof List<?> list) ? list.get(index) : real;
		return (result instanceof ModelFact fact) ? fact.id() : UUID.randomUUID().toString();
	}

	private static @Nullable String session(Edit edit) {
		if (edit instanceof Commit commit) {
			return commit.session();
		}
		return (edit instanceof Update update) ? update.session() : ((Delete) edit).session();
	}

	private static boolean selects(Promote promote, Map<String, Object> payload) {
		return !promote.evenValuesOnly() || (payload.get("value") instanceof Integer value && value % 2 == 0);
	}

	private void compareLogs() {
		for (int namespace = 0; namespace < this.models.size(); namespace++) {
			List<Entry> log = this.models.get(namespace).log();
			compareLog(namespace, log.subList(this.compared.get(namespace), log.size()));
			this.compared.set(namespace, log.size());
		}
	}

	/** Compares what was logged since, fact by fact. */
	private void compareLog(int namespace, List<Entry> expected) {
		List<LogEntry> newest = new ArrayList<>(memory(namespace).log(LogQuery.all().limit(expected.size() + 1)));
		long before = (newest.size() > expected.size()) ? newest.remove(expected.size()).sequence() : 0;
		assertThat(before).as("the last entry before").isEqualTo(this.lastSequences.get(namespace));
		if (!newest.isEmpty()) {
			this.lastSequences.set(namespace, newest.get(0).sequence());
		}
		Collections.reverse(newest);
		Map<String, List<LogEntry>> real = newest.stream().collect(Collectors.groupingBy(LogEntry::factId));
		Map<String, List<Entry>> byFact = expected.stream().collect(Collectors.groupingBy(Entry::factId));
		assertThat(real.keySet()).as("the facts logged").isEqualTo(byFact.keySet());
		byFact.forEach((id, entries) -> {
			bind(real.get(id), entries);
			assertThat(translated(entries(real.get(id)))).as("the log of '%s'", id).isEqualTo(entries);
		});
	}

	private void bind(List<LogEntry> real, List<Entry> expected) {
		assertThat(real).hasSameSizeAs(expected);
		for (int i = 0; i < real.size(); i++) {
			boolean expiry = real.get(i).operation() == Operation.EXPIRE;
			String step = this.steps.putIfAbsent(real.get(i).step(), expiry ? EXPIRY : expected.get(i).step());
			if (step == null && !expiry) {
				assertThat(this.steps.values()).filteredOn(expected.get(i).step()::equals)
					.as("%s is one step", expected.get(i).step())
					.hasSize(1);
			}
		}
	}

	private @Nullable Object translated(@Nullable Object answer) {
		if (!(answer instanceof List<?> list)) {
			return answer;
		}
		return list.stream()
			.map((element) -> (element instanceof Entry entry)
					? entry.withSteps(String.valueOf(this.steps.get(entry.step())),
							(entry.reverts() != null) ? this.steps.get(entry.reverts()) : null)
					: element)
			.toList();
	}

	private void compareFacts(int namespace) {
		MemoryStore memory = memory(namespace);
		ReferenceModel model = this.models.get(namespace);
		Map<String, ModelFact> facts = model.facts(now());
		assertThat(byId(memory.query(FactQuery.all().anyLayer()))).as("the facts").isEqualTo(facts);
		assertThat(byId(memory.session("s1").query(FactQuery.all().withLongTerm())))
			.as("the facts with long-term memory")
			.isEqualTo(model.withLongTerm("s1", now()));
		assertThat(memory.session("s2").count(FactQuery.all())).as("the count in s2")
			.isEqualTo(facts.values().stream().filter((fact) -> "s2".equals(fact.session())).count());
		try (Stream<String> sessions = memory.sessions()) {
			assertThat(sessions).as("the sessions")
				.isEqualTo(facts.values()
					.stream()
					.map(ModelFact::session)
					.filter(Objects::nonNull)
					.distinct()
					.sorted()
					.toList());
		}
	}

	private void comparePast() {
		int distance = Math.max(1, this.past.size() / VIEWS);
		for (int i = 0; i < this.past.size(); i += distance) {
			Past then = this.past.get(i);
			assertThat(byId(memory(then.namespace()).asOf(then.time()).query(FactQuery.all().anyLayer())))
				.as("the facts as of %s, after action %s", then.time(), i + 1)
				.isEqualTo(then.facts());
		}
	}

	private MemoryStore memory(int namespace) {
		return this.store.namespace(this.name + "-" + namespace);
	}

	private static MemoryOperations layer(MemoryStore memory, @Nullable String session) {
		return (session != null) ? memory.session(session) : memory;
	}

	private static List<ModelFact> modelled(List<Fact> facts) {
		return facts.stream().map(ModelFact::of).toList();
	}

	private static List<Entry> entries(List<LogEntry> entries) {
		return entries.stream().map(Entry::of).toList();
	}

	private static Map<String, ModelFact> byId(List<Fact> facts) {
		return facts.stream()
			.collect(Collectors.toMap(Fact::id, ModelFact::of, (first, second) -> first, TreeMap::new));
	}

	private Instant now() {
		return this.clock.instant();
	}

}
