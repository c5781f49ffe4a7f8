package io.memstate.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.Condition;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepMark;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StorageQuery.Layers;
import io.memstate.storage.StorageQuery.SortKey;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link InMemoryStorage}.
 */
class InMemoryStorageTests {

	private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

	private final InMemoryStorage storage = new InMemoryStorage();

	@Test
	void knowsNothingAtFirst() {
		assertThat(this.storage.facts("ns", List.of("a"))).isEmpty();
		assertThat(this.storage.singletons("ns", List.of(new SingletonKey(null, "t", "d")))).isEmpty();
		assertThat(this.storage.query(all())).isEmpty();
		assertThat(this.storage.count(all())).hasValue(0);
		assertThat(this.storage.log(StorageLogQuery.newest("ns", 10))).isEmpty();
		assertThat(this.storage.lastEntries("ns", T0, null, 10)).isEmpty();
		assertThat(this.storage.steps(new StepQuery("ns", null, StepQuery.Selection.ALL, 10))).isEmpty();
		assertThat(this.storage.steps(new StepQuery("ns", "s", StepQuery.Selection.ALL, 10))).isEmpty();
		assertThat(this.storage.sessions("ns", T0, null, 10)).isEmpty();
		assertThat(this.storage.namespaces(null, 10)).isEmpty();
		assertThat(this.storage.due(T0, 10)).isEmpty();
		assertThat(this.storage.description()).isNotBlank();
	}

	@Test
	void readsWhatWasPut() {
		FactState state = fact("a").state();
		assertThat(put(state)).isEqualTo(new ApplyResult.Applied(List.of()));
		assertThat(this.storage.facts("ns", List.of("a", "b"))).isEqualTo(Map.of("a", state));
		assertThat(this.storage.facts("other", List.of("a"))).isEmpty();
		assertThat(this.storage.query(all())).containsExactly(state);
	}

	@Test
	void keepsVersionAndShownStepOfRemovedFact() {
		put(fact("a").key("k").state());
		put(new FactState("a", 2, "step", null, null));
		assertThat(this.storage.facts("ns", List.of("a")))
			.isEqualTo(Map.of("a", new FactState("a", 2, "step", null, null)));
		assertThat(this.storage.query(all())).isEmpty();
		assertThat(this.storage.singletons("ns", List.of(new SingletonKey(null, "t", "k")))).isEmpty();
		assertThat(this.storage.namespaces(null, 10)).isEmpty();
	}

	@Test
	void readsBySingletonKeyOfLayerAndType() {
		FactState longTerm = fact("a").key("k").state();
		FactState session = fact("b").session("s").key("k").state();
		put(longTerm, session);
		SingletonKey inLongTerm = new SingletonKey(null, "t", "k");
		SingletonKey inSession = new SingletonKey("s", "t", "k");
		assertThat(this.storage.singletons("ns",
				List.of(inLongTerm, inSession, new SingletonKey(null, "u", "k"), new SingletonKey("r", "t", "k"))))
			.isEqualTo(Map.of(inLongTerm, longTerm, inSession, session));
	}

	@Test
	void exchangesSingletonKeys() {
		put(fact("a").key("1").state(), fact("b").key("2").state());
		FactState a = fact("a").version(2).key("2").state();
		FactState b = fact("b").version(2).key("1").state();
		put(a, b);
		assertThat(this.storage.singletons("ns",
				List.of(new SingletonKey(null, "t", "1"), new SingletonKey(null, "t", "2"))))
			.isEqualTo(Map.of(new SingletonKey(null, "t", "1"), b, new SingletonKey(null, "t", "2"), a));
	}

	@Test
	void takesKeyOfFactRemovedInTheSameUnit() {
		put(fact("a").key("1").state());
		put(fact("b").key("1").state(), new FactState("a", 2, null, null, null));
		assertThat(this.storage.singletons("ns", List.of(new SingletonKey(null, "t", "1"))).values())
			.extracting(FactState::id)
			.containsExactly("b");
	}

	@Test
	void refusesSecondHolderOfKeyWhateverThePreconditions() {
		put(fact("a").key("1").state());
		assertThatExceptionOfType(StorageException.class)
			.isThrownBy(() -> put(fact("c").state(), fact("b").key("1").state()))
			.withMessageContaining("'b'");
		assertThatExceptionOfType(StorageException.class)
			.isThrownBy(() -> put(fact("b").key("2").state(), fact("c").key("2").state()));
		assertThatExceptionOfType(StorageException.class)
			.isThrownBy(() -> put(fact("b").state(), fact("b").version(2).state()));
		assertThat(this.storage.query(all())).extracting(FactState::id).containsExactly("a");
	}

	@Test
	void movesFactBetweenLayers() {
		put(fact("a").session("s").state());
		assertThat(this.storage.sessions("ns", T0, null, 10)).containsExactly("s");
		put(fact("a").version(2).state());
		assertThat(this.storage.sessions("ns", T0, null, 10)).isEmpty();
		assertThat(this.storage.query(query("s", Layers.OWN))).isEmpty();
		assertThat(this.storage.query(all())).extracting(FactState::version).containsExactly(2L);
	}

	static Stream<Precondition> failing() {
		return Stream.of(new Precondition.VersionIs("a", 0), new Precondition.VersionIs("a", 2),
				new Precondition.VersionIs("gone", 0), new Precondition.VersionIs("gone", 1),
				new Precondition.VersionIs("never", 1),
				new Precondition.KeyAvailable(new SingletonKey(null, "t", "k"), null),
				new Precondition.KeyAvailable(new SingletonKey(null, "t", "k"), "b"),
				new Precondition.IdempotencyKeyFree("call"), new Precondition.StepUndone("done", true),
				new Precondition.StepUndone("undone", false), new Precondition.StepUndone("unknown", false),
				new Precondition.StepUndone("unknown", true), new Precondition.KeyFieldsAre("t", List.of()),
				new Precondition.KeyFieldsAre("t", List.of("q")), new Precondition.KeyFieldsAre("t", List.of("p", "q")),
				new Precondition.KeyFieldsAre("plain", List.of("p")));
	}

	static Stream<Precondition> holding() {
		return Stream.of(new Precondition.VersionIs("a", 1), new Precondition.VersionIs("gone", 2),
				new Precondition.VersionIs("never", 0),
				new Precondition.KeyAvailable(new SingletonKey(null, "t", "k"), "a"),
				new Precondition.KeyAvailable(new SingletonKey("s", "t", "k"), null),
				new Precondition.KeyAvailable(new SingletonKey(null, "u", "k"), "b"),
				new Precondition.IdempotencyKeyFree("other"), new Precondition.StepUndone("done", false),
				new Precondition.StepUndone("undone", true), new Precondition.KeyFieldsAre("t", List.of("p")),
				new Precondition.KeyFieldsAre("plain", List.of()), new Precondition.KeyFieldsAre("new", List.of("x")));
	}

	private void prepare() {
		write((unit) -> {
			unit.preconditions.add(new Precondition.KeyFieldsAre("t", List.of("p")));
			unit.facts
				.addAll(List.of(fact("a").key("k").state(), fact("gone").state(), fact("p").type("plain").state()));
			unit.entries.add(entry("done", "a").call(new IdempotentCall("call", "f", 0)).build());
			unit.step = new StoredStep("done", null, true, 0, null);
		});
		write((unit) -> {
			unit.facts.add(new FactState("gone", 2, null, null, null));
			unit.entries.add(entry("undone", "gone").build());
			unit.step = new StoredStep("undone", null, true, 0, null);
		});
		write((unit) -> {
			unit.entries.add(entry("rollback", "gone").reverts("undone").build());
			unit.marks.add(new StepMark("undone", true));
		});
	}

	@ParameterizedTest
	@MethodSource("failing")
	void rejectsUnitOnFailedPrecondition(Precondition precondition) {
		prepare();
		ApplyResult result = write((unit) -> {
			unit.preconditions.add(new Precondition.VersionIs("a", 1));
			unit.preconditions.add(precondition);
			unit.facts.add(fact("b").state());
			unit.entries.add(entry("step", "b").build());
		});
		assertThat(result).isEqualTo(new ApplyResult.Rejected(List.of(precondition)));
		assertThat(this.storage.facts("ns", List.of("b"))).isEmpty();
		assertThat(this.storage.log(StorageLogQuery.newest("ns", 1)).get(0).step()).isEqualTo("rollback");
	}

	@ParameterizedTest
	@MethodSource("holding")
	void appliesUnitWhosePreconditionsHold(Precondition precondition) {
		prepare();
		assertThat(write((unit) -> unit.preconditions.add(precondition))).isEqualTo(new ApplyResult.Applied(List.of()));
	}

	@Test
	void tellsEveryFailedPrecondition() {
		List<Precondition> failed = List.of(new Precondition.VersionIs("a", 1), new Precondition.StepUndone("s", true));
		assertThat(write((unit) -> {
			unit.preconditions.add(failed.get(0));
			unit.preconditions.add(new Precondition.VersionIs("a", 0));
			unit.preconditions.add(failed.get(1));
		})).isEqualTo(new ApplyResult.Rejected(failed));
	}

	@Test
	void changesKeyFieldsOnceNoFactOfTheTypeLives() {
		prepare();
		put(new FactState("a", 2, null, null, null));
		assertThat(write((unit) -> unit.preconditions.add(new Precondition.KeyFieldsAre("t", List.of("q")))))
			.isInstanceOf(ApplyResult.Applied.class);
		put(fact("a").version(3).state());
		assertThat(write((unit) -> unit.preconditions.add(new Precondition.KeyFieldsAre("t", List.of("p")))))
			.isInstanceOf(ApplyResult.Rejected.class);
	}

	@Test
	void queriesLayers() {
		put(fact("c").session("s").createdAt(1).state(), fact("a").createdAt(2).state(),
				fact("b").session("r").createdAt(3).state(), fact("d").createdAt(0).state());
		assertThat(ids(query(null, Layers.OWN))).containsExactly("d", "a");
		assertThat(ids(query("s", Layers.OWN))).containsExactly("c");
		assertThat(ids(query("s", Layers.WITH_LONG_TERM))).containsExactly("d", "c", "a");
		assertThat(ids(query("none", Layers.WITH_LONG_TERM))).containsExactly("d", "a");
		assertThat(ids(query(null, Layers.WITH_LONG_TERM))).containsExactly("d", "a");
		assertThat(ids(query(null, Layers.ANY))).containsExactly("d", "c", "a", "b");
		assertThat(ids(query("s", Layers.ANY))).containsExactly("d", "c", "a", "b");
	}

	@Test
	void ordersByCreationThenIdInCodePoints() {
		put(fact("\uFF5E").state(), fact("\uD83D\uDE00").state(), fact("b").state(), fact("z").createdAt(-1).state());
		assertThat(ids(all())).containsExactly("z", "b", "\uFF5E", "\uD83D\uDE00");
	}

	@Test
	void leavesOutExpiredFacts() {
		put(fact("a").expiresAt(10).state(), fact("b").expiresAt(11).state(), fact("c").state());
		StorageQuery query = new StorageQuery("ns", null, Layers.OWN, null, null, List.of(), null, 10,
				T0.plusSeconds(10));
		assertThat(ids(query)).containsExactly("b", "c");
		assertThat(this.storage.count(query)).hasValue(2);
	}

	@Test
	void pagesInDefaultOrderOverMoreThanAChunk() {
		int size = 3 * Namespace.CHUNK + 7;
		put(IntStream.range(0, size).mapToObj((i) -> fact(id(i)).createdAt(i / 5).state()).toArray(FactState[]::new));
		List<String> expected = IntStream.range(0, size).mapToObj(InMemoryStorageTests::id).toList();
		assertThat(pages(all().page(null, 100))).isEqualTo(expected);
		assertThat(pages(all().page(null, 100_000))).isEqualTo(expected);
		assertThat(this.storage.stream(all().page(null, 100)).map(FactState::id)).isEqualTo(expected);
		assertThat(this.storage.count(all().page(null, 1))).hasValue(size);
	}

	@Test
	void findsRareMatchesBeyondTheFirstChunk() {
		int size = 2 * Namespace.CHUNK;
		put(IntStream.range(0, size)
			.mapToObj((i) -> fact(id(i)).payload("{\"n\":" + i + "}").state())
			.toArray(FactState[]::new));
		Condition rare = new Condition.In(Path.parse("n"), List.of(3, 1_500, 1_999));
		assertThat(pages(all(rare).page(null, 2))).containsExactly(id(3), id(1_500), id(1_999));
		assertThat(this.storage.count(all(rare))).hasValue(3);
	}

	@Test
	void pagesInOrderOfPath() {
		put(fact("a").payload("{\"n\":2}").state(), fact("b").payload("{\"n\":1}").state(),
				fact("c").payload("{}").state(), fact("d").payload("{\"n\":2}").createdAt(-1).state(),
				fact("e").payload("{\"n\":\"x\"}").state(), fact("f").payload("{\"n\":null}").state());
		SortKey ascending = new SortKey(Path.parse("n"), false);
		SortKey descending = new SortKey(Path.parse("n"), true);
		for (int limit = 1; limit < 8; limit++) {
			assertThat(pages(all(List.of(ascending), limit))).containsExactly("c", "f", "b", "d", "a", "e");
			assertThat(pages(all(List.of(descending), limit))).containsExactly("e", "d", "a", "b", "f", "c");
		}
		assertThat(this.storage.stream(all(List.of(descending), 1)).map(FactState::id)).containsExactly("e", "d", "a",
				"b", "f", "c");
	}

	@Test
	void pagesAfterFactThatIsGone() {
		StoredFact gone = fact("b").payload("{\"n\":2}").fact();
		put(fact("a").payload("{\"n\":1}").state(), fact("c").payload("{\"n\":3}").state());
		assertThat(ids(all().page(gone, 10))).containsExactly("c");
		assertThat(ids(all(List.of(new SortKey(Path.parse("n"), true)), 10).page(gone, 10))).containsExactly("a");
	}

	@Test
	void streamShowsOneMoment() {
		put(fact("a").state(), fact("b").state());
		try (Stream<FactState> stream = this.storage.stream(all())) {
			put(new FactState("a", 2, null, null, null), fact("c").state());
			assertThat(stream.map(FactState::id)).containsExactly("a", "b");
		}
	}

	@Test
	void streamStartsAfterCursor() {
		put(fact("a").state(), fact("b").state(), fact("c").state());
		assertThat(this.storage.stream(all().page(fact("a").fact(), 1)).map(FactState::id)).containsExactly("b", "c");
	}

	@Test
	void givesSequencesPerNamespace() {
		assertThat(write((unit) -> unit.entries.addAll(List.of(entry("s", "a").build(), entry("s", "b").build()))))
			.isEqualTo(new ApplyResult.Applied(List.of(1L, 2L)));
		assertThat(write((unit) -> unit.entries.add(entry("s", "a").build())))
			.isEqualTo(new ApplyResult.Applied(List.of(3L)));
		assertThat(write((unit) -> {
			unit.namespace = "other";
			unit.entries.add(entry("s", "a").build());
		})).isEqualTo(new ApplyResult.Applied(List.of(1L)));
	}

	@Test
	void readsLogByEachRestriction() {
		writeLog();
		assertThat(sequences(log(null, null, null, null, null, null, null))).containsExactly(5L, 4L, 3L, 2L, 1L);
		assertThat(sequences(log("s", null, null, null, null, null, null))).containsExactly(4L, 3L);
		assertThat(sequences(log(null, "a", null, null, null, null, null))).containsExactly(5L, 3L, 1L);
		assertThat(sequences(log(null, null, "DELETE", null, null, null, null))).containsExactly(5L);
		assertThat(sequences(log(null, null, null, "one", null, null, null))).containsExactly(2L, 1L);
		assertThat(sequences(log(null, null, null, null, "key", null, null))).containsExactly(4L, 3L);
		assertThat(sequences(log(null, null, null, null, null, T0.plusSeconds(2), null))).containsExactly(5L, 4L, 3L);
		assertThat(sequences(log(null, null, null, null, null, null, T0.plusSeconds(2)))).containsExactly(4L, 3L, 2L,
				1L);
		assertThat(sequences(log("s", "a", "COMMIT", "two", "key", T0, T0.plusSeconds(9)))).containsExactly(3L);
		assertThat(sequences(log("none", null, null, null, null, null, null))).isEmpty();
	}

	private void writeLog() {
		write((unit) -> unit.entries.addAll(List.of(entry("one", "a").at(1).build(), entry("one", "b").at(1).build())));
		write((unit) -> unit.entries
			.addAll(List.of(entry("two", "a").session("s").at(2).call(new IdempotentCall("key", "f", 0)).build(),
					entry("two", "c").session("s").at(2).call(new IdempotentCall("key", "f", 1)).build())));
		write((unit) -> unit.entries.add(entry("three", "a").operation("DELETE").at(3).build()));
	}

	@Test
	void pagesLogInBothDirectionsOverMoreThanAChunk() {
		int size = 2 * Namespace.CHUNK + 3;
		write((unit) -> IntStream.rangeClosed(1, size)
			.forEach((i) -> unit.entries.add(entry("s", (i % 1_000 == 0) ? "rare" : "common").build())));
		StorageLogQuery ascending = new StorageLogQuery("ns", null, null, null, null, null, null, null, null, true,
				700);
		List<Long> seen = new ArrayList<>();
		for (List<StoredEntry> page = this.storage.log(ascending); !page.isEmpty(); page = this.storage
			.log(ascending.beyond(seen.get(seen.size() - 1)))) {
			page.forEach((entry) -> seen.add(entry.sequence()));
		}
		assertThat(seen).hasSize(size).isSorted();
		assertThat(sequences(StorageLogQuery.newest("ns", 5_000))).hasSize(size)
			.isSortedAccordingTo(java.util.Comparator.reverseOrder());
		assertThat(sequences(StorageLogQuery.newest("ns", 2).beyond(3))).containsExactly(2L, 1L);
		assertThat(sequences(log(null, "rare", null, null, null, T0, null))).containsExactly(2_000L, 1_000L);
		assertThat(this.storage
			.log(new StorageLogQuery("ns", null, null, "COMMIT", null, null, T0, null, null, true, 2_001)))
			.hasSize(2_001);
	}

	@Test
	void refusesSecondEntryWithOnePlaceInACall() {
		writeLog();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> write(
				(unit) -> unit.entries.add(entry("four", "a").call(new IdempotentCall("key", "f", 1)).build())));
		assertThat(
				write((unit) -> unit.entries.add(entry("four", "a").call(new IdempotentCall("key", "f", 2)).build())))
			.isEqualTo(new ApplyResult.Applied(List.of(6L)));
	}

	@Test
	void readsLastEntryOfEachFactAtATime() {
		writeLog();
		assertThat(this.storage.lastEntries("ns", T0, null, 10)).isEmpty();
		assertThat(this.storage.lastEntries("ns", T0.plusSeconds(2), null, 10)).extracting(StoredEntry::sequence)
			.containsExactly(3L, 2L, 4L);
		assertThat(this.storage.lastEntries("ns", T0.plusSeconds(1), null, 10)).extracting(StoredEntry::sequence)
			.containsExactly(1L, 2L);
		assertThat(this.storage.lastEntries("ns", T0.plusSeconds(9), "a", 1)).extracting(StoredEntry::sequence)
			.containsExactly(2L);
		assertThat(this.storage.lastEntries("ns", T0.plusSeconds(9), "c", 1)).isEmpty();
	}

	@Test
	void keepsStepsOfEachLayer() {
		step("one", null, true, 2);
		step("two", "s", false, 1);
		step("three", "s", true, 1);
		assertThat(steps(null, StepQuery.Selection.ALL)).containsExactly(new StoredStep("three", "s", true, 4, null),
				new StoredStep("one", null, true, 2, null));
		assertThat(steps("s", StepQuery.Selection.DONE)).containsExactly(new StoredStep("three", "s", true, 4, null),
				new StoredStep("two", "s", false, 3, null));
		assertThat(steps("s", StepQuery.Selection.UNDONE)).isEmpty();
		assertThat(this.storage.steps(new StepQuery("ns", "s", StepQuery.Selection.ALL, 1)))
			.extracting(StoredStep::step)
			.containsExactly("three");
	}

	@Test
	void goesOnWithAKnownStep() {
		step("one", null, true, 1);
		step("two", null, true, 1);
		step("one", null, true, 1);
		assertThat(steps(null, StepQuery.Selection.DONE)).containsExactly(new StoredStep("one", null, true, 3, null),
				new StoredStep("two", null, true, 2, null));
	}

	@Test
	void undoesAndRedoesSteps() {
		step("one", null, true, 1);
		step("two", "s", true, 1);
		write((unit) -> {
			unit.entries.add(entry("rollback", "x").reverts("two").build());
			unit.entries.add(entry("rollback", "x").reverts("one").build());
			unit.entries.add(entry("rollback", "y").reverts("one").build());
			unit.marks.addAll(List.of(new StepMark("two", true), new StepMark("one", true)));
		});
		assertThat(steps(null, StepQuery.Selection.UNDONE)).containsExactly(new StoredStep("one", null, true, 1, 4L),
				new StoredStep("two", "s", true, 2, 3L));
		assertThat(steps(null, StepQuery.Selection.DONE)).isEmpty();
		assertThat(steps("s", StepQuery.Selection.UNDONE)).containsExactly(new StoredStep("two", "s", true, 2, 3L));
		write((unit) -> unit.marks.add(new StepMark("two", false)));
		assertThat(steps("s", StepQuery.Selection.DONE)).containsExactly(new StoredStep("two", "s", true, 2, null));
		assertThat(steps(null, StepQuery.Selection.UNDONE)).extracting(StoredStep::step).containsExactly("one");
		assertThat(steps(null, StepQuery.Selection.ALL)).extracting(StoredStep::step).containsExactly("two", "one");
	}

	@Test
	void refusesMarkOfUnknownStepWhole() {
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> write((unit) -> {
			unit.facts.add(fact("a").state());
			unit.marks.add(new StepMark("none", true));
		})).withMessageContaining("'none'");
		assertThat(this.storage.query(all())).isEmpty();
	}

	@Test
	void findsDueFactsAcrossNamespaces() {
		put(fact("late").expiresAt(5).state(), fact("never").state(), fact("moved").expiresAt(1).state());
		put(fact("early").namespace("other").expiresAt(2).state());
		put(fact("moved").version(2).expiresAt(50).state());
		assertThat(this.storage.due(T0.plusSeconds(1), 10)).isEmpty();
		assertThat(this.storage.due(T0.plusSeconds(5), 10)).containsExactly(new FactAddress("other", "early"),
				new FactAddress("ns", "late"));
		assertThat(this.storage.due(T0.plusSeconds(5), 1)).containsExactly(new FactAddress("other", "early"));
		put(new FactState("late", 2, null, null, null), fact("moved").version(3).state());
		assertThat(this.storage.due(T0.plusSeconds(99), 10)).containsExactly(new FactAddress("other", "early"));
		put(fact("early").namespace("other").version(2).expiresAt(2).state());
		assertThat(this.storage.due(T0.plusSeconds(99), 10)).containsExactly(new FactAddress("other", "early"));
	}

	@Test
	void listsNamespacesThatHoldLivingFacts() {
		put(fact("a").namespace("b").state());
		put(fact("a").namespace("\uD83D\uDE00").state());
		put(fact("a").namespace("\uFF5E").state());
		put(fact("a").namespace("gone").state());
		this.storage.apply(new Unit("gone", List.of(), List.of(new FactState("a", 2, null, null, null)), List.of(),
				null, List.of(), Map.of()));
		write((unit) -> unit.namespace = "empty");
		assertThat(this.storage.namespaces(null, 10)).containsExactly("b", "\uFF5E", "\uD83D\uDE00");
		assertThat(this.storage.namespaces("b", 1)).containsExactly("\uFF5E");
	}

	@Test
	void listsSessionsThatHoldUnexpiredFacts() {
		put(fact("a").session("s2").state(), fact("b").session("s1").expiresAt(5).state(),
				fact("c").session("s3").expiresAt(9).state(), fact("d").state());
		assertThat(this.storage.sessions("ns", T0, null, 10)).containsExactly("s1", "s2", "s3");
		assertThat(this.storage.sessions("ns", T0.plusSeconds(5), null, 10)).containsExactly("s2", "s3");
		assertThat(this.storage.sessions("ns", T0, "s1", 1)).containsExactly("s2");
	}

	@Test
	void answersAreUnmodifiable() {
		put(fact("a").key("k").state());
		writeLog();
		assertUnmodifiable(this.storage.query(all()));
		assertUnmodifiable(this.storage.query(all(List.of(new SortKey(Path.parse("n"), true)), 10)));
		assertUnmodifiable(this.storage.log(StorageLogQuery.newest("ns", 10)));
		assertUnmodifiable(this.storage.lastEntries("ns", T0.plusSeconds(9), null, 10));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.storage.facts("ns", List.of("a")).clear());
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.storage.singletons("ns", List.of(new SingletonKey(null, "t", "k"))).clear());
	}

	private static void assertUnmodifiable(List<?> list) {
		assertThat(list).isNotEmpty();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> list.remove(0));
	}

	static Stream<Consumer<InMemoryStorage>> calls() {
		return Stream.of(InMemoryStorage::initialize, (storage) -> storage.facts("ns", List.of()),
				(storage) -> storage.singletons("ns", List.of()), (storage) -> storage.query(all()),
				(storage) -> storage.stream(all()), (storage) -> storage.count(all()),
				(storage) -> storage.log(StorageLogQuery.newest("ns", 1)),
				(storage) -> storage.lastEntries("ns", T0, null, 1),
				(storage) -> storage.steps(new StepQuery("ns", null, StepQuery.Selection.ALL, 1)),
				(storage) -> storage.due(T0, 1), (storage) -> storage.namespaces(null, 1),
				(storage) -> storage.sessions("ns", T0, null, 1),
				(storage) -> storage.apply(new Unit("ns", List.of(), List.of(), List.of(), null, List.of(), Map.of())));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void refusesEveryCallOnceClosed(Consumer<InMemoryStorage> call) {
		call.accept(this.storage);
		this.storage.close();
		this.storage.close();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> call.accept(this.storage))
			.withMessageContaining("closed");
	}

	private ApplyResult put(FactState... states) {
		return write((unit) -> {
			unit.facts.addAll(List.of(states));
			unit.facts.stream().limit(1).filter((state) -> state.fact() != null).forEach((state) -> {
				unit.namespace = state.fact().namespace();
			});
		});
	}

	private ApplyResult write(Consumer<UnitBuilder> content) {
		UnitBuilder unit = new UnitBuilder();
		content.accept(unit);
		return this.storage.apply(unit.build());
	}

	private void step(String id, String session, boolean longTerm, int entries) {
		write((unit) -> {
			for (int i = 0; i < entries; i++) {
				unit.entries.add(entry(id, "f" + i).session(session).build());
			}
			unit.step = new StoredStep(id, session, longTerm, 0, null);
		});
	}

	private List<StoredStep> steps(String session, StepQuery.Selection selection) {
		return this.storage.steps(new StepQuery("ns", session, selection, 10));
	}

	private List<String> ids(StorageQuery query) {
		return this.storage.query(query).stream().map(FactState::id).toList();
	}

	private List<String> pages(StorageQuery query) {
		List<String> ids = new ArrayList<>();
		List<FactState> page = this.storage.query(query);
		while (!page.isEmpty()) {
			assertThat(page).hasSizeLessThanOrEqualTo(query.limit());
			page.forEach((state) -> ids.add(state.id()));
			page = this.storage.query(query.page(page.get(page.size() - 1).fact(), query.limit()));
		}
		return ids;
	}

	private List<Long> sequences(StorageLogQuery query) {
		return this.storage.log(query).stream().map(StoredEntry::sequence).toList();
	}

	private static StorageLogQuery log(String session, String fact, String operation, String step, String key,
			Instant since, Instant until) {
		return new StorageLogQuery("ns", session, fact, operation, step, key, since, until, null, false, 100);
	}

	private static StorageQuery all() {
		return query(null, Layers.OWN);
	}

	private static StorageQuery all(Condition condition) {
		return new StorageQuery("ns", null, Layers.OWN, "t", condition, List.of(), null, 10, T0);
	}

	private static StorageQuery all(List<SortKey> order, int limit) {
		return new StorageQuery("ns", null, Layers.OWN, null, null, order, null, limit, T0);
	}

	private static StorageQuery query(String session, Layers layers) {
		return new StorageQuery("ns", session, layers, null, null, List.of(), null, 10, T0);
	}

	private static String id(int number) {
		return String.format("%06d", number);
	}

	private static FactBuilder fact(String id) {
		return new FactBuilder(id);
	}

	private static EntryBuilder entry(String step, String factId) {
		return new EntryBuilder(step, factId);
	}

	private static final class UnitBuilder {

		private String namespace = "ns";

		private final List<Precondition> preconditions = new ArrayList<>();

		private final List<FactState> facts = new ArrayList<>();

		private final List<StoredEntry> entries = new ArrayList<>();

		private StoredStep step;

		private final List<StepMark> marks = new ArrayList<>();

		Unit build() {
			return new Unit(this.namespace, this.preconditions, this.facts, this.entries, this.step, this.marks,
					Map.of("t", Set.of(Path.parse("n"))));
		}

	}

	private static final class FactBuilder {

		private final String id;

		private String namespace = "ns";

		private String type = "t";

		private String payload = "{}";

		private String session;

		private String key;

		private long version = 1;

		private Instant createdAt = T0;

		private Instant expiresAt;

		FactBuilder(String id) {
			this.id = id;
		}

		FactBuilder namespace(String namespace) {
			this.namespace = namespace;
			return this;
		}

		FactBuilder type(String type) {
			this.type = type;
			return this;
		}

		FactBuilder payload(String json) {
			this.payload = json;
			return this;
		}

		FactBuilder session(String session) {
			this.session = session;
			return this;
		}

		FactBuilder key(String digest) {
			this.key = digest;
			return this;
		}

		FactBuilder version(long version) {
			this.version = version;
			return this;
		}

		FactBuilder createdAt(int seconds) {
			this.createdAt = T0.plusSeconds(seconds);
			return this;
		}

		FactBuilder expiresAt(int seconds) {
			this.expiresAt = T0.plusSeconds(seconds);
			return this;
		}

		StoredFact fact() {
			return new StoredFact(this.namespace, this.id, this.type, Payload.ofJson(this.payload), null, this.session,
					false, this.version, this.createdAt, this.createdAt, this.expiresAt);
		}

		FactState state() {
			return new FactState(this.id, this.version, "step", fact(), this.key);
		}

	}

	private static final class EntryBuilder {

		private final String step;

		private final String factId;

		private String session;

		private String operation = "COMMIT";

		private Instant at = T0;

		private String reverts;

		private IdempotentCall call;

		EntryBuilder(String step, String factId) {
			this.step = step;
			this.factId = factId;
		}

		EntryBuilder session(String session) {
			this.session = session;
			return this;
		}

		EntryBuilder operation(String operation) {
			this.operation = operation;
			return this;
		}

		EntryBuilder at(int seconds) {
			this.at = T0.plusSeconds(seconds);
			return this;
		}

		EntryBuilder reverts(String step) {
			this.reverts = step;
			return this;
		}

		EntryBuilder call(IdempotentCall call) {
			this.call = call;
			return this;
		}

		StoredEntry build() {
			return new StoredEntry(0, this.step, this.operation, this.session, this.factId, null, null, 1, null, null,
					this.at, this.reverts, null, this.call);
		}

	}

}
