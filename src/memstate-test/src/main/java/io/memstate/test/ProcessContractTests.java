package io.memstate.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several processes on one storage, and processes that are killed while they write. For
 * storages that outlive a process.
 * <p>
 * How long it runs is told by system properties: {@code memstate.chaos.kills} (1),
 * {@code memstate.chaos.threads} (4, a process), {@code memstate.chaos.seconds} (1),
 * {@code memstate.chaos.commits} (50, a thread; 0 for as many as there is time for) and
 * {@code memstate.chaos.patches} (100, a process); {@code memstate.chaos.seed} repeats
 * what a failure names.
 *
 * @since 0.1.0
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class ProcessContractTests {

	private static final Logger logger = LoggerFactory.getLogger(ProcessContractTests.class);

	private static final int KILLS = Integer.getInteger("memstate.chaos.kills", 1);

	private static final int THREADS = Integer.getInteger("memstate.chaos.threads", 4);

	private static final int SECONDS = Integer.getInteger("memstate.chaos.seconds", 1);

	private static final int COMMITS = Integer.getInteger("memstate.chaos.commits", 50);

	private static final int PATCHES = Integer.getInteger("memstate.chaos.patches", 100);

	private static final int MAX_LIFE_MILLIS = 1_000;

	/** Two processes, which do what the tests of a class give them to do. */
	private static final List<ChildProcess> workers = new ArrayList<>();

	private final String namespace = "chaos-" + UUID.randomUUID();

	@AfterAll
	static void endWorkers() {
		try {
			for (ChildProcess worker : workers) {
				worker.send(ChildWorker.END);
				assertThat(worker.awaitExit()).as(worker::output).isZero();
			}
		}
		finally {
			workers.forEach(ChildProcess::close);
			workers.clear();
		}
	}

	/**
	 * How the storage is opened in each process.
	 * @return a class with a public constructor without parameters
	 */
	protected abstract Class<? extends StorageOpener> opener();

	/**
	 * Where the storage is, as {@link #opener()} wants it; called once for each test.
	 * @return the location
	 */
	protected abstract String location();

	/**
	 * Looks through what is stored below the storage, when nobody writes.
	 * @param location where the storage is
	 * @param namespace the namespace that the test has written to
	 * @param occasion what has happened, for messages
	 */
	protected void assertStored(String location, String namespace, String occasion) throws Exception {
	}

	@Test
	void twoProcessesKeepOneFactForEachSingleton() throws Exception {
		String location = location();
		List<String> acknowledged = (COMMITS > 0) ? work(location, ChildWorker.Job.SINGLETONS, THREADS, COMMITS)
				: work(location, ChildWorker.Job.SINGLETONS_FOR, THREADS, SECONDS * 1000);
		assertThat(acknowledged.size()).isGreaterThanOrEqualTo(2 * THREADS * COMMITS);
		check(location, "2 processes", acknowledged, (audit) -> {
			assertThat(audit.facts()).hasSize(10);
			assertThat(audit.log()).hasSize(acknowledged.size());
		});
		logger.info("{}: 2 processes wrote {} steps of 10 singletons", getClass().getSimpleName(), acknowledged.size());
	}

	@Test
	void twoProcessesLoseNoPatch() throws Exception {
		String location = location();
		open(location, (store) -> store.commit(Draft.of(RandomLoad.NOTE, Map.of("text", "")).id(ChildWorker.SHARED)));
		List<String> acknowledged = work(location, ChildWorker.Job.PATCH, 1, PATCHES);
		assertThat(acknowledged).hasSize(2 * PATCHES);
		check(location, "2 processes", acknowledged, (audit) -> {
			Fact fact = audit.facts().get(0);
			assertThat(fact.payload()).isEqualTo(Map.of("text", "", "p0", PATCHES, "p1", PATCHES));
			assertThat(fact.version()).isEqualTo(1 + 2L * PATCHES);
		});
	}

	@Test
	void twoProcessesStayWholeWhateverTheyWrite() throws Exception {
		String location = location();
		List<String> acknowledged = work(location, ChildWorker.Job.LOAD, THREADS, SECONDS * 1000);
		check(location, "2 processes", acknowledged, (audit) -> assertThat(audit.facts()).isNotEmpty());
		logger.info("{}: 2 processes wrote {} steps in {} s", getClass().getSimpleName(), acknowledged.size(), SECONDS);
	}

	private List<String> work(String location, ChildWorker.Job job, int threads, int amount) {
		long seed = seed();
		boolean done = false;
		while (workers.size() < 2) {
			workers.add(ChildWorker.start(opener()));
		}
		try {
			for (int i = 0; i < 2; i++) {
				workers.get(i)
					.send(ChildWorker.job(location, this.namespace, job, "p" + i, threads, amount, seed + 100L * i));
			}
			workers.forEach((worker) -> worker.expect(ChildWorker.READY));
			workers.forEach((worker) -> worker.send("go"));
			List<String> acknowledged = new ArrayList<>();
			workers.forEach((worker) -> acknowledged.addAll(told(worker, seed)));
			done = true;
			return acknowledged;
		}
		finally {
			if (!done) {
				workers.forEach(ChildProcess::close);
				workers.clear();
			}
		}
	}

	private static List<String> told(ChildProcess worker, long seed) {
		List<String> told = new ArrayList<>();
		for (String line = worker.next(); !ChildWorker.DONE.equals(line); line = worker.next()) {
			assertThat(line).as(() -> "seed " + seed + ": " + worker.output()).isNotNull();
			told.add(line);
		}
		return told;
	}

	@Test
	@Order(Integer.MAX_VALUE)
	void staysWholeWhenWritersAreKilled() throws Exception {
		String location = location();
		long seed = seed();
		Random random = new Random(seed);
		List<String> acknowledged = new ArrayList<>();
		for (int kill = 0; kill < KILLS; kill++) {
			acknowledged.addAll(killed(location, kill, random));
			check(location, "seed " + seed + ", kill " + (kill + 1), acknowledged, (audit) -> {
			});
		}
		assertThat(acknowledged).isNotEmpty();
		logger.info("{}: {} kills of a writer, {} steps acknowledged, seed {}", getClass().getSimpleName(), KILLS,
				acknowledged.size(), seed);
	}

	/**
	 * Starts a writer, unless one is left of the other tests, and kills it at some
	 * moment, most often while it writes, sometimes while it starts.
	 */
	private List<String> killed(String location, int kill, Random random) {
		long life = TimeUnit.MILLISECONDS.toNanos(random.nextInt(MAX_LIFE_MILLIS));
		boolean early = kill % 10 == 9;
		boolean left = !early && !workers.isEmpty();
		try (ChildProcess child = left ? workers.remove(0) : ChildWorker.start(opener())) {
			child.send(ChildWorker.job(location, this.namespace, ChildWorker.Job.LOAD, "k" + kill, THREADS, 60_000,
					random.nextLong()));
			child.send("go");
			List<String> told = new ArrayList<>();
			if (!early) {
				child.expect(ChildWorker.READY);
				told.add(child.next());
			}
			long end = System.nanoTime() + life;
			while (System.nanoTime() < end) {
				LockSupport.parkNanos(end - System.nanoTime());
			}
			told.addAll(child.kill());
			told.remove(ChildWorker.READY);
			return told;
		}
	}

	private void check(String location, String occasion, List<String> acknowledged, Consumer<StoreAudit> further)
			throws Exception {
		open(location, (store) -> {
			StoreAudit audit = new StoreAudit(store, occasion);
			audit.assertWhole().assertAcknowledged(acknowledged);
			further.accept(audit);
		});
		assertStored(location, this.namespace, occasion);
	}

	private void open(String location, Consumer<MemoryStore> work) throws Exception {
		try (Storage storage = opener().getDeclaredConstructor().newInstance().open(location);
				MemoryStore store = RandomLoad.store(storage, this.namespace)) {
			work.accept(store);
		}
	}

	private static long seed() {
		return Long.getLong("memstate.chaos.seed", System.nanoTime());
	}

}
