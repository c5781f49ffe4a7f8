package io.memstate.test;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many threads, and several stores, at once.
 *
 * @since 0.1.0
 */
public abstract class ConcurrencyContractTests extends StorageContract {

	private static final int THREADS = 8;

	@Override
	Duration retryTimeout() {
		return PATIENTLY;
	}

	@Test
	void keepsOneFactForEachSingletonKey() {
		List<MemoryStore> stores = List.of(this.memory, store(UnaryOperator.identity()));
		Threads.run(THREADS, (thread) -> {
			for (int i = 0; i < 500; i++) {
				stores.get(thread % 2)
					.commit(Draft.of(PREFERENCE, Map.of("role", "role " + i % 10, "value", thread * 1000 + i)));
			}
		});
		assertThat(everything()).hasSize(10);
		assertThat(log()).hasSize(THREADS * 500);
		assertThat(log()).extracting(LogEntry::step).doesNotHaveDuplicates();
		assertThat(log()).extracting((entry) -> entry.after().payload().get("value")).doesNotHaveDuplicates();
		assertThat(everything()).extracting(Fact::version).containsOnly(THREADS * 50L);
		assertChains();
	}

	@Test
	void losesNoPatchOfOneFact() {
		this.memory.commit(note("0").id("n"));
		Threads.run(THREADS, (thread) -> {
			for (int i = 0; i < 40; i++) {
				this.memory.update("n", Patch.set("t" + thread + "-" + i, i));
			}
		});
		assertThat(this.memory.get("n").orElseThrow().payload()).hasSize(THREADS * 40 + 1);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(THREADS * 40 + 1);
		assertChains();
	}

	@Test
	void losesNoCountOfATransaction() {
		this.memory.commit(Draft.of(NOTE, Map.of("n", 0)).id("counter"));
		Threads.run(THREADS, (thread) -> {
			for (int i = 0; i < 25; i++) {
				this.memory.transaction((work) -> {
					int n = (Integer) work.get("counter").orElseThrow().payload().get("n");
					return work.update("counter", Patch.set("n", n + 1));
				});
			}
		});
		assertThat(this.memory.get("counter").orElseThrow().payload()).containsEntry("n", THREADS * 25);
		assertChains();
	}

	@Test
	void letsOneOfManyWinAnExpectedVersion() {
		this.memory.commit(note("0").id("n"));
		AtomicInteger won = new AtomicInteger();
		Threads.run(THREADS, (thread) -> {
			try {
				this.memory.update("n", Patch.set("by", thread), Change.anonymous().expecting(1));
				won.incrementAndGet();
			}
			catch (ConflictException ex) {
				assertThat(ex).hasMessageContaining("n");
			}
		});
		assertThat(won).hasValue(1);
		assertThat(this.memory.history("n")).hasSize(2);
	}

	@Test
	void letsOneOfManyMakeAnId() {
		AtomicInteger won = new AtomicInteger();
		Threads.run(THREADS, (thread) -> {
			try {
				this.memory.commit(Draft.of(NOTE, Map.of("by", thread)).id("n"), Change.anonymous().expecting(0));
				won.incrementAndGet();
			}
			catch (ConflictException ex) {
				assertThat(ex).hasMessageContaining("n");
			}
		});
		assertThat(won).hasValue(1);
		assertThat(log()).hasSize(1);
	}

	@Test
	void letsOneLayerHaveAnId() {
		AtomicInteger won = new AtomicInteger();
		Threads.run(THREADS, (thread) -> {
			try {
				session("s" + thread).commit(Draft.of(NOTE, Map.of()).id("n"));
				won.incrementAndGet();
			}
			catch (ConflictException ex) {
				assertThat(ex).hasMessageContaining("n");
			}
		});
		assertThat(won).hasValue(1);
		assertThat(everything()).hasSize(1);
	}

	@Test
	void actsOnceOnAnIdempotencyKey() {
		Draft draft = note("1");
		Change change = Change.anonymous().idempotencyKey("once");
		List<Fact> facts = Threads.call(IntStream.range(0, THREADS)
			.<Callable<Fact>>mapToObj((thread) -> () -> this.memory.commit(draft, change))
			.toList());
		assertThat(new HashSet<>(facts)).hasSize(1);
		assertThat(everything()).hasSize(1);
		assertThat(log()).hasSize(1);
	}

	@Test
	void commitsAnImmutableFactOnce() {
		Threads.run(THREADS, (thread) -> this.memory.commit(Draft.of(DECISION, Map.of("text", "yes")).id("d")));
		assertThat(log()).hasSize(1);
	}

	@Test
	void undoesEachStepOnce() {
		for (int i = 0; i < 40; i++) {
			this.memory.commit(note("" + i).id("n" + i % 4));
		}
		Threads.run(THREADS, (thread) -> {
			for (int i = 0; i < 5; i++) {
				this.memory.rollback(1);
			}
		});
		assertThat(everything()).isEmpty();
		List<LogEntry> undone = this.memory.log(LogQuery.all().operation(Operation.ROLLBACK));
		assertThat(undone).hasSize(40).extracting(LogEntry::reverts).doesNotHaveDuplicates();
		assertChains();
		this.memory.redo(40);
		assertThat(texts(everything())).containsExactlyInAnyOrder("36", "37", "38", "39");
	}

	@Test
	void redoesEachStepOnce() {
		for (int i = 0; i < 24; i++) {
			this.memory.commit(note("" + i).id("n" + i % 4));
		}
		this.memory.rollback(24);
		Threads.run(THREADS, (thread) -> {
			for (int i = 0; i < 3; i++) {
				this.memory.redo(1);
			}
		});
		assertThat(texts(everything())).containsExactlyInAnyOrder("20", "21", "22", "23");
		assertThat(this.memory.log(LogQuery.all().operation(Operation.REDO))).extracting(LogEntry::reverts)
			.hasSize(24)
			.doesNotHaveDuplicates();
	}

	@Test
	void promotesEachFactOnce() {
		for (int i = 0; i < 40; i++) {
			session("s").commit(note("" + i));
		}
		List<List<Fact>> promoted = Threads.call(IntStream.range(0, 4)
			.<Callable<List<Fact>>>mapToObj((thread) -> () -> session("s").promote())
			.toList());
		assertThat(promoted.stream().mapToInt(List::size).sum()).isEqualTo(40);
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(40);
		assertThat(this.memory.log(LogQuery.all().operation(Operation.PROMOTE))).hasSize(40);
	}

	@Test
	void promotesSessionsOntoOneSingleton() {
		Threads.run(THREADS, (thread) -> {
			MemorySession session = session("s" + thread);
			for (int i = 0; i < 10; i++) {
				session.commit(Draft.of(PREFERENCE, Map.of("role", "editor", "value", thread * 100 + i)));
				session.promote();
			}
		});
		assertThat(everything()).hasSize(1);
		assertChains();
	}

	@Test
	void losesNoneOfTwoStepsThatExchangeKeys() {
		this.memory.commit(preference("a", 0).id("p"));
		this.memory.commit(preference("b", 0).id("q"));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 20; i++) {
				this.memory.transaction((work) -> {
					Object p = work.get("p").orElseThrow().payload().get("role");
					Object q = work.get("q").orElseThrow().payload().get("role");
					work.update("p", Patch.set("role", "in between"));
					work.update("q", Patch.set("role", p));
					return work.update("p", Patch.set("role", q));
				});
			}
		});
		assertThat(this.memory.get("p").orElseThrow().payload()).containsEntry("role", "a");
		assertThat(this.memory.get("q").orElseThrow().payload()).containsEntry("role", "b");
		assertChains();
	}

	@Test
	void showsAStepWholeOrNotAtAll() {
		this.memory.commitAll(List.of(note("0").id("a"), note("0").id("b")), Change.anonymous());
		AtomicBoolean done = new AtomicBoolean();
		Threads.run(4, (thread) -> {
			if (thread == 0) {
				for (int i = 1; i <= 50; i++) {
					String text = "" + i;
					this.memory.transaction((work) -> {
						work.update("a", Patch.set("text", text));
						return work.update("b", Patch.set("text", text));
					});
				}
				done.set(true);
			}
			while (!done.get()) {
				List<Object> texts = texts(this.memory.query(FactQuery.all()));
				assertThat(texts).hasSize(2);
				assertThat(texts.get(0)).isEqualTo(texts.get(1));
			}
		});
	}

	@Test
	void expiresEachFactOnce() {
		for (int i = 0; i < 50; i++) {
			this.memory.commit(preference("role " + i, i).expiresIn(Duration.ofMinutes(1)));
		}
		this.clock.advance(Duration.ofMinutes(2));
		Threads.run(THREADS, (thread) -> {
			if (thread % 2 == 0) {
				this.memory.maintenance();
			}
			else {
				IntStream.range(0, 50)
					.forEach((i) -> this.memory.commit(Draft.of(PREFERENCE, Map.of("role", "role " + i))));
			}
		});
		assertThat(this.memory.log(LogQuery.all().operation(Operation.EXPIRE))).hasSize(50);
		assertThat(everything()).hasSize(50);
		assertChains();
	}

	@Test
	void staysWholeInChaos() {
		List<MemoryStore> stores = List.of(this.memory, store(UnaryOperator.identity()));
		Threads.run(THREADS, (thread) -> {
			Random random = new Random(thread);
			MemoryStore store = stores.get(thread % 2);
			for (int i = 0; i < 60; i++) {
				try {
					actAtRandom(store, random);
				}
				catch (ConflictException | FactNotFoundException ex) {
					assertThat(ex.getMessage()).isNotBlank();
				}
			}
		});
		assertChains();
		assertSingletons();
	}

	private void actAtRandom(MemoryStore store, Random random) {
		MemorySession session = store.session("s" + random.nextInt(2));
		String id = "n" + random.nextInt(4);
		Draft preference = Draft.of(PREFERENCE, Map.of("role", "r" + random.nextInt(3), "value", random.nextInt()));
		switch (random.nextInt(12)) {
			case 0, 1 -> store.commit(Draft.of(NOTE, Map.of("v", random.nextInt())).id(id));
			case 2 -> store.commit(preference);
			case 3 -> session.commit(preference);
			case 4 -> session.commit(Draft.of(NOTE, Map.of("v", random.nextInt())));
			case 5 -> store.update(id, Patch.set("w", random.nextInt()));
			case 6 -> store.delete(id);
			case 7 -> session.promote();
			case 8 -> session.discard();
			case 9 -> store.rollback(1 + random.nextInt(2));
			case 10 -> session.rollback(1);
			default -> store.redo(1);
		}
	}

	/**
	 * Each fact's log is a chain that ends in what is stored, with no version left out.
	 */
	private void assertChains() {
		Map<String, List<LogEntry>> histories = log().stream()
			.sorted((left, right) -> Long.compare(left.sequence(), right.sequence()))
			.collect(Collectors.groupingBy(LogEntry::factId));
		Map<String, Fact> stored = new HashMap<>();
		everything().forEach((fact) -> stored.put(fact.id(), fact));
		assertThat(histories.keySet()).containsAll(stored.keySet());
		histories.forEach((id, history) -> {
			Fact last = null;
			long version = 0;
			for (LogEntry entry : history) {
				version++;
				assertThat(entry.before()).as("before %s", entry).isEqualTo(last);
				last = entry.after();
				assertThat((last != null) ? last.version() : version).as("version of %s", entry).isEqualTo(version);
			}
			assertThat(stored.get(id)).as("fact '%s'", id).isEqualTo(last);
		});
	}

	private void assertSingletons() {
		Set<List<Object>> keys = new HashSet<>();
		for (Fact fact : this.memory.query(FactQuery.type(PREFERENCE).anyLayer())) {
			assertThat(keys.add(List.of(Objects.requireNonNullElse(fact.sessionId(), ""), fact.payload().get("role"))))
				.as("only %s", fact)
				.isTrue();
		}
	}

}
