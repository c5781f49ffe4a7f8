package io.memstate.test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.ApplyResult.Applied;
import io.memstate.storage.ApplyResult.Rejected;
import io.memstate.storage.Condition;
import io.memstate.storage.CursorStorage;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.IndexingStorage;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.Precondition.IdempotencyKeyFree;
import io.memstate.storage.Precondition.KeyAvailable;
import io.memstate.storage.Precondition.KeyFieldsAre;
import io.memstate.storage.Precondition.StepUndone;
import io.memstate.storage.Precondition.VersionIs;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepMark;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StepQuery.Selection;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StorageQuery.Layers;
import io.memstate.storage.StorageQuery.SortKey;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import io.memstate.storage.Values;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The storage SPI by itself: reads, and one write that compares and sets.
 *
 * @since 0.1.0
 */
public abstract class StorageSpiContractTests extends StorageContract {

	private static final String KEY = "a".repeat(64);

	private static final String OTHER_KEY = "b".repeat(64);

	private Instant now;

	@BeforeEach
	void readClock() {
		this.now = this.clock.instant();
	}

	@Test
	void mayBeInitializedAgain() {
		apply(unit().put(fact("n")));
		this.storage.initialize();
		this.storage.initialize();
		assertThat(this.storage.facts(this.namespace, List.of("n"))).containsKey("n");
	}

	@Test
	void mayBeInitializedByManyAtOnce() {
		Threads.run(4, (thread) -> this.storage.initialize());
		apply(unit().put(fact("n")));
		assertThat(state("n").version()).isEqualTo(1);
	}

	@Test
	void describesItself() {
		assertThat(this.storage.description()).isNotBlank();
	}

	@Test
	void answersOfANamespaceThatNeverWas() {
		assertThat(this.storage.facts(this.namespace, List.of("n"))).isEmpty();
		assertThat(this.storage.facts(this.namespace, List.of())).isEmpty();
		assertThat(this.storage.singletons(this.namespace, List.of(new SingletonKey(null, NOTE, KEY)))).isEmpty();
		assertThat(this.storage.singletons(this.namespace, List.of())).isEmpty();
		assertThat(this.storage.query(query(Layers.ANY))).isEmpty();
		assertThat(this.storage.count(query(Layers.ANY)).orElse(0)).isZero();
		assertThat(this.storage.log(StorageLogQuery.newest(this.namespace, 10))).isEmpty();
		assertThat(this.storage.lastEntries(this.namespace, this.now, null, 10)).isEmpty();
		assertThat(steps(null, Selection.ALL)).isEmpty();
		assertThat(this.storage.sessions(this.namespace, this.now, null, 10)).isEmpty();
	}

	@Test
	void keepsEveryAttributeOfAFact() {
		StoredFact full = new StoredFact(this.namespace, "full", "a type", Payload.of(Map.of("a", 1)), "a source", "s",
				true, 7, this.now.minusSeconds(5), this.now, this.now.plusSeconds(5));
		StoredFact bare = new StoredFact(this.namespace, "bare", NOTE, Payload.of(Map.of()), null, null, false, 1,
				this.now, this.now, null);
		apply(unit().put(new FactState("full", 7, "a step", full, KEY))
			.put(new FactState("bare", 1, null, bare, null)));
		assertThat(state("full")).isEqualTo(new FactState("full", 7, "a step", full, KEY));
		assertThat(state("bare")).isEqualTo(new FactState("bare", 1, null, bare, null));
		assertThat(this.storage.query(query(Layers.ANY))).containsExactly(state("full"), state("bare"));
		assertThat(state("full").fact().payload().json()).isEqualTo("{\"a\":1}");
	}

	@Test
	void remembersRemovedFactsForEver() {
		apply(unit().put(fact("n")));
		apply(unit().put(new FactState("n", 2, "a step", null, null)));
		assertThat(state("n")).isEqualTo(new FactState("n", 2, "a step", null, null));
		apply(unit().put(new FactState("n", 3, null, null, null)));
		assertThat(state("n")).isEqualTo(new FactState("n", 3, null, null, null));
		assertThat(this.storage.query(query(Layers.ANY))).isEmpty();
	}

	@Test
	void mayRememberARemovedFactThatNeverWas() {
		apply(unit().put(new FactState("n", 1, "a step", null, null)));
		assertThat(state("n")).isEqualTo(new FactState("n", 1, "a step", null, null));
		assertThat(this.storage.query(query(Layers.ANY))).isEmpty();
	}

	@Test
	void readsManyFactsAtOnce() {
		UnitBuilder unit = unit();
		List<String> ids = IntStream.range(0, 10_000).mapToObj((i) -> "n" + i).toList();
		ids.subList(0, 5000).forEach((id) -> unit.put(fact(id)));
		apply(unit);
		assertThat(this.storage.facts(this.namespace, ids)).hasSize(5000).containsKeys("n0", "n4999");
	}

	@Test
	void replacesTheWholeState() {
		apply(unit().put(state(stored("n", 1, "s", Map.of("a", 1)), KEY)));
		FactState moved = new FactState("n", 2, null, stored("n", 2, null, Map.of("b", 2)), OTHER_KEY);
		apply(unit().put(moved));
		assertThat(state("n")).isEqualTo(moved);
		assertThat(holder("s", KEY)).isNull();
		assertThat(holder(null, OTHER_KEY)).isEqualTo(moved);
		assertThat(this.storage.sessions(this.namespace, this.now, null, 10)).isEmpty();
	}

	@Test
	void findsHoldersOfSingletonKeysByLayerAndType() {
		apply(unit().put(state(stored("long", 1, null, Map.of()), KEY))
			.put(state(stored("s", 1, "s", Map.of()), KEY))
			.put(state(stored("other", 1, null, Map.of()), OTHER_KEY)));
		assertThat(holder(null, KEY).id()).isEqualTo("long");
		assertThat(holder("s", KEY).id()).isEqualTo("s");
		assertThat(holder("t", KEY)).isNull();
		assertThat(this.storage.singletons(this.namespace,
				List.of(new SingletonKey(null, NOTE, OTHER_KEY), new SingletonKey("s", NOTE, OTHER_KEY),
						new SingletonKey(null, PREFERENCE, KEY), new SingletonKey("s", NOTE, KEY))))
			.containsOnlyKeys(new SingletonKey(null, NOTE, OTHER_KEY), new SingletonKey("s", NOTE, KEY));
	}

	@Test
	void freesTheKeyOfARemovedFact() {
		apply(unit().put(state(stored("n", 1, null, Map.of()), KEY)));
		apply(unit().put(new FactState("n", 2, null, null, null)));
		assertThat(holder(null, KEY)).isNull();
		assertApplied(unit().require(available(KEY, null)).put(state(stored("m", 1, null, Map.of()), KEY)));
	}

	@Test
	void checksVersions() {
		apply(unit().put(fact("n")));
		apply(unit().put(new FactState("gone", 4, null, null, null)));
		assertApplied(unit().require(new VersionIs("n", 1)));
		assertApplied(unit().require(new VersionIs("gone", 4)));
		assertApplied(unit().require(new VersionIs("never", 0)));
		for (Precondition wrong : List.of(new VersionIs("n", 0), new VersionIs("n", 2), new VersionIs("gone", 0),
				new VersionIs("gone", 3), new VersionIs("never", 1))) {
			assertRejected(wrong);
		}
	}

	@Test
	void checksSingletonKeys() {
		apply(unit().put(state(stored("n", 1, null, Map.of()), KEY)));
		assertApplied(unit().require(available(KEY, "n")));
		assertApplied(unit().require(available(OTHER_KEY, null)));
		assertApplied(unit().require(available(OTHER_KEY, "n")));
		assertApplied(unit().require(new KeyAvailable(new SingletonKey("s", NOTE, KEY), null)));
		assertApplied(unit().require(new KeyAvailable(new SingletonKey(null, PREFERENCE, KEY), null)));
		assertRejected(available(KEY, null));
		assertRejected(available(KEY, "other"));
	}

	@Test
	void checksIdempotencyKeys() {
		apply(unit().put(fact("n")).log(entry("n", "step").call(new IdempotentCall("key", "print", 0))));
		assertApplied(unit().require(new IdempotencyKeyFree("other")));
		assertRejected(new IdempotencyKeyFree("key"));
	}

	@Test
	void checksWhetherStepsAreUndone() {
		apply(unit().put(fact("n")).log(entry("n", "step")).step("step", null, true));
		assertApplied(unit().require(new StepUndone("step", false)));
		assertRejected(new StepUndone("step", true));
		apply(unit().log(entry("n", "rollback").reverts("step")).mark("step", true));
		assertApplied(unit().require(new StepUndone("step", true)));
		assertRejected(new StepUndone("step", false));
		apply(unit().log(entry("n", "redo").reverts("step")).mark("step", false));
		assertRejected(new StepUndone("step", true));
	}

	@Test
	void checksKeyFields() {
		apply(unit().require(new KeyFieldsAre(NOTE, List.of("a", "b")))
			.put(state(stored("n", 1, null, Map.of()), KEY)));
		assertApplied(unit().require(new KeyFieldsAre(NOTE, List.of("a", "b"))));
		assertApplied(unit().require(new KeyFieldsAre(PREFERENCE, List.of())));
		assertRejected(new KeyFieldsAre(NOTE, List.of("a")));
		assertRejected(new KeyFieldsAre(NOTE, List.of()));
		assertRejected(new KeyFieldsAre(NOTE, List.of("a", "b", "c")));
	}

	@Test
	void changesKeyFieldsOnceNoFactOfTheTypeLives() {
		apply(unit().require(new KeyFieldsAre(NOTE, List.of())).put(fact("n")));
		assertRejected(new KeyFieldsAre(NOTE, List.of("a")));
		apply(unit().put(new FactState("n", 2, null, null, null)));
		apply(unit().require(new KeyFieldsAre(NOTE, List.of("a"))).put(state(stored("m", 1, "s", Map.of()), KEY)));
		assertRejected(new KeyFieldsAre(NOTE, List.of()));
		assertApplied(unit().require(new KeyFieldsAre(NOTE, List.of("a"))));
	}

	@Test
	void keepsNoKeyFieldsOfARejectedUnit() {
		assertThat(this.storage.apply(unit().require(new KeyFieldsAre(NOTE, List.of("a")))
			.require(new VersionIs("n", 9))
			.put(fact("n"))
			.build())).isInstanceOf(Rejected.class);
		apply(unit().require(new KeyFieldsAre(NOTE, List.of())).put(fact("n")));
		assertRejected(new KeyFieldsAre(NOTE, List.of("a")));
	}

	@Test
	void reportsWhatFailedAndNothingElse() {
		apply(unit().put(state(stored("n", 1, null, Map.of()), KEY)));
		ApplyResult result = this.storage.apply(unit().require(new VersionIs("n", 1))
			.require(new VersionIs("n", 2))
			.require(new VersionIs("m", 0))
			.require(available(KEY, null))
			.build());
		assertThat(((Rejected) result).failed()).isNotEmpty().isSubsetOf(new VersionIs("n", 2), available(KEY, null));
	}

	@Test
	void checksEverythingAgainstTheStateBefore() {
		apply(unit().put(state(stored("n", 1, null, Map.of()), KEY)).log(entry("n", "step")).step("step", null, true));
		assertApplied(unit().require(new VersionIs("n", 1))
			.require(available(KEY, "n"))
			.require(new StepUndone("step", false))
			.require(new IdempotencyKeyFree("key"))
			.put(new FactState("n", 2, null, null, null))
			.log(entry("n", "rollback").reverts("step").call(new IdempotentCall("key", "print", 0)))
			.mark("step", true));
	}

	@Test
	void exchangesKeys() {
		apply(unit().put(state(stored("n", 1, null, Map.of()), KEY))
			.put(state(stored("m", 1, null, Map.of()), OTHER_KEY)));
		assertApplied(unit().require(available(KEY, "n"))
			.require(available(OTHER_KEY, "m"))
			.put(state(stored("n", 2, null, Map.of()), OTHER_KEY))
			.put(state(stored("m", 2, null, Map.of()), KEY)));
		assertThat(holder(null, KEY).id()).isEqualTo("m");
		assertThat(holder(null, OTHER_KEY).id()).isEqualTo("n");
	}

	@Test
	void releasesKeysBeforeItClaimsThem() {
		apply(unit().put(state(stored("z", 1, null, Map.of()), KEY)));
		assertApplied(unit().require(available(KEY, "z"))
			.put(state(stored("a", 1, null, Map.of()), KEY))
			.put(new FactState("z", 2, null, null, null)));
		assertThat(holder(null, KEY).id()).isEqualTo("a");
		assertApplied(unit().put(state(stored("b", 1, "s", Map.of()), KEY))
			.put(state(stored("a", 2, "s", Map.of()), OTHER_KEY)));
		assertThat(holder(null, KEY)).isNull();
		assertThat(holder("s", KEY).id()).isEqualTo("b");
	}

	@Test
	void givesRisingSequences() {
		List<Long> first = apply(unit().log(entry("n", "1")).log(entry("m", "1")).log(entry("n", "1")));
		List<Long> second = apply(unit().log(entry("n", "2")));
		List<Long> all = Stream.concat(first.stream(), second.stream()).toList();
		assertThat(all).isSorted().doesNotHaveDuplicates().allMatch((sequence) -> sequence > 0).hasSize(4);
		assertThat(entries()).extracting(StoredEntry::sequence)
			.containsExactly(all.get(3), all.get(2), all.get(1), all.get(0));
	}

	@Test
	void keepsEveryAttributeOfAnEntry() {
		StoredFact before = stored("n", 1, "s", Map.of("a", List.of(1, "x")));
		StoredFact after = stored("n", 2, null, Map.of("a", 2));
		StoredEntry full = new StoredEntry(0, "step", "PROMOTE", "s", "n", before, after, 2, "ada", "why\u2028 \"so\"",
				this.now, "reverted", "showed", new IdempotentCall("key", "print", 3));
		StoredEntry bare = new StoredEntry(0, "step", "DELETE", null, "m", null, null, 1, null, null, this.now, null,
				null, null);
		List<Long> sequences = apply(unit().log(full).log(bare));
		assertThat(entries()).containsExactly(bare.withSequence(sequences.get(1)), full.withSequence(sequences.get(0)));
	}

	@Test
	void writesEntriesWithoutFacts() {
		apply(unit().log(entry("n", "1")));
		assertThat(this.storage.facts(this.namespace, List.of("n"))).isEmpty();
		assertThat(entries()).hasSize(1);
	}

	@Test
	void narrowsTheLog() {
		StoredEntry plain = entry("n", "1").build();
		StoredEntry other = new StoredEntry(0, "2", "UPDATE", "s", "m", null, null, 1, null, null,
				this.now.plusSeconds(1), null, null, new IdempotentCall("key", "print", 0));
		List<Long> sequences = apply(unit().log(plain).log(other));
		assertThat(narrowed(logQuery("s", null, null, null, null, null, null, null, false, 9)))
			.containsExactly(sequences.get(1));
		assertThat(narrowed(logQuery(null, "n", null, null, null, null, null, null, false, 9)))
			.containsExactly(sequences.get(0));
		assertThat(narrowed(logQuery(null, null, "UPDATE", null, null, null, null, null, false, 9)))
			.containsExactly(sequences.get(1));
		assertThat(narrowed(logQuery(null, null, null, "1", null, null, null, null, false, 9)))
			.containsExactly(sequences.get(0));
		assertThat(narrowed(logQuery(null, null, null, null, "key", null, null, null, false, 9)))
			.containsExactly(sequences.get(1));
		assertThat(narrowed(logQuery(null, null, null, null, null, this.now.plusSeconds(1), null, null, false, 9)))
			.containsExactly(sequences.get(1));
		assertThat(narrowed(logQuery(null, null, null, null, null, null, this.now, null, false, 9)))
			.containsExactly(sequences.get(0));
		assertThat(narrowed(logQuery("s", "n", null, null, null, null, null, null, false, 9))).isEmpty();
		assertThat(narrowed(logQuery(null, "m", "UPDATE", "2", "key", null, this.now.plusSeconds(1), null, true, 9)))
			.containsExactly(sequences.get(1));
	}

	@Test
	void pagesTheLogInBothDirections() {
		List<Long> sequences = apply(unit().log(entry("a", "1"))
			.log(entry("b", "1"))
			.log(entry("a", "2"))
			.log(entry("b", "2"))
			.log(entry("a", "3")));
		assertThat(narrowed(logQuery(null, null, null, null, null, null, null, sequences.get(1), true, 2)))
			.isEqualTo(sequences.subList(2, 4));
		assertThat(narrowed(logQuery(null, null, null, null, null, null, null, sequences.get(3), false, 2)))
			.containsExactly(sequences.get(2), sequences.get(1));
		assertThat(narrowed(logQuery(null, "a", null, null, null, null, null, sequences.get(0), true, 9)))
			.containsExactly(sequences.get(2), sequences.get(4));
		assertThat(narrowed(logQuery(null, null, null, "1", null, null, null, null, true, Integer.MAX_VALUE)))
			.containsExactly(sequences.get(0), sequences.get(1));
		assertThat(narrowed(logQuery(null, null, null, null, null, null, null, sequences.get(4), true, 9))).isEmpty();
	}

	@Test
	void readsTheLastEntryOfEachFact() {
		Instant later = this.now.plusSeconds(1);
		List<Long> first = apply(unit().log(entry("b", "1"))
			.log(entry("a", "1"))
			.log(entry("\uD83D\uDE00", "1"))
			.log(entry("\uFFFD", "1"))
			.log(entry("a", "1")));
		List<Long> second = apply(unit().log(entry("a", "2").at(later)).log(entry("c", "2").at(later)));
		assertThat(sequences(this.storage.lastEntries(this.namespace, this.now, null, 100)))
			.containsExactly(first.get(4), first.get(0), first.get(3), first.get(2));
		assertThat(sequences(this.storage.lastEntries(this.namespace, later, null, 2))).containsExactly(second.get(0),
				first.get(0));
		assertThat(sequences(this.storage.lastEntries(this.namespace, later, "b", 2))).containsExactly(second.get(1),
				first.get(3));
		assertThat(sequences(this.storage.lastEntries(this.namespace, later, "\uFFFD", 2)))
			.containsExactly(first.get(2));
		assertThat(this.storage.lastEntries(this.namespace, this.now.minusNanos(1000), null, 2)).isEmpty();
	}

	@Test
	void readsTheStepsOfALayer() {
		apply(unit().log(entry("a", "1")).step("1", null, true));
		apply(unit().log(entry("a", "2")).step("2", "s", false));
		List<Long> third = apply(unit().log(entry("a", "3")).log(entry("b", "3")).step("3", "s", true));
		apply(unit().log(entry("a", "4")).step("4", "t", false));
		assertThat(steps(null, Selection.ALL)).extracting(StoredStep::step).containsExactly("3", "1");
		assertThat(steps("s", Selection.ALL)).extracting(StoredStep::step).containsExactly("3", "2");
		assertThat(steps("t", Selection.DONE)).extracting(StoredStep::step).containsExactly("4");
		assertThat(steps("u", Selection.ALL)).isEmpty();
		assertThat(steps("s", Selection.DONE).get(0)).isEqualTo(new StoredStep("3", "s", true, third.get(1), null));
		assertThat(this.storage.steps(new StepQuery(this.namespace, null, Selection.ALL, 1))).hasSize(1);
	}

	@Test
	void marksStepsUndoneAndDoneAgain() {
		for (String step : List.of("1", "2", "3")) {
			apply(unit().log(entry("a", step)).step(step, null, true));
		}
		List<Long> undone = apply(unit().log(entry("a", "undo").reverts("3"))
			.log(entry("a", "undo").reverts("3"))
			.log(entry("a", "undo").reverts("2"))
			.mark("3", true)
			.mark("2", true));
		assertThat(steps(null, Selection.DONE)).extracting(StoredStep::step).containsExactly("1");
		assertThat(steps(null, Selection.UNDONE)).extracting(StoredStep::step).containsExactly("2", "3");
		assertThat(steps(null, Selection.UNDONE)).extracting(StoredStep::undoneAt)
			.containsExactly(undone.get(2), undone.get(0));
		assertThat(steps(null, Selection.ALL)).extracting(StoredStep::step).containsExactly("3", "2", "1");
		apply(unit().log(entry("a", "redo").reverts("2")).mark("2", false));
		assertThat(steps(null, Selection.DONE)).extracting(StoredStep::step).containsExactly("2", "1");
		assertThat(steps(null, Selection.DONE)).extracting(StoredStep::undoneAt).containsOnlyNulls();
		assertThat(steps(null, Selection.UNDONE)).extracting(StoredStep::step).containsExactly("3");
	}

	@Test
	void goesOnWithAStepThatIsKnown() {
		apply(unit().log(entry("a", "1")).step("1", null, true));
		apply(unit().log(entry("a", "2")).step("2", null, true));
		List<Long> more = apply(unit().log(entry("b", "1")).step("1", null, true));
		assertThat(steps(null, Selection.ALL)).extracting(StoredStep::step).containsExactly("1", "2");
		assertThat(steps(null, Selection.ALL).get(0).sequence()).isEqualTo(more.get(0));
	}

	@Test
	void findsFactsOfLayersAndTypes() {
		apply(unit().put(state(stored("a", 1, null, Map.of()), null))
			.put(state(stored("b", 1, "s", Map.of()), null))
			.put(state(stored("c", 1, "t", Map.of()), null)));
		assertThat(found(new StorageQuery(this.namespace, null, Layers.OWN, null, null, List.of(), null, 9, this.now)))
			.containsExactly("a");
		assertThat(found(new StorageQuery(this.namespace, "s", Layers.OWN, null, null, List.of(), null, 9, this.now)))
			.containsExactly("b");
		assertThat(found(
				new StorageQuery(this.namespace, "s", Layers.WITH_LONG_TERM, null, null, List.of(), null, 9, this.now)))
			.containsExactly("a", "b");
		assertThat(found(query(Layers.ANY))).containsExactly("a", "b", "c");
		assertThat(found(new StorageQuery(this.namespace, null, Layers.ANY, NOTE, null, List.of(), null, 9, this.now)))
			.hasSize(3);
		assertThat(found(
				new StorageQuery(this.namespace, null, Layers.ANY, "unknown", null, List.of(), null, 9, this.now)))
			.isEmpty();
	}

	@Test
	void findsNeverTooFewAndPagesInOrder() {
		UnitBuilder unit = unit();
		for (int i = 0; i < 40; i++) {
			unit.put(state(stored("n" + i, 1, null, Map.of("v", i % 7, "w", "x" + i)), null));
		}
		apply(unit);
		Condition condition = new Condition.And(
				List.of(new Condition.Comparison(Path.parse("v"), Condition.Operator.GTE, 3),
						new Condition.Not(new Condition.Comparison(Path.parse("w"), Condition.Operator.EQ, "x11"))));
		StorageQuery query = new StorageQuery(this.namespace, null, Layers.OWN, NOTE, condition,
				List.of(new SortKey(Path.parse("v"), true), new SortKey(Path.parse("w"), false)), null, 5, this.now);
		List<FactState> paged = new ArrayList<>();
		List<FactState> page = this.storage.query(query);
		while (!page.isEmpty()) {
			assertThat(page).hasSizeLessThanOrEqualTo(5);
			paged.addAll(page);
			assertThat(paged).as("pages that never end").hasSizeLessThanOrEqualTo(40);
			page = (page.size() < 5) ? List.of() : this.storage.query(query.page(page.get(page.size() - 1).fact(), 5));
		}
		List<StoredFact> facts = paged.stream().map(FactState::fact).toList();
		assertThat(facts).isSortedAccordingTo(query.comparator()).doesNotHaveDuplicates();
		assertThat(facts).filteredOn(condition::matches).hasSize(21);
		OptionalLong count = this.storage.count(query);
		count.ifPresent((exact) -> assertThat(exact).isEqualTo(21));
	}

	@Test
	void leavesOutWhatHasExpired() {
		StoredFact late = expiring("late", this.now);
		StoredFact early = expiring("early", this.now.plusNanos(1000));
		apply(unit().put(state(late, KEY)).put(state(early, null)));
		assertThat(found(query(Layers.ANY))).containsExactly("early");
		this.storage.count(query(Layers.ANY)).ifPresent((count) -> assertThat(count).isEqualTo(1));
		assertThat(state("late").fact()).isEqualTo(late);
		assertThat(holder(null, KEY).fact()).isEqualTo(late);
	}

	@Test
	void streamsIfItCan() {
		if (!(this.storage instanceof CursorStorage cursors)) {
			return;
		}
		UnitBuilder unit = unit();
		for (int i = 0; i < 2500; i++) {
			unit.put(state(stored("n" + i, 1, null, Map.of("v", i)), null));
		}
		apply(unit);
		StorageQuery query = new StorageQuery(this.namespace, null, Layers.OWN, null, null,
				List.of(new SortKey(Path.parse("v"), true)), null, 100, this.now);
		try (Stream<FactState> stream = cursors.stream(query)) {
			assertThat(stream.map(FactState::fact)).hasSize(2500).isSortedAccordingTo(query.comparator());
		}
		StoredFact after = state("n100").fact();
		try (Stream<FactState> stream = cursors.stream(query.page(after, 7))) {
			assertThat(stream).hasSize(100);
		}
	}

	@Test
	void indexesIfItMust() {
		if (this.storage instanceof IndexingStorage indexing) {
			indexing.index(NOTE, Set.of(Path.parse("v"), Path.parse("a.`b c`")));
			indexing.index(NOTE, Set.of(Path.parse("v")));
		}
		apply(unit().put(state(stored("n", 1, null, Map.of("v", "x".repeat(10_000))), null)).index(NOTE, "v"));
		Condition condition = new Condition.Comparison(Path.parse("v"), Condition.Operator.EQ, "x".repeat(10_000));
		assertThat(found(
				new StorageQuery(this.namespace, null, Layers.OWN, NOTE, condition, List.of(), null, 9, this.now)))
			.containsExactly("n");
	}

	@Test
	void findsDueFactsOfEveryNamespace() {
		String other = this.namespace + "-other";
		apply(unit().put(state(expiring("late", this.now.minusSeconds(1)), null))
			.put(state(expiring("now", this.now), null))
			.put(state(expiring("early", this.now.plusNanos(1000)), null))
			.put(fact("never")));
		apply(unit(other).put(state(inNamespace(other, expiring("late", this.now)), null)));
		assertThat(due(this.now)).containsExactlyInAnyOrder(new FactAddress(this.namespace, "late"),
				new FactAddress(this.namespace, "now"), new FactAddress(other, "late"));
		apply(unit().put(new FactState("late", 2, null, null, null)));
		apply(unit().put(state(stored("now", 2, null, Map.of()), null)));
		apply(unit(other).put(new FactState("late", 2, null, null, null)));
		assertThat(due(this.now)).doesNotContain(new FactAddress(this.namespace, "early"));
		assertThat(due(this.now.plusNanos(1000))).contains(new FactAddress(this.namespace, "early"));
		apply(unit().put(new FactState("early", 2, null, null, null)));
	}

	@Test
	void listsNamespacesByCodePoint() {
		List<String> names = Stream.of("-a", "-b", "-\uFFFD", "-\uD83D\uDE00")
			.map((name) -> this.namespace + name)
			.toList();
		for (String name : List.of(names.get(2), names.get(0), names.get(3), names.get(1))) {
			apply(unit(name).put(state(inNamespace(name, stored("n", 1, "s", Map.of())), null)));
		}
		assertThat(this.storage.namespaces(this.namespace, 3)).isEqualTo(names.subList(0, 3));
		assertThat(this.storage.namespaces(names.get(2), 1)).containsExactly(names.get(3));
		apply(unit(names.get(1)).put(new FactState("n", 2, null, null, null)));
		assertThat(this.storage.namespaces(this.namespace, 2)).containsExactly(names.get(0), names.get(2));
		assertThat(allNamespaces()).containsSubsequence(names.get(0), names.get(2), names.get(3))
			.doesNotContain(names.get(1))
			.doesNotHaveDuplicates();
	}

	@Test
	void listsSessionsByCodePoint() {
		UnitBuilder unit = unit();
		for (String session : List.of("\uFFFD", "a", "\uD83D\uDE00", "b")) {
			unit.put(state(stored("in " + session, 1, session, Map.of()), null));
		}
		apply(unit.put(state(stored("long", 1, null, Map.of()), null))
			.put(state(new StoredFact(this.namespace, "x", NOTE, Payload.of(Map.of()), null, "expired", false, 1,
					this.now, this.now, this.now), null)));
		assertThat(this.storage.sessions(this.namespace, this.now, null, 9)).containsExactly("a", "b", "\uFFFD",
				"\uD83D\uDE00");
		assertThat(this.storage.sessions(this.namespace, this.now, "a", 2)).containsExactly("b", "\uFFFD");
		assertThat(this.storage.sessions(this.namespace, this.now.minusNanos(1000), "b", 9)).containsExactly("expired",
				"\uFFFD", "\uD83D\uDE00");
	}

	@Test
	void keepsNamespacesApart() {
		String other = this.namespace + "-other";
		apply(unit().put(state(stored("n", 1, "s", Map.of()), KEY))
			.log(entry("n", "step").call(new IdempotentCall("key", "print", 0)))
			.step("step", "s", false));
		assertThat(this.storage.facts(other, List.of("n"))).isEmpty();
		assertThat(this.storage.singletons(other, List.of(new SingletonKey("s", NOTE, KEY)))).isEmpty();
		assertThat(this.storage.log(StorageLogQuery.newest(other, 9))).isEmpty();
		assertThat(this.storage.steps(new StepQuery(other, "s", Selection.ALL, 9))).isEmpty();
		assertThat(this.storage.sessions(other, this.now, null, 9)).isEmpty();
		assertThat(this.storage.lastEntries(other, this.now, null, 9)).isEmpty();
		assertApplied(unit(other).require(new VersionIs("n", 0))
			.require(new KeyAvailable(new SingletonKey("s", NOTE, KEY), null))
			.require(new IdempotencyKeyFree("key"))
			.require(new KeyFieldsAre(NOTE, List.of("a")))
			.put(state(inNamespace(other, stored("n", 1, "s", Map.of())), KEY)));
	}

	@Test
	void appliesTenThousandFactsAtOnce() {
		UnitBuilder unit = unit();
		for (int i = 0; i < 10_000; i++) {
			unit.require(new VersionIs("n" + i, 0)).put(fact("n" + i)).log(entry("n" + i, "step"));
		}
		assertThat(apply(unit.step("step", null, true))).hasSize(10_000).isSorted();
		assertThat(entries()).hasSize(10_000);
	}

	@Test
	void letsOneOfManyHaveAVersion() {
		apply(unit().put(fact("n")));
		assertOneApplied((thread) -> unit().require(new VersionIs("n", 1))
			.put(state(stored("n", 2, null, Map.of("by", thread)), null))
			.log(entry("n", "step " + thread)));
		assertThat(entries()).hasSize(1);
	}

	@Test
	void letsOneOfManyMakeAFact() {
		assertOneApplied((thread) -> unit().require(new VersionIs("n", 0))
			.put(state(stored("n", 1, null, Map.of("by", thread)), null))
			.log(entry("n", "step " + thread)));
		assertThat(entries()).hasSize(1);
	}

	@Test
	void letsOneOfManyHaveASingletonKey() {
		assertOneApplied((thread) -> unit().require(available(KEY, null))
			.require(new VersionIs("n" + thread, 0))
			.put(state(stored("n" + thread, 1, null, Map.of()), KEY))
			.log(entry("n" + thread, "step " + thread)));
		assertThat(entries()).hasSize(1);
		assertThat(found(query(Layers.ANY))).hasSize(1);
	}

	@Test
	void letsOneOfManyHaveAnIdempotencyKey() {
		assertOneApplied((thread) -> unit().require(new IdempotencyKeyFree("key"))
			.put(fact("n" + thread))
			.log(entry("n" + thread, "step " + thread).call(new IdempotentCall("key", "print", 0))));
		assertThat(entries()).hasSize(1);
	}

	@Test
	void letsOneOfManyUndoAStep() {
		apply(unit().put(fact("n")).log(entry("n", "step")).step("step", null, true));
		assertOneApplied((thread) -> unit().require(new StepUndone("step", false))
			.log(entry("n", "rollback " + thread).reverts("step"))
			.mark("step", true));
		assertThat(entries()).hasSize(2);
	}

	@Test
	void letsOneOfManySetKeyFields() {
		assertOneApplied(
				(thread) -> unit().require(new KeyFieldsAre(NOTE, List.of("field " + thread))).put(fact("n" + thread)));
	}

	@Test
	void appliesUnitsThatDoNotMeetAtOnce() {
		Threads.run(8, (thread) -> {
			for (int i = 0; i < 50; i++) {
				assertApplied(unit().require(new VersionIs("n" + thread + "-" + i, 0))
					.require(new KeyFieldsAre(NOTE, List.of()))
					.put(fact("n" + thread + "-" + i))
					.log(entry("n" + thread + "-" + i, "s" + thread + "-" + i))
					.step("s" + thread + "-" + i, null, true));
			}
		});
		assertThat(entries()).hasSize(400).extracting(StoredEntry::sequence).doesNotHaveDuplicates();
		assertThat(steps(null, Selection.DONE)).hasSize(400);
	}

	@Test
	void raisesTheSequencesOfAFactUnderConcurrency() {
		apply(unit().put(fact("n")));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 25; i++) {
				ApplyResult result;
				do {
					long version = state("n").version();
					StoredEntry entry = new StoredEntry(0, "step", "UPDATE", null, "n", null, null, version + 1, null,
							null, this.now, null, null, null);
					result = this.storage.apply(unit().require(new VersionIs("n", version))
						.put(state(stored("n", version + 1, null, Map.of()), null))
						.log(entry)
						.build());
				}
				while (result instanceof Rejected);
			}
		});
		assertThat(entries()).hasSize(100)
			.extracting(StoredEntry::version)
			.isSortedAccordingTo(Comparator.reverseOrder());
	}

	@Test
	void showsAUnitWholeOrNotAtAll() {
		apply(unit().put(fact("a")).put(fact("b")));
		AtomicBoolean done = new AtomicBoolean();
		Threads.run(3, (thread) -> {
			if (thread == 0) {
				for (int i = 2; i < 60; i++) {
					apply(unit().put(state(stored("a", i, null, Map.of()), null))
						.put(state(stored("b", i, null, Map.of()), null)));
				}
				done.set(true);
			}
			while (!done.get()) {
				Map<String, FactState> states = this.storage.facts(this.namespace, List.of("a", "b"));
				assertThat(states.get("a").version()).isEqualTo(states.get("b").version());
			}
		});
	}

	private void assertOneApplied(IntFunction<UnitBuilder> units) {
		List<ApplyResult> results = Threads.call(IntStream.range(0, 8)
			.<Callable<ApplyResult>>mapToObj((thread) -> () -> this.storage.apply(units.apply(thread).build()))
			.toList());
		assertThat(results).filteredOn(Applied.class::isInstance).hasSize(1);
		assertThat(results).filteredOn(Rejected.class::isInstance)
			.allSatisfy((result) -> assertThat(((Rejected) result).failed()).isNotEmpty());
	}

	/**
	 * Expects that a unit with one wrong precondition among right ones leaves no trace.
	 */
	private void assertRejected(Precondition wrong) {
		List<FactState> facts = this.storage.query(query(Layers.ANY));
		List<StoredEntry> log = entries();
		List<StoredStep> steps = steps(null, Selection.ALL);
		ApplyResult result = this.storage.apply(unit().require(new VersionIs("rejected", 0))
			.require(wrong)
			.require(new IdempotencyKeyFree("rejected"))
			.put(fact("rejected"))
			.log(entry("rejected", "rejected").call(new IdempotentCall("rejected", "print", 0)))
			.step("rejected", null, true)
			.build());
		assertThat(result).isEqualTo(new Rejected(List.of(wrong)));
		assertThat(this.storage.query(query(Layers.ANY))).isEqualTo(facts);
		assertThat(this.storage.facts(this.namespace, List.of("rejected"))).isEmpty();
		assertThat(entries()).isEqualTo(log);
		assertThat(steps(null, Selection.ALL)).isEqualTo(steps);
		assertApplied(unit().require(new IdempotencyKeyFree("rejected")));
	}

	private void assertApplied(UnitBuilder unit) {
		assertThat(this.storage.apply(unit.build())).isInstanceOf(Applied.class);
	}

	private List<Long> apply(UnitBuilder unit) {
		ApplyResult result = this.storage.apply(unit.build());
		assertThat(result).isInstanceOf(Applied.class);
		return ((Applied) result).sequences();
	}

	private FactState state(String id) {
		return Objects.requireNonNull(this.storage.facts(this.namespace, List.of(id)).get(id), id);
	}

	private static FactState state(StoredFact fact, @Nullable String key) {
		return new FactState(fact.id(), fact.version(), null, fact, key);
	}

	private FactState fact(String id) {
		return state(stored(id, 1, null, Map.of()), null);
	}

	private StoredFact stored(String id, long version, @Nullable String session, Map<String, Object> payload) {
		return new StoredFact(this.namespace, id, NOTE, Payload.of(payload), null, session, false, version, this.now,
				this.now, null);
	}

	private StoredFact expiring(String id, Instant expiresAt) {
		return new StoredFact(this.namespace, id, NOTE, Payload.of(Map.of()), null, null, false, 1, this.now, this.now,
				expiresAt);
	}

	private static StoredFact inNamespace(String namespace, StoredFact fact) {
		return new StoredFact(namespace, fact.id(), fact.type(), fact.payload(), fact.source(), fact.sessionId(),
				fact.ephemeral(), fact.version(), fact.createdAt(), fact.updatedAt(), fact.expiresAt());
	}

	private static KeyAvailable available(String digest, @Nullable String factId) {
		return new KeyAvailable(new SingletonKey(null, NOTE, digest), factId);
	}

	private @Nullable FactState holder(@Nullable String session, String digest) {
		SingletonKey key = new SingletonKey(session, NOTE, digest);
		return this.storage.singletons(this.namespace, List.of(key)).get(key);
	}

	private StorageQuery query(Layers layers) {
		return new StorageQuery(this.namespace, null, layers, null, null, List.of(), null, 1000, this.now);
	}

	private List<String> found(StorageQuery query) {
		return this.storage.query(query).stream().map(FactState::id).toList();
	}

	private List<StoredEntry> entries() {
		return this.storage.log(StorageLogQuery.newest(this.namespace, Integer.MAX_VALUE));
	}

	private StorageLogQuery logQuery(@Nullable String session, @Nullable String fact, @Nullable String operation,
			@Nullable String step, @Nullable String key, @Nullable Instant since, @Nullable Instant until,
			@Nullable Long beyond, boolean ascending, int limit) {
		return new StorageLogQuery(this.namespace, session, fact, operation, step, key, since, until, beyond, ascending,
				limit);
	}

	private List<Long> narrowed(StorageLogQuery query) {
		return sequences(this.storage.log(query));
	}

	private static List<Long> sequences(List<StoredEntry> entries) {
		return entries.stream().map(StoredEntry::sequence).toList();
	}

	private List<StoredStep> steps(@Nullable String session, Selection selection) {
		return this.storage.steps(new StepQuery(this.namespace, session, selection, Integer.MAX_VALUE));
	}

	/** The due facts of this test's namespaces, however many others there are. */
	private List<FactAddress> due(Instant time) {
		return this.storage.due(time, 1_000_000)
			.stream()
			.filter((fact) -> fact.namespace().startsWith(this.namespace))
			.toList();
	}

	private List<String> allNamespaces() {
		List<String> names = new ArrayList<>();
		List<String> page = this.storage.namespaces(null, 100);
		while (!page.isEmpty()) {
			names.addAll(page);
			assertThat(page).as("pages that go on").isSortedAccordingTo(Values::compareStrings);
			page = this.storage.namespaces(page.get(page.size() - 1), 100);
		}
		return names;
	}

	private UnitBuilder unit() {
		return unit(this.namespace);
	}

	private static UnitBuilder unit(String namespace) {
		return new UnitBuilder(namespace);
	}

	private EntryBuilder entry(String factId, String step) {
		return new EntryBuilder(factId, step, this.now);
	}

	private static final class EntryBuilder {

		private StoredEntry entry;

		EntryBuilder(String factId, String step, Instant at) {
			this.entry = new StoredEntry(0, step, "COMMIT", null, factId, null, null, 1, null, null, at, null, null,
					null);
		}

		EntryBuilder at(Instant at) {
			this.entry = new StoredEntry(0, this.entry.step(), "COMMIT", null, this.entry.factId(), null, null, 1, null,
					null, at, this.entry.reverts(), null, this.entry.call());
			return this;
		}

		EntryBuilder reverts(String step) {
			this.entry = new StoredEntry(0, this.entry.step(), "COMMIT", null, this.entry.factId(), null, null, 1, null,
					null, this.entry.at(), step, null, this.entry.call());
			return this;
		}

		EntryBuilder call(IdempotentCall call) {
			this.entry = new StoredEntry(0, this.entry.step(), "COMMIT", null, this.entry.factId(), null, null, 1, null,
					null, this.entry.at(), this.entry.reverts(), null, call);
			return this;
		}

		StoredEntry build() {
			return this.entry;
		}

	}

	private static final class UnitBuilder {

		private final String namespace;

		private final List<Precondition> preconditions = new ArrayList<>();

		private final List<FactState> facts = new ArrayList<>();

		private final List<StoredEntry> entries = new ArrayList<>();

		private final List<StepMark> marks = new ArrayList<>();

		private @Nullable StoredStep step;

		private final Map<String, Set<Path>> indexed = new HashMap<>();

		UnitBuilder(String namespace) {
			this.namespace = namespace;
		}

		UnitBuilder require(Precondition precondition) {
			this.preconditions.add(precondition);
			return this;
		}

		UnitBuilder put(FactState state) {
			this.facts.add(state);
			return this;
		}

		UnitBuilder log(EntryBuilder entry) {
			return log(entry.build());
		}

		UnitBuilder log(StoredEntry entry) {
			this.entries.add(entry);
			return this;
		}

		UnitBuilder step(String step, @Nullable String sessionId, boolean longTerm) {
			this.step = new StoredStep(step, sessionId, longTerm, 0, null);
			return this;
		}

		UnitBuilder mark(String step, boolean undone) {
			this.marks.add(new StepMark(step, undone));
			return this;
		}

		UnitBuilder index(String type, String path) {
			this.indexed.put(type, Set.of(Path.parse(path)));
			return this;
		}

		Unit build() {
			return new Unit(this.namespace, this.preconditions, this.facts, this.entries, this.step, this.marks,
					this.indexed);
		}

	}

}
