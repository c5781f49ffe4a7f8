package io.memstate.test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.HookMode;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.test.IndexServer.Take;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Indexes are in step with the facts after processes were killed that wrote them, or that
 * delivered what was written. For storages that outlive a process; the indexes lie in a
 * process of their own.
 * <p>
 * How long it runs is told by system properties: {@code memstate.chaos.kills} (1, for
 * each mode), {@code memstate.chaos.changes} (1,000) in the outbox that two instances
 * share; {@code memstate.chaos.seed} repeats what a failure names.
 *
 * @since 0.1.0
 */
public abstract class HookProcessContractTests {

	private static final Logger logger = LoggerFactory.getLogger(HookProcessContractTests.class);

	private static final int KILLS = Integer.getInteger("memstate.chaos.kills", 1);

	private static final int CHANGES = Integer.getInteger("memstate.chaos.changes", 1_000);

	private static final double FAILURES = 0.03;

	private static final int FACTS = 100;

	private static IndexServer indexes;

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

	@BeforeAll
	static void startIndexes() {
		indexes = IndexServer.start();
	}

	@AfterAll
	static void stopIndexes() {
		indexes.close();
	}

	@ParameterizedTest
	@EnumSource
	void staysInStepWhenWritersAreKilled(HookMode mode) throws Exception {
		kill(opener(), mode);
	}

	private void kill(Class<? extends StorageOpener> opener, HookMode mode) throws Exception {
		String hook = UUID.randomUUID().toString();
		KillHarness harness = new KillHarness(opener, location(), mode, RemoteIndex.Opener.class,
				List.of(indexes.location("first " + hook, FAILURES), indexes.location("second " + hook, FAILURES)));
		logger.info("{}: {}: {}", getClass().getSimpleName(), opener.getSimpleName(),
				harness.run(KILLS, Long.getLong("memstate.chaos.seed", System.nanoTime())));
	}

	@ParameterizedTest
	@EnumSource
	void staysInStepWhenWritersAreKilledInTransactionsOfTheirs(HookMode mode) throws Exception {
		Class<? extends CallerStorageOpener> opener = callerOpener();
		if (opener != null) {
			kill(opener, mode);
		}
	}

	/**
	 * How the storage is opened in each process, with transactions of the caller.
	 * @return a class with a public constructor without parameters, or null for a storage
	 * that takes part in none
	 */
	protected @Nullable Class<? extends CallerStorageOpener> callerOpener() {
		return null;
	}

	/** The one that is killed has a process of its own; the other lives in this one. */
	@Test
	void goesOnWithTheOutboxOfAnInstanceThatWasKilled() throws Exception {
		String location = location();
		String hookLocation = indexes.location("outbox " + UUID.randomUUID(), 0);
		String[] drainer = { opener().getName(), location, HookMode.OUTBOX.name(), RemoteIndex.Opener.class.getName(),
				hookLocation };
		RemoteIndex index = new RemoteIndex.Opener().open(hookLocation);
		try (index;
				ChildProcess dead = ChildProcess.start(KillWorker.class, drainer);
				Storage storage = opener().getDeclaredConstructor().newInstance().open(location);
				MemoryStore store = MemoryStore.builder(storage)
					.namespace("drain-" + UUID.randomUUID())
					.hook(index)
					.hookMode(HookMode.OUTBOX)
					.build();
				KillWorker living = new KillWorker(drainer)) {
			write(store);
			dead.expect("ready");
			dead.send("drain dead");
			await(() -> index.count() > 0);
			AtomicBoolean done = new AtomicBoolean();
			CompletableFuture<Void> delivery = CompletableFuture
				.runAsync(() -> living.drain("living", () -> !done.get()), (task) -> new Thread(task).start());
			try {
				await(() -> delivery.isDone() || index.count() >= CHANGES / 2);
				dead.kill();
				living.aMinuteLater();
				await(() -> delivery.isDone() || store.hooks().list().get(0).pending() == 0);
			}
			finally {
				done.set(true);
			}
			delivery.get();
			List<Take> takes = index.takes();
			assertEveryChangeInOrder(takes);
			assertThat(index.held()).hasSize(FACTS);
			logger.info("{}: {} changes of {} facts delivered by two instances, one killed at {}, {} by it, {} twice",
					getClass().getSimpleName(), CHANGES, FACTS, CHANGES / 2,
					takes.stream().filter((take) -> take.client().startsWith("dead")).count(), takes.size() - CHANGES);
		}
	}

	private static void write(MemoryStore store) {
		for (int from = 0; from < CHANGES; from += FACTS) {
			List<Draft> drafts = new ArrayList<>();
			for (int i = from; i < Math.min(from + FACTS, CHANGES); i++) {
				drafts.add(Draft.of("note", Map.of("text", Integer.toString(i))).id("n" + i % FACTS));
			}
			store.commitAll(drafts, Change.anonymous());
		}
	}

	/** Twice comes only what the dead instance had in its hands. */
	private static void assertEveryChangeInOrder(List<Take> takes) {
		Map<String, Long> versions = new HashMap<>();
		Set<String> seen = new HashSet<>();
		Map<String, String> first = new HashMap<>();
		String lastClaim = null;
		for (Take take : takes) {
			lastClaim = take.client().startsWith("dead") ? take.client() : lastClaim;
		}
		for (Take take : takes) {
			String change = take.factId() + " " + take.version();
			if (seen.add(change)) {
				first.put(change, take.client());
				assertThat(take.version()).as("the order of fact " + take.factId())
					.isEqualTo(versions.merge(take.factId(), 1L, Long::sum));
			}
			else {
				assertThat(first.get(change)).as("who delivered " + change + " first").isEqualTo(lastClaim);
				assertThat(take.client()).as("who delivered " + change + " again").startsWith("living");
			}
		}
		assertThat(seen).hasSize(CHANGES);
	}

	private static void await(Condition condition) throws Exception {
		long deadline = System.nanoTime() + java.time.Duration.ofMinutes(2).toNanos();
		while (!condition.holds()) {
			assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
			LockSupport.parkNanos(500_000);
		}
	}

	/**
	 * What is waited for.
	 */
	@FunctionalInterface
	private interface Condition {

		boolean holds() throws Exception;

	}

}
