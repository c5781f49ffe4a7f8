package io.memstate.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.FactValidationException;
import io.memstate.Filter;
import io.memstate.LogEntry;
import io.memstate.MemoryOperations;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Several operations as one step.
 *
 * @since 0.1.0
 */
public abstract class TransactionContractTests extends StorageContract {

	@Test
	void isOneStep() {
		this.memory.commit(note("0").id("a"));
		Fact result = this.memory.transaction((work) -> {
			work.commit(note("1").id("b"));
			work.delete("a");
			return work.commit(note("2").id("c"));
		});
		assertThat(this.memory.get("c")).contains(result);
		List<LogEntry> entries = log().subList(0, 3);
		assertThat(entries).extracting(LogEntry::step).containsOnly(entries.get(0).step());
		assertThat(entries).extracting(LogEntry::factId).containsExactly("c", "a", "b");
		assertThat(entries).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.DELETE, Operation.COMMIT);
		this.memory.rollback(1);
		assertThat(ids(everything())).containsExactly("a");
	}

	@Test
	void answersWithWhatTheWorkAnswers() {
		assertThat(this.memory.<String>transaction((work) -> "done")).isEqualTo("done");
		assertThat(log()).isEmpty();
	}

	@Test
	void writesNothingIfTheWorkFails() {
		IllegalArgumentException failure = new IllegalArgumentException("no");
		assertThatThrownBy(() -> this.memory.transaction((work) -> {
			work.commit(note("1"));
			throw failure;
		})).isSameAs(failure);
		assertThat(everything()).isEmpty();
		assertThat(log()).isEmpty();
	}

	@Test
	void writesNothingIfAnOperationFails() {
		this.memory.commit(decision("yes").id("d"));
		assertRefused(ConflictException.class, () -> this.memory.transaction((work) -> {
			work.commit(note("1"));
			return work.commit(decision("no").id("d"));
		}), "d");
		assertRefused(FactNotFoundException.class, () -> this.memory.transaction((work) -> {
			work.commit(note("1"));
			return work.delete("unknown");
		}), "unknown");
		assertRefused(FactValidationException.class, () -> this.memory.transaction((work) -> {
			work.commit(note("1"));
			return work.commit(Draft.of(NOTE, Map.of("bad", Double.NaN)));
		}), "NaN");
	}

	@Test
	void goesOnAfterAnOperationWhoseFailureIsCaught() {
		this.memory.commit(decision("yes").id("d"));
		this.memory.transaction((MemoryOperations work) -> {
			work.commit(note("1").id("a"));
			assertThatThrownBy(() -> work.delete("d")).isInstanceOf(ConflictException.class);
			assertThatThrownBy(
					() -> work.commitAll(List.of(note("2").id("b"), decision("no").id("d")), Change.anonymous()))
				.isInstanceOf(ConflictException.class);
			return work.commit(note("3").id("c"));
		});
		assertThat(ids(everything())).containsExactlyInAnyOrder("d", "a", "c");
	}

	@Test
	void takesBackWhatABatchChangedBeforeItFailed() {
		this.memory.commit(decision("yes").id("d"));
		Fact stored = this.memory.commit(note("0").id("stored"));
		this.memory.transaction((MemoryOperations work) -> {
			work.commit(note("1").id("a"));
			work.get("stored");
			List<Draft> batch = List.of(note("2").id("a"), note("2").id("stored"), preference("editor", "vi").id("p"),
					decision("no").id("d"));
			assertThatThrownBy(() -> work.commitAll(batch, Change.anonymous())).isInstanceOf(ConflictException.class);
			assertThat(work.get("a").orElseThrow().payload()).containsEntry("text", "1");
			assertThat(work.get("stored")).contains(stored);
			return work.commit(preference("editor", "emacs").id("q"));
		});
		assertThat(ids(everything())).containsExactlyInAnyOrder("d", "stored", "a", "q");
		assertThat(this.memory.get("stored")).contains(stored);
		assertThat(this.memory.history("a")).hasSize(1);
	}

	@Test
	void seesItsOwnWrites() {
		this.memory.commit(note("0").id("a"));
		this.memory.commit(note("0").id("gone"));
		this.memory.transaction((MemoryOperations work) -> {
			Fact updated = work.update("a", Patch.set("text", "1"));
			assertThat(work.get("a")).contains(updated);
			Fact fresh = work.commit(note("1").id("b"));
			work.delete("gone");
			assertThat(work.get("gone")).isEmpty();
			assertThat(work.query(FactQuery.all())).containsExactlyInAnyOrder(updated, fresh);
			assertThat(work.query(FactQuery.all().where(Filter.eq("text", "0")))).isEmpty();
			assertThat(work.query(FactQuery.all().where(Filter.eq("text", "1")).limit(1))).hasSize(1);
			assertThat(work.count(FactQuery.all())).isEqualTo(2);
			try (Stream<Fact> stream = work.stream(FactQuery.all())) {
				assertThat(stream).hasSize(2);
			}
			return null;
		});
	}

	@Test
	void shadowsLongTermSingletonsByItsOwnWrites() {
		Fact longTerm = this.memory.commit(preference("editor", "vi").id("long"));
		FactQuery query = FactQuery.type(PREFERENCE).withLongTerm();
		session("s").transaction((MemoryOperations work) -> {
			assertThat(work.query(query)).containsExactly(longTerm);
			Fact own = work.commit(preference("editor", "emacs").id("own"));
			assertThat(work.query(query)).containsExactly(own);
			assertThat(work.count(query)).isEqualTo(1);
			work.delete("own");
			assertThat(work.query(query)).containsExactly(longTerm);
			return null;
		});
	}

	@Test
	void pagesOverItsOwnWrites() {
		this.memory.commit(note("0").id("a"));
		this.memory.commit(note("0").id("c"));
		FactQuery query = FactQuery.all().orderBy("$id", Direction.ASC).limit(1);
		List<String> found = this.memory.transaction((work) -> {
			work.commit(note("1").id("d"));
			work.commit(note("1").id("b"));
			List<String> ids = new ArrayList<>();
			List<Fact> page = work.query(query);
			while (!page.isEmpty() && ids.size() < 10) {
				ids.add(page.get(0).id());
				page = work.query(query.after(page.get(0)));
			}
			return ids;
		});
		assertThat(found).containsExactly("a", "b", "c", "d");
	}

	@Test
	void keepsItsWritesFromOthersUntilItsEnd() {
		this.memory.commit(note("0").id("a"));
		this.memory.transaction((MemoryOperations work) -> {
			work.update("a", Patch.set("text", "1"));
			work.commit(note("1").id("b"));
			assertThat(this.memory.get("a").orElseThrow().payload()).containsEntry("text", "0");
			assertThat(this.memory.get("b")).isEmpty();
			return null;
		});
		assertThat(this.memory.get("a").orElseThrow().payload()).containsEntry("text", "1");
	}

	@Test
	void meetsItsOwnSingletons() {
		this.memory.transaction((MemoryOperations work) -> {
			Fact first = work.commit(preference("editor", "vi"));
			Fact second = work.commit(preference("editor", "ed"));
			assertThat(second.id()).isEqualTo(first.id());
			assertThat(second.version()).isEqualTo(2);
			work.delete(first.id());
			assertThat(work.commit(preference("editor", "nano")).id()).isNotEqualTo(first.id());
			return null;
		});
		assertThat(everything()).hasSize(1);
	}

	@Test
	void runsAgainIfAFactItReadWasChanged() {
		this.memory.commit(Draft.of(NOTE, Map.of("n", 1)).id("read"));
		AtomicInteger runs = new AtomicInteger();
		this.memory.transaction((work) -> {
			int n = (Integer) work.get("read").orElseThrow().payload().get("n");
			if (runs.getAndIncrement() == 0) {
				onAnotherThread(() -> this.memory.update("read", Patch.set("n", 10)));
			}
			return work.commit(Draft.of(NOTE, Map.of("n", n + 1)).id("written"));
		});
		assertThat(runs).hasValue(2);
		assertThat(this.memory.get("written").orElseThrow().payload()).containsEntry("n", 11);
		assertThat(this.memory.history("written")).hasSize(1);
	}

	@Test
	void runsAgainIfItWasRefusedOverWhatWasChangedMeanwhile() {
		this.memory.commit(note("0").id("a"));
		AtomicInteger runs = new AtomicInteger();
		Fact fact = this.memory.transaction((work) -> {
			long version = work.get("a").orElseThrow().version();
			if (runs.getAndIncrement() == 0) {
				onAnotherThread(() -> this.memory.update("a", Patch.set("text", "1")));
			}
			return work.update("a", Patch.set("text", "2"), Change.anonymous().expecting((version == 1) ? 7 : 2));
		});
		assertThat(runs).hasValue(2);
		assertThat(fact.version()).isEqualTo(3);
	}

	@Test
	void runsAgainIfAFactItMissedWasMade() {
		AtomicInteger runs = new AtomicInteger();
		this.memory.transaction((work) -> {
			boolean there = work.get("read").isPresent();
			if (runs.getAndIncrement() == 0) {
				onAnotherThread(() -> this.memory.commit(note("1").id("read")));
			}
			return work.commit(Draft.of(NOTE, Map.of("there", there)).id("written"));
		});
		assertThat(this.memory.get("written").orElseThrow().payload()).containsEntry("there", true);
	}

	@Test
	void runsAgainIfAFactItChangesWasChanged() {
		this.memory.commit(Draft.of(NOTE, Map.of("a", 1, "b", 1)).id("n"));
		AtomicInteger runs = new AtomicInteger();
		this.memory.transaction((work) -> {
			work.update("n", Patch.set("a", 2));
			if (runs.getAndIncrement() == 0) {
				onAnotherThread(() -> this.memory.update("n", Patch.set("b", 2)));
			}
			return null;
		});
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(Map.of("a", 2, "b", 2));
	}

	@Test
	void joinsATransactionInside() {
		this.memory.transaction((outer) -> {
			outer.commit(note("1").id("a"));
			outer.transaction((inner) -> inner.update("a", Patch.set("text", "2")));
			return outer.commit(note("3").id("b"));
		});
		assertThat(log()).hasSize(3).extracting(LogEntry::step).containsOnly(lastEntry().step());
		this.memory.rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void failsWithATransactionInside() {
		assertRefused(FactNotFoundException.class, () -> this.memory.transaction((outer) -> {
			outer.commit(note("1").id("a"));
			return outer.transaction((inner) -> inner.delete("unknown"));
		}), "unknown");
	}

	@Test
	void givesUpATransactionInsideWhoseFailureIsCaught() {
		RuntimeException failure = new RuntimeException("no");
		this.memory.commit(preference("tone", "formal").id("tone"));
		this.memory.transaction((MemoryOperations outer) -> {
			outer.commit(note("1").id("a"));
			assertThatThrownBy(() -> outer.transaction((inner) -> {
				inner.commit(note("2").id("b"));
				inner.update("a", Patch.set("text", "2"));
				inner.delete("tone");
				inner.commit(preference("tone", "brief").id("other"));
				throw failure;
			})).isSameAs(failure);
			assertThatThrownBy(() -> outer.transaction(Change.by("u"), (inner) -> {
				inner.commit(note("3").id("c"));
				throw failure;
			})).isSameAs(failure);
			return outer.commit(preference("tone", "friendly"));
		});
		assertThat(everything()).extracting(Fact::id).containsExactlyInAnyOrder("a", "tone");
		assertThat(this.memory.get("a").orElseThrow().payload()).containsEntry("text", "1");
		assertThat(this.memory.get("tone").orElseThrow().version()).isEqualTo(2);
		assertThat(log()).extracting(LogEntry::factId).containsExactlyInAnyOrder("tone", "a", "tone");
	}

	@Test
	void keyFieldsOfWhatIsGivenUpDoNotMatter() {
		this.memory.commit(preference("tone", "formal"));
		this.memory.commit(decision("yes").id("d"));
		MemoryStore other = store((builder) -> builder.schema(FactSchema.of(PREFERENCE).singleton("value")));
		Fact written = other.transaction((MemoryOperations work) -> {
			assertThatThrownBy(() -> work.commitAll(List.of(preference("tone", "brief"), decision("no").id("d")),
					Change.anonymous()))
				.isInstanceOf(ConflictException.class);
			return work.commit(note("1"));
		});
		assertThat(this.memory.get(written.id())).contains(written);
	}

	@Test
	void refusesAWriteOnTheStoreItself() {
		this.memory.commit(note("0").id("n"));
		List<Supplier<?>> writes = List.of(() -> this.memory.commit(note("1")),
				() -> this.memory.commitAll(List.of(note("1")), Change.anonymous()),
				() -> this.memory.update("n", Map.of()), () -> this.memory.delete("n"), () -> this.memory.rollback(1),
				() -> this.memory.redo(1), () -> session("s").commit(note("1")), () -> session("s").discard(),
				() -> session("s").promote(), () -> session("s").rollback(1), () -> session("s").redo(1),
				() -> this.memory.transaction((inner) -> inner.commit(note("1"))),
				() -> this.memory.namespace("other").commit(note("1")));
		for (Supplier<?> write : writes) {
			assertRefused(IllegalStateException.class, () -> this.memory.transaction((work) -> {
				work.commit(note("2"));
				return write.get();
			}), "transaction");
		}
	}

	@Test
	void readsOnTheStoreItselfAreAllowed() {
		this.memory.commit(note("0").id("n"));
		assertThat(this.memory.<Long>transaction((work) -> this.memory.count(FactQuery.all()))).isEqualTo(1);
	}

	@Test
	void refusesItsOperationsAfterItsEnd() {
		this.memory.commit(note("0").id("n"));
		var kept = this.memory.<MemoryOperations>transaction((work) -> work);
		List<ThrowingCallable> calls = List.<ThrowingCallable>of(() -> kept.commit(note("1")),
				() -> kept.commitAll(List.of(note("1")), Change.anonymous()), () -> kept.update("n", Map.of()),
				() -> kept.delete("n"), () -> kept.get("n"), () -> kept.query(FactQuery.all()),
				() -> kept.count(FactQuery.all()), () -> kept.transaction((inner) -> inner),
				() -> kept.transaction(Change.by("ada"), (inner) -> inner));
		for (ThrowingCallable call : calls) {
			assertRefused(IllegalStateException.class, call, "has ended");
		}
	}

	@Test
	void answersAsTheStoreDoes() {
		Fact stored = this.memory.commit(note("0").id("n"));
		assertThat(this.memory.<Fact>transaction((work) -> work.delete("n"))).isEqualTo(stored);
		List<Fact> made = this.memory
			.transaction((work) -> work.commitAll(List.of(note("1").id("b"), note("2").id("a")), Change.anonymous()));
		assertThat(ids(made)).containsExactly("b", "a");
		assertThat(this.memory.<String>transaction((work) -> work.transaction((inner) -> "inner"))).isEqualTo("inner");
		assertThat(this.memory.<String>transaction((work) -> work.transaction(Change.by("ada"), (inner) -> "inner")))
			.isEqualTo("inner");
	}

	@Test
	void worksOnASession() {
		session("s").transaction((MemoryOperations work) -> {
			Fact fact = work.commit(note("1").id("a"));
			assertThat(fact.sessionId()).isEqualTo("s");
			return work.commit(note("2").id("b"));
		});
		assertThat(session("s").count(FactQuery.all())).isEqualTo(2);
		session("s").rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void tellsWhoAndWhyForOperationsThatDoNot() {
		this.memory.transaction(Change.by("ada").because("spring clean"), (work) -> {
			work.commit(note("1").id("a"));
			return work.commit(note("2").id("b"), Change.by("bob"));
		});
		assertThat(this.memory.history("a").get(0).actor()).isEqualTo("ada");
		assertThat(this.memory.history("a").get(0).reason()).isEqualTo("spring clean");
		assertThat(this.memory.history("b").get(0).actor()).isEqualTo("bob");
	}

	@Test
	void expectsVersionsInside() {
		this.memory.commit(note("0").id("n"));
		assertRefused(ConflictException.class,
				() -> this.memory.transaction((work) -> work.update("n", Map.of(), Change.anonymous().expecting(2))),
				"n");
		this.memory.transaction((work) -> {
			work.update("n", Map.of(), Change.anonymous().expecting(1));
			return work.update("n", Map.of(), Change.anonymous().expecting(2));
		});
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(3);
	}

	@Test
	void changesNoMoreFactsThanAStepMay() {
		MemoryStore small = store((builder) -> builder.maxStepSize(10));
		List<Draft> ten = IntStream.range(0, 10).mapToObj((i) -> note("" + i)).toList();
		List<Draft> eleven = IntStream.range(0, 11).mapToObj((i) -> note("" + i)).toList();
		assertThat(small.commitAll(ten, Change.anonymous())).hasSize(10);
		assertRefused(ConflictException.class, () -> small.commitAll(eleven, Change.anonymous()), "10");
		assertRefused(ConflictException.class, () -> small.transaction((work) -> {
			eleven.forEach(work::commit);
			return null;
		}), "10");
		small.session("s").commitAll(ten, Change.anonymous());
		small.session("s").commit(note("11"));
		assertRefused(ConflictException.class, () -> small.session("s").promote(), "10");
		assertRefused(ConflictException.class, () -> small.session("s").discard(), "10");
	}

	@Test
	void goesOnAfterTooManyFactsWereRefused() {
		MemoryStore small = store((builder) -> builder.maxStepSize(2));
		small.transaction((MemoryOperations work) -> {
			work.commit(note("1").id("a"));
			work.commit(note("2").id("b"));
			assertThatThrownBy(() -> work.commit(note("3").id("c"))).isInstanceOf(ConflictException.class);
			return work.update("a", Patch.set("text", "4"));
		});
		assertThat(texts(everything())).containsExactlyInAnyOrder("4", "2");
	}

	@Test
	void mayChangeTenThousandFacts() {
		List<Draft> drafts = IntStream.range(0, 10_000).mapToObj((i) -> Draft.of(NOTE, Map.of("v", i))).toList();
		assertThat(this.memory.commitAll(drafts, Change.anonymous())).hasSize(10_000);
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(10_000);
		this.memory.rollback(1);
		assertThat(this.memory.count(FactQuery.all())).isZero();
	}

	private static void onAnotherThread(Runnable task) {
		Threads.run(List.of(task));
	}

}
