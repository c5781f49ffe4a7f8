package io.memstate.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many threads on one {@link InMemoryStorage}, with units as the engine makes them.
 */
@Timeout(60)
class InMemoryStorageConcurrencyTests {

	private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

	private static final int THREADS = 8;

	private static final List<String> ACCOUNTS = List.of("a", "b", "c", "d");

	private final InMemoryStorage storage = new InMemoryStorage();

	private final ExecutorService executor = Executors.newCachedThreadPool();

	@AfterEach
	void stopThreads() throws InterruptedException {
		this.executor.shutdownNow();
		assertThat(this.executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void losesNoIncrement() throws Exception {
		int rounds = 500;
		inParallel(THREADS, (thread) -> {
			for (int i = 0; i < rounds; i++) {
				String id = ACCOUNTS.get(ThreadLocalRandom.current().nextInt(ACCOUNTS.size()));
				while (!change("ns", Map.of(id, 1))) {
					Thread.onSpinWait();
				}
			}
			return null;
		});
		Map<String, FactState> states = this.storage.facts("ns", ACCOUNTS);
		assertThat(states.values().stream().mapToInt(InMemoryStorageConcurrencyTests::number).sum())
			.isEqualTo(THREADS * rounds);
		for (FactState state : states.values()) {
			assertThat(state.version()).isEqualTo(number(state));
			List<StoredEntry> history = log(state.id());
			assertThat(history).extracting(StoredEntry::version)
				.isEqualTo(IntStream.rangeClosed(1, history.size()).mapToObj(Long::valueOf).toList());
			assertThat(history).extracting(StoredEntry::sequence).doesNotHaveDuplicates();
		}
		assertThat(log(null)).extracting(StoredEntry::sequence)
			.isEqualTo(IntStream.rangeClosed(1, THREADS * rounds).mapToObj(Long::valueOf).toList());
		assertThat(this.storage.steps(new StepQuery("ns", null, StepQuery.Selection.DONE, Integer.MAX_VALUE)))
			.hasSize(THREADS * rounds);
	}

	@Test
	void showsNoHalfUnit() throws Exception {
		assertThat(change("ns", Map.of("a", 100, "b", 100, "c", 100, "d", 100))).isTrue();
		AtomicBoolean done = new AtomicBoolean();
		List<Future<Void>> readers = start(3, (reader) -> {
			while (!done.get()) {
				assertTotal(this.storage.facts("ns", ACCOUNTS).values());
				assertTotal(this.storage.query(all()));
				assertTotal(this.storage.stream(all()).toList());
				assertThat(this.storage.singletons("ns", List.of(key("once")))).hasSizeLessThan(2);
				assertUnbrokenLog();
			}
			return null;
		});
		inParallel(3, (thread) -> {
			for (int i = 0; i < 300; i++) {
				int from = ThreadLocalRandom.current().nextInt(ACCOUNTS.size());
				int to = (from + 1 + ThreadLocalRandom.current().nextInt(ACCOUNTS.size() - 1)) % ACCOUNTS.size();
				while (!change("ns", Map.of(ACCOUNTS.get(from), -1, ACCOUNTS.get(to), 1))) {
					Thread.onSpinWait();
				}
			}
			return null;
		});
		done.set(true);
		for (Future<Void> reader : readers) {
			reader.get(30, TimeUnit.SECONDS);
		}
	}

	private static void assertTotal(Iterable<FactState> states) {
		int total = 0;
		for (FactState state : states) {
			total += number(state);
		}
		assertThat(total).isEqualTo(400);
	}

	private void assertUnbrokenLog() {
		List<StoredEntry> entries = log(null);
		assertThat(entries.get(entries.size() - 1).sequence()).isEqualTo(entries.size());
		assertThat(entries.size()).isEven();
	}

	@Test
	void givesASingletonKeyToOne() throws Exception {
		for (int round = 0; round < 200; round++) {
			SingletonKey key = key("key" + round);
			assertThat(winners((thread) -> new Unit("ns", List.of(new Precondition.KeyAvailable(key, null)),
					List.of(state("ns", key.digest() + "-" + thread, 1, 1, key.digest())), List.of(), null, List.of(),
					Map.of())))
				.isEqualTo(1);
			assertThat(this.storage.singletons("ns", List.of(key))).hasSize(1);
		}
		assertThat(this.storage.count(all())).hasValue(200);
	}

	@Test
	void givesAnIdempotencyKeyToOne() throws Exception {
		for (int round = 0; round < 200; round++) {
			String key = "key" + round;
			assertThat(winners((thread) -> new Unit("ns", List.of(new Precondition.IdempotencyKeyFree(key)), List.of(),
					List.of(entry("f" + thread, "s", 1, new IdempotentCall(key, "f", 0))), null, List.of(), Map.of())))
				.isEqualTo(1);
		}
		assertThat(log(null)).hasSize(200);
	}

	private long winners(IntUnit units) throws Exception {
		List<ApplyResult> results = new ArrayList<>();
		for (Future<ApplyResult> result : start(4, (thread) -> this.storage.apply(units.unit(thread)))) {
			results.add(result.get(30, TimeUnit.SECONDS));
		}
		return results.stream().filter(ApplyResult.Applied.class::isInstance).count();
	}

	@Test
	void keepsRegistersTrueWhileNamespacesComeAndGo() throws Exception {
		inParallel(THREADS, (thread) -> {
			String namespace = "ns" + thread % 4;
			String id = "fact" + thread;
			for (int i = 0; i < 500; i++) {
				FactState living = state(namespace, id, 2L * i + 1, 1, null);
				put(namespace, living);
				assertThat(this.storage.namespaces(null, 10)).contains(namespace);
				assertThat(this.storage.due(T0.plusSeconds(60), 100))
					.anyMatch((due) -> due.namespace().equals(namespace) && due.factId().equals(id));
				put(namespace, new FactState(id, 2L * i + 2, null, null, null));
			}
			return null;
		});
		assertThat(this.storage.namespaces(null, 10)).isEmpty();
		assertThat(this.storage.due(T0.plusSeconds(60), 10)).isEmpty();
	}

	private void put(String namespace, FactState state) {
		this.storage.apply(new Unit(namespace, List.of(), List.of(state), List.of(), null, List.of(), Map.of()));
	}

	private boolean change(String namespace, Map<String, Integer> amounts) {
		assertThat(Thread.currentThread().isInterrupted()).as("stopped by a failure of another thread").isFalse();
		Map<String, FactState> states = this.storage.facts(namespace, amounts.keySet());
		List<Precondition> preconditions = new ArrayList<>();
		List<FactState> facts = new ArrayList<>();
		List<StoredEntry> entries = new ArrayList<>();
		String step = Thread.currentThread().getId() + "-" + System.nanoTime();
		amounts.forEach((id, amount) -> {
			FactState before = states.get(id);
			long version = (before != null) ? before.version() : 0;
			preconditions.add(new Precondition.VersionIs(id, version));
			facts.add(state(namespace, id, version + 1, ((before != null) ? number(before) : 0) + amount, null));
			entries.add(entry(id, step, version + 1, null));
		});
		return this.storage.apply(new Unit(namespace, preconditions, facts, entries,
				new StoredStep(step, null, true, 0, null), List.of(), Map.of())) instanceof ApplyResult.Applied;
	}

	private List<StoredEntry> log(String factId) {
		return this.storage
			.log(new StorageLogQuery("ns", null, factId, null, null, null, null, null, null, true, Integer.MAX_VALUE));
	}

	private static StorageQuery all() {
		return new StorageQuery("ns", null, StorageQuery.Layers.OWN, null, null, List.of(), null, 1_000, T0);
	}

	private static SingletonKey key(String digest) {
		return new SingletonKey(null, "t", digest);
	}

	private static FactState state(String namespace, String id, long version, int number, String key) {
		return new FactState(id, version, null, new StoredFact(namespace, id, "t", Payload.of(Map.of("n", number)),
				null, null, false, version, T0, T0, T0.plusSeconds(60)), key);
	}

	private static int number(FactState state) {
		return (Integer) state.fact().payload().map().get("n");
	}

	private static StoredEntry entry(String factId, String step, long version, IdempotentCall call) {
		return new StoredEntry(0, step, "COMMIT", null, factId, null, null, version, null, null, T0, null, null, call);
	}

	private void inParallel(int threads, Work<Void> work) throws Exception {
		for (Future<Void> result : start(threads, work)) {
			result.get(30, TimeUnit.SECONDS);
		}
	}

	private <T> List<Future<T>> start(int threads, Work<T> work) {
		CyclicBarrier barrier = new CyclicBarrier(threads);
		List<Future<T>> results = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			int thread = i;
			Callable<T> task = () -> {
				barrier.await(10, TimeUnit.SECONDS);
				return work.run(thread);
			};
			results.add(this.executor.submit(task));
		}
		return results;
	}

	private interface Work<T> {

		T run(int thread) throws Exception;

	}

	private interface IntUnit {

		Unit unit(int thread);

	}

}
