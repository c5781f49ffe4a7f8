package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.LogEntry;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import io.memstate.storage.Storage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that is cut off, that answers nobody, whose answers are lost, and that is
 * killed. For storages on a server.
 * <p>
 * How long it runs is told by system properties: {@code memstate.chaos.outage} (1, in
 * seconds) and {@code memstate.chaos.kills} (1); {@code memstate.chaos.seed} repeats what
 * a failure names.
 *
 * @since 0.1.0
 */
public abstract class OutageContractTests {

	private static final Logger logger = LoggerFactory.getLogger(OutageContractTests.class);

	private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("memstate.chaos.outage", 1));

	private static final int KILLS = Integer.getInteger("memstate.chaos.kills", 1);

	private static final Duration SLACK = Duration.ofSeconds(3);

	private static final Duration RECOVERY = Duration.ofSeconds(30);

	private static final int THREADS = 4;

	private final String namespace = "outage-" + UUID.randomUUID();

	private final long seed = Long.getLong("memstate.chaos.seed", System.nanoTime());

	private final List<String> acknowledged = new ArrayList<>();

	/**
	 * Starts the server, the first time or again with the data that it had, unless it
	 * runs.
	 * @return its port on the loopback address, always the same
	 */
	protected abstract int startServer() throws Exception;

	/**
	 * Kills the server with {@code SIGKILL}.
	 */
	protected abstract void killServer() throws Exception;

	/**
	 * A storage on a server, with connections of its own and short time-outs.
	 * @param port the port of the server, or of a proxy before it
	 * @return the storage
	 */
	protected abstract Storage open(int port);

	/**
	 * How long a call may take, as the storage is configured.
	 * @return the time
	 */
	protected abstract Duration timeout();

	/**
	 * Bytes that are in the request that makes a unit durable, and in no other.
	 * @return the bytes
	 */
	protected abstract byte[] writeRequest();

	/**
	 * Looks through what is stored below the storage, when nobody writes.
	 * @param port the port of the server
	 * @param namespace the namespace that the test has written to
	 * @param occasion what has happened, for messages
	 */
	protected void assertStored(int port, String namespace, String occasion) throws Exception {
	}

	@Test
	void survivesThatConnectionsAreDropped() throws Exception {
		outage(TcpProxy::cut);
	}

	@Test
	void survivesThatNothingGetsThrough() throws Exception {
		outage(TcpProxy::freeze);
	}

	private void outage(Consumer<TcpProxy> fail) throws Exception {
		int port = startServer();
		try (TcpProxy proxy = TcpProxy.to("localhost", port);
				Storage storage = open(proxy.port());
				MemoryStore store = RandomLoad.store(storage, this.namespace);
				OutageLoad load = new OutageLoad(store, "w", THREADS, this.seed)) {
			load.awaitProgress(RECOVERY);
			fail.accept(proxy);
			pause(OUTAGE);
			proxy.resume();
			Duration recovery = load.awaitProgress(RECOVERY);
			load.close();
			assertThat(load.longest()).as("longest call").isLessThan(timeout().plus(SLACK));
			this.acknowledged.addAll(load.acknowledged());
			logger.info("{}: outage of {}, {} steps acknowledged, {} failed, the longest call took {}, back after {}",
					getClass().getSimpleName(), OUTAGE, this.acknowledged.size(), load.failures().size(),
					load.longest(), recovery);
		}
		check(port, "seed " + this.seed + ", outage of " + OUTAGE);
	}

	@Test
	void repeatsNoCommitWhoseAnswerWasDropped() throws Exception {
		loseAnswer((proxy) -> proxy.loseAnswerTo(writeRequest()));
	}

	@Test
	void repeatsNoCommitWhoseAnswerNeverCame() throws Exception {
		loseAnswer((proxy) -> proxy.muteAfter(writeRequest()));
	}

	private void loseAnswer(Consumer<TcpProxy> lose) throws Exception {
		int port = startServer();
		Draft draft = Draft.of(RandomLoad.NOTE, Map.of("text", "once"));
		Change change = Change.by("w").because("once#1").idempotencyKey("once");
		try (TcpProxy proxy = TcpProxy.to("localhost", port);
				Storage storage = open(proxy.port());
				MemoryStore store = RandomLoad.store(storage, this.namespace)) {
			store.commit(Draft.of(RandomLoad.NOTE, Map.of("text", "before")), Change.by("w").because("before#1"));
			lose.accept(proxy);
			try {
				store.commit(draft, change);
			}
			catch (StorageException ex) {
				assertThat(ex).hasMessageContaining(this.namespace);
			}
			assertThat(proxy.lost()).isPositive();
			proxy.resume();
			Fact fact = again(() -> store.commit(draft, change));
			assertThat(fact.version()).isEqualTo(1);
			assertThat(store.get(fact.id())).contains(fact);
		}
		this.acknowledged.addAll(List.of("before#1", "once#1"));
		StoreAudit audit = check(port, "answer lost");
		assertThat(audit.facts()).hasSize(2);
		assertThat(audit.log()).extracting(LogEntry::reason).containsExactly("before#1", "once#1");
	}

	private static <R> R again(Supplier<R> call) {
		long end = System.nanoTime() + RECOVERY.toNanos();
		while (true) {
			try {
				return call.get();
			}
			catch (StorageException ex) {
				if (System.nanoTime() > end) {
					throw ex;
				}
			}
		}
	}

	@Test
	void losesNothingWhenTheServerIsKilled() throws Exception {
		Random random = new Random(this.seed);
		int port = startServer();
		Duration slowest = Duration.ZERO;
		try (Storage storage = open(port); MemoryStore store = RandomLoad.store(storage, this.namespace)) {
			for (int kill = 0; kill < KILLS; kill++) {
				try (OutageLoad load = new OutageLoad(store, "k" + kill, THREADS, random.nextLong())) {
					Duration recovery = load.awaitProgress(RECOVERY);
					slowest = (recovery.compareTo(slowest) > 0) ? recovery : slowest;
					pause(Duration.ofMillis(random.nextInt(500)));
					killServer();
					this.acknowledged.addAll(load.acknowledged());
				}
				assertThat(startServer()).isEqualTo(port);
				check(port, "seed " + this.seed + ", kill " + (kill + 1) + " of the server");
			}
		}
		logger.info("{}: {} kills of the server, {} steps acknowledged, back after {} at most, seed {}",
				getClass().getSimpleName(), KILLS, this.acknowledged.size(), slowest, this.seed);
	}

	@Test
	void leavesNoThreadBehind() throws Exception {
		int port = startServer();
		Set<Thread> before = threads();
		try (Storage storage = open(port); MemoryStore store = RandomLoad.store(storage, this.namespace)) {
			try (OutageLoad load = new OutageLoad(store, "w", THREADS, this.seed)) {
				load.awaitProgress(RECOVERY);
			}
		}
		long end = System.nanoTime() + RECOVERY.toNanos();
		Set<Thread> left = threads();
		left.removeAll(before);
		while (!left.isEmpty() && System.nanoTime() < end) {
			LockSupport.parkNanos(10_000_000);
			left.removeIf((thread) -> !thread.isAlive());
		}
		assertThat(left).isEmpty();
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getThreadGroup() == Thread.currentThread().getThreadGroup())
			.collect(Collectors.toSet());
	}

	private StoreAudit check(int port, String occasion) throws Exception {
		StoreAudit audit;
		try (Storage storage = open(port); MemoryStore store = RandomLoad.store(storage, this.namespace)) {
			audit = again(() -> new StoreAudit(store, occasion));
			audit.assertWhole().assertAcknowledged(this.acknowledged);
		}
		assertStored(port, this.namespace, occasion);
		return audit;
	}

	private static void pause(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

}
