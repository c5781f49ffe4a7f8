package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.HookOptions;
import io.memstate.IndexedFact;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.ReconcileReport;
import io.memstate.ReconcilableHook;
import io.memstate.ReindexableHook;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a hook has to do to be kept in step with the facts: take changes any number of
 * times, go by their fences, answer what it holds, and be brought back in step. An author
 * of an index extends this class and gives it the index; see also {@link KillHarness} for
 * an index that outlives a process.
 *
 * @since 0.1.0
 */
public abstract class MemoryHookContractTests {

	private final String namespace = "kit-" + UUID.randomUUID();

	private final MutableClock clock = new MutableClock();

	private final InMemoryStorage storage = new InMemoryStorage();

	private final List<MemoryStore> stores = new ArrayList<>();

	private final List<FactChange> seen = new CopyOnWriteArrayList<>();

	private ReconcilableHook hook;

	private MemoryStore plain;

	/**
	 * Opens the index. It may hold facts of other namespaces.
	 * @return the hook
	 * @throws Exception if it can't be opened
	 */
	protected abstract ReconcilableHook openHook() throws Exception;

	/**
	 * Closes the index, as at the end of a process.
	 * @param hook what {@link #openHook()} has opened
	 * @throws Exception if it can't be closed
	 */
	protected void closeHook(ReconcilableHook hook) throws Exception {
		if (hook instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

	/**
	 * Whether what the index holds is there when it is closed and opened again.
	 * @return true, unless overridden
	 */
	protected boolean outlivesClosing() {
		return true;
	}

	/**
	 * A fact that the hook wants.
	 * @param id the id of the fact
	 * @param text a text that is different each time
	 * @return the draft
	 */
	protected Draft draft(String id, String text) {
		return Draft.of("note", Map.of("text", text)).id(id);
	}

	/**
	 * Waits until the index answers with what it was told last; nothing to do unless
	 * overridden.
	 */
	protected void awaitVisible() {
	}

	@BeforeEach
	void open() throws Exception {
		this.hook = openHook();
		this.plain = store(UnaryOperator.identity());
	}

	@AfterEach
	void close() throws Exception {
		this.stores.forEach(MemoryStore::close);
		closeHook(this.hook);
	}

	private MemoryStore store(UnaryOperator<MemoryStore.Builder> options) {
		MemoryStore store = options.apply(MemoryStore.builder(this.storage).clock(this.clock).namespace(this.namespace))
			.build();
		this.stores.add(store);
		return store;
	}

	private MemoryStore strict() {
		return store((builder) -> builder.hook(this.hook));
	}

	/** A store that tells nobody but this test. */
	private MemoryStore observed() {
		return store((builder) -> builder.hook(new MemoryHook() {

			@Override
			public String name() {
				return "observer";
			}

			@Override
			public void apply(List<FactChange> changes) {
				MemoryHookContractTests.this.seen.addAll(changes);
			}

		}));
	}

	private void apply(FactChange... changes) throws Exception {
		this.hook.apply(List.of(changes));
		awaitVisible();
	}

	/** What the index holds of a namespace, each fact once. */
	private Map<String, Long> held(String namespace) {
		Map<String, Long> held = new HashMap<>();
		try (Stream<IndexedFact> entries = this.hook.entries()) {
			entries.filter((entry) -> entry.namespace().equals(namespace))
				.forEach((entry) -> assertThat(held.put(entry.factId(), entry.version()))
					.as("a second entry of fact " + entry.factId())
					.isNull());
		}
		return held;
	}

	private void assertHolds(Map<String, Long> versions) {
		assertThat(held(this.namespace)).as("entries()").isEqualTo(versions);
		List<String> ids = new ArrayList<>(versions.keySet());
		ids.add("never");
		assertThat(this.hook.versions(this.namespace, ids)).as("versions(...)").isEqualTo(versions);
	}

	private void assertInStep() {
		awaitVisible();
		Map<String, Long> versions = new HashMap<>();
		this.plain.query(FactQuery.all().anyLayer()).forEach((fact) -> versions.put(fact.id(), fact.version()));
		assertHolds(versions);
	}

	@Test
	void keepsItsName() throws Exception {
		assertThat(this.hook.name()).isNotBlank().isEqualTo(this.hook.name());
		ReconcilableHook other = openHook();
		assertThat(other.name()).isEqualTo(this.hook.name());
		closeHook(other);
	}

	@Test
	void takesCommitsUpdatesAndRemovals() {
		MemoryStore store = strict();
		store.commit(draft("a", "1"));
		store.commit(draft("b", "1"));
		assertInStep();
		store.commit(draft("a", "2"));
		assertInStep();
		store.delete("b");
		assertInStep();
		store.rollback(2);
		assertInStep();
		store.session("s").commit(draft("c", "1"));
		store.session("s").promote();
		assertInStep();
	}

	@Test
	void takesAStepOfManyFacts() {
		MemoryStore store = strict();
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			drafts.add(draft("n" + i, "1"));
		}
		store.commitAll(drafts, Change.anonymous());
		assertInStep();
	}

	@Test
	void takesAChangeAgain() throws Exception {
		MemoryStore store = observed();
		Fact fact = store.commit(draft("a", "1"));
		FactChange commit = this.seen.get(0);
		apply(commit);
		apply(commit);
		apply(commit, commit);
		assertHolds(Map.of("a", fact.version()));
		store.delete("a");
		FactChange removal = this.seen.get(1);
		apply(removal);
		apply(removal);
		assertHolds(Map.of());
	}

	@Test
	void takesSeveralChangesOfAFactInOrder() throws Exception {
		MemoryStore store = observed();
		store.commit(draft("a", "1"));
		store.commit(draft("b", "1"));
		store.commit(draft("a", "2"));
		store.delete("b");
		store.commit(draft("b", "2"));
		apply(this.seen.toArray(FactChange[]::new));
		assertHolds(Map.of("a", 2L, "b", 3L));
	}

	@Test
	void ignoresAChangeThatIsOutOfDate() throws Exception {
		MemoryStore store = observed();
		store.commit(draft("a", "1"));
		store.commit(draft("a", "2"));
		store.commit(draft("a", "3"));
		apply(this.seen.get(1));
		apply(this.seen.get(0));
		assertHolds(Map.of("a", 2L));
		apply(this.seen.get(2), this.seen.get(1), this.seen.get(0));
		assertHolds(Map.of("a", 3L));
	}

	@Test
	void ignoresAChangeThatARemovalHasOvertaken() throws Exception {
		MemoryStore store = observed();
		store.commit(draft("a", "1"));
		store.delete("a");
		apply(this.seen.get(1));
		apply(this.seen.get(0));
		assertHolds(Map.of());
	}

	@Test
	void ignoresARemovalThatIsOutOfDate() throws Exception {
		MemoryStore store = observed();
		store.commit(draft("a", "1"));
		store.delete("a");
		store.commit(draft("a", "2"));
		apply(this.seen.get(2));
		apply(this.seen.get(1), this.seen.get(0));
		assertHolds(Map.of("a", 3L));
	}

	@Test
	void remembersFencesWhenItIsOpenedAgain() throws Exception {
		if (!outlivesClosing()) {
			return;
		}
		MemoryStore store = observed();
		store.commit(draft("a", "1"));
		store.commit(draft("b", "1"));
		store.commit(draft("a", "2"));
		store.delete("b");
		apply(this.seen.get(2), this.seen.get(3));
		closeHook(this.hook);
		this.hook = openHook();
		assertHolds(Map.of("a", 2L));
		apply(this.seen.get(0), this.seen.get(1));
		assertHolds(Map.of("a", 2L));
	}

	@Test
	void endsTheSameInWhateverOrder() throws Exception {
		MemoryStore store = observed();
		Random random = new Random(7);
		for (int i = 0; i < 200; i++) {
			String id = "n" + random.nextInt(10);
			if (store.get(id).isPresent() && random.nextInt(4) == 0) {
				store.delete(id);
			}
			else {
				store.commit(draft(id, "text " + i));
			}
		}
		List<FactChange> changes = new ArrayList<>(this.seen);
		changes.addAll(this.seen);
		Collections.shuffle(changes, random);
		for (int from = 0; from < changes.size(); from += 7) {
			apply(changes.subList(from, Math.min(from + 7, changes.size())).toArray(FactChange[]::new));
		}
		assertInStep();
	}

	@Test
	void keepsNamespacesApart() throws Exception {
		MemoryStore store = observed();
		store.commit(draft("a", "1"));
		store.namespace(this.namespace + "-other").commit(draft("a", "1"));
		store.delete("a");
		apply(this.seen.get(0));
		apply(this.seen.get(1));
		assertThat(held(this.namespace)).containsOnlyKeys("a");
		assertThat(held(this.namespace + "-other")).containsOnlyKeys("a");
		apply(this.seen.get(2));
		assertThat(held(this.namespace)).isEmpty();
		assertThat(held(this.namespace + "-other")).containsOnlyKeys("a");
	}

	@Test
	void goesBackToWhatIsStoredIfAWriteFails() {
		FaultyIndex second = new FaultyIndex("second");
		MemoryStore store = store((builder) -> builder.hook(this.hook).hook(second));
		store.commit(draft("a", "1"));
		second.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> store.commit(draft("a", "2"))).isInstanceOf(HookException.class);
		assertInStep();
		second.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> store.commit(draft("b", "1"))).isInstanceOf(HookException.class);
		assertInStep();
		second.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> store.delete("a")).isInstanceOf(HookException.class);
		assertInStep();
	}

	@Test
	void isRecovered() {
		FaultyHook faulty = new FaultyHook();
		MemoryStore store = store((builder) -> builder.hook(faulty));
		store.commit(draft("a", "1"));
		faulty.down = true;
		assertThatThrownBy(() -> store.commit(draft("a", "2"))).isInstanceOf(HookException.class);
		assertThatThrownBy(() -> store.commit(draft("b", "1"))).isInstanceOf(HookException.class);
		faulty.down = false;
		store.hooks().recover();
		assertInStep();
	}

	@Test
	void isCalledBySeveralThreads() {
		MemoryStore store = strict();
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 50; i++) {
				store.commit(draft("n" + (10 * thread + i % 10), "text " + i));
			}
		});
		assertInStep();
	}

	@ParameterizedTest
	@EnumSource
	void staysInStepIfItsCallsFail(HookMode mode) {
		FaultyHook faulty = new FaultyHook();
		MemoryStore one = store((builder) -> builder.hook(faulty).hookMode(mode).hookMaxAttempts(Integer.MAX_VALUE));
		MemoryStore two = store((builder) -> builder.hook(faulty).hookMode(mode).hookMaxAttempts(Integer.MAX_VALUE));
		faulty.failureRate = 0.2;
		Threads.run(4, (thread) -> {
			MemoryStore store = (thread % 2 == 0) ? one : two;
			for (int i = 0; i < 50; i++) {
				try {
					store.commit(draft("n" + i % 7, thread + " " + i));
					if (i % 5 == 0) {
						store.delete("n" + i % 7);
					}
					store.hooks().deliver();
				}
				catch (HookException | FactNotFoundException ex) {
					// expected
				}
			}
		});
		for (int i = 0; i < 100; i++) {
			this.clock.advance(Duration.ofMinutes(10));
			one.maintenance();
		}
		assertThat(one.hooks().list()).allMatch((status) -> status.pending() + status.intents() == 0);
		assertInStep();
	}

	@Test
	void isReconciled() {
		MemoryStore store = strict();
		for (int i = 0; i < 5; i++) {
			store.commit(draft("n" + i, "1"));
		}
		this.plain.commit(draft("missing", "1"));
		this.plain.commit(draft("n1", "2"));
		this.plain.delete("n2");
		ReconcileReport report = store.hooks().reconcile(this.hook.name(), true);
		assertThat(report.inStep()).isFalse();
		assertHolds(Map.of("n0", 1L, "n1", 1L, "n2", 1L, "n3", 1L, "n4", 1L));
		report = store.hooks().reconcile(this.hook.name());
		assertThat(report.missing()).isGreaterThanOrEqualTo(1);
		assertThat(report.stale()).isGreaterThanOrEqualTo(1);
		assertThat(report.ghosts()).isGreaterThanOrEqualTo(1);
		assertInStep();
		assertThat(store.hooks().reconcile(this.hook.name(), true).inStep()).isTrue();
	}

	@Test
	void isBuiltAgain() throws Exception {
		if (!(this.hook instanceof ReindexableHook index)) {
			return;
		}
		MemoryStore store = strict();
		for (int i = 0; i < 5; i++) {
			store.commit(draft("n" + i, "1"));
		}
		index.clear();
		awaitVisible();
		assertHolds(Map.of());
		this.plain.delete("n2");
		store.hooks().reindex(this.hook.name());
		assertInStep();
		store.commit(draft("n2", "2"));
		assertInStep();
	}

	/** The hook, with calls that fail before or after it has taken the changes. */
	private final class FaultyHook implements MemoryHook {

		private final Random random = new Random(3);

		private volatile double failureRate;

		// withdrawals fail, all else is taken and not acknowledged
		private volatile boolean down;

		@Override
		public String name() {
			return MemoryHookContractTests.this.hook.name();
		}

		@Override
		public HookOptions options() {
			return MemoryHookContractTests.this.hook.options();
		}

		@Override
		public void apply(List<FactChange> changes) throws Exception {
			boolean fails = this.down || chance() < this.failureRate;
			boolean withdrawal = changes.get(0).operation() == null;
			if (fails && (this.down ? withdrawal : chance() < 0.5)) {
				throw new IllegalStateException("The index takes nothing");
			}
			MemoryHookContractTests.this.hook.apply(changes);
			if (fails) {
				throw new IllegalStateException("The index has taken the changes and does not say so");
			}
		}

		private synchronized double chance() {
			return this.random.nextDouble();
		}

	}

}
