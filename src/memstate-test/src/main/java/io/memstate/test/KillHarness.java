package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.HookMode;
import io.memstate.HookStatus;
import io.memstate.IndexedFact;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.ReconcilableHook;
import io.memstate.storage.Storage;
import io.memstate.test.IndexServer.Take;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kills processes that write facts and tell hooks of them, and proves after each kill
 * that recovery leaves no fact without its entry, no entry without its fact, none that is
 * out of date, and that no acknowledged write is lost.
 * <p>
 * Half of the processes are killed at a random moment after they began to write, half of
 * them where a write or a delivery has come to a certain point. The next process writes
 * already when the one before it has been killed and nobody has recovered anything, now
 * and then.
 *
 * @since 0.1.0
 */
public final class KillHarness {

	static final String TRAPPED = "trapped";

	private static final int THREADS = 4;

	private static final int MOST_TIMES = 8;

	private static final long LIFE_MILLIS = 400;

	private static final long PATIENCE_MILLIS = 700;

	private static final int KILLS_OF_A_NAMESPACE = 3;

	// longer than every lease and back-off
	private static final Duration LATER = Duration.ofMinutes(6);

	private final OffsetClock clock = new OffsetClock();

	private final Class<? extends StorageOpener> storage;

	private final String location;

	private final HookMode mode;

	private final Class<? extends HookOpener> hooks;

	private final List<String> hookLocations;

	private final Map<String, Map<String, Set<String>>> acknowledged = new HashMap<>();

	private final Map<KillPhase, Integer> phases = new EnumMap<>(KillPhase.class);

	private long steps;

	private long left;

	/**
	 * Creates a harness.
	 * @param storage opens the storage, which outlives a process
	 * @param location where the storage is
	 * @param mode when the hooks are told
	 * @param hooks opens the hooks, whose indexes outlive a process
	 * @param hookLocations where the indexes are, one for each hook
	 */
	public KillHarness(Class<? extends StorageOpener> storage, String location, HookMode mode,
			Class<? extends HookOpener> hooks, List<String> hookLocations) {
		this.storage = storage;
		this.location = location;
		this.mode = mode;
		this.hooks = hooks;
		this.hookLocations = List.copyOf(hookLocations);
	}

	/**
	 * Kills.
	 * @param kills how many processes
	 * @param seed what decides when
	 * @return what happened, in words
	 * @throws Exception if something can't be opened
	 * @throws AssertionError if an index is out of step or a write is lost
	 */
	public String run(int kills, long seed) throws Exception {
		Random random = new Random(seed);
		List<KillPhase> phases = KillPhase.of(this.mode);
		int first = random.nextInt(phases.size());
		String namespace = "";
		ChildProcess next = null;
		try {
			for (int kill = 0; kill < kills; kill++) {
				if (kill % KILLS_OF_A_NAMESPACE == 0) {
					namespace = "kills-" + UUID.randomUUID();
				}
				ChildProcess child = (next != null) ? next : start();
				// now and then no other process has the storage open
				next = (kill % 4 != 3 && kill + 1 < kills) ? start() : null;
				KillPhase phase = phases.get((first + kill) % phases.size());
				kill(child, namespace, phase, random);
				if (kill % 5 != 2 || kill + 1 == kills || (kill + 1) % KILLS_OF_A_NAMESPACE == 0) {
					check(namespace, "seed " + seed + ", kill " + (kill + 1) + " at " + phase);
				}
			}
		}
		finally {
			if (next != null) {
				next.close();
			}
		}
		return kills + " kills in mode " + this.mode + " at " + this.phases + ", " + this.steps
				+ " writes acknowledged, " + this.left + " facts or changes left behind and recovered, no drift; seed "
				+ seed;
	}

	private ChildProcess start() {
		List<String> arguments = new ArrayList<>(
				List.of(this.storage.getName(), this.location, this.mode.name(), this.hooks.getName()));
		arguments.addAll(this.hookLocations);
		return ChildProcess.start(KillWorker.class, arguments.toArray(String[]::new));
	}

	private void kill(ChildProcess child, String namespace, KillPhase phase, Random random) {
		try (child) {
			child.expect("ready");
			child.send(namespace + " " + phase + " " + (1 + random.nextInt(MOST_TIMES)) + " " + THREADS + " "
					+ random.nextLong());
			List<String> told = new ArrayList<>();
			long patience = TimeUnit.MILLISECONDS
				.toNanos((phase == KillPhase.ANYWHERE) ? random.nextLong(LIFE_MILLIS) : PATIENCE_MILLIS);
			told.add(child.next());
			long end = System.nanoTime() + patience;
			boolean trapped = told.contains(TRAPPED);
			while (!trapped && System.nanoTime() < end) {
				String line = child.poll();
				if (line != null) {
					told.add(line);
					trapped = line.equals(TRAPPED);
				}
				else {
					LockSupport.parkNanos(100_000);
				}
			}
			told.addAll(child.kill());
			this.phases.merge(told.remove(TRAPPED) ? phase : KillPhase.ANYWHERE, 1, Integer::sum);
			acknowledge(namespace, told);
		}
	}

	private void acknowledge(String namespace, List<String> told) {
		for (String line : told) {
			String[] parts = line.split(" ", 3);
			if (parts.length == 3) {
				this.acknowledged.computeIfAbsent(namespace, (name) -> new HashMap<>())
					.computeIfAbsent(parts[0] + " " + parts[1], (version) -> new HashSet<>())
					.add(parts[2]);
			}
			this.steps++;
		}
	}

	/** A version of a fact in words. */
	static String line(String factId, long version, @Nullable Fact fact) {
		return factId + " " + version + " " + ((fact != null) ? RemoteIndex.content(fact) : "removed");
	}

	static String line(LogEntry entry) {
		Fact after = entry.after();
		Fact before = entry.before();
		return line(entry.factId(), (after != null) ? after.version() : (before != null) ? before.version() + 1 : 0,
				after);
	}

	private void check(String namespace, String occasion) throws Exception {
		HookOpener opener = this.hooks.getDeclaredConstructor().newInstance();
		StorageOpener storageOpener = this.storage.getDeclaredConstructor().newInstance();
		List<ReconcilableHook> hooks = new ArrayList<>();
		for (String hookLocation : this.hookLocations) {
			hooks.add(opener.open(hookLocation));
		}
		MemoryStore.Builder builder;
		try (Storage storage = storageOpener.open(this.location)) {
			storage.initialize();
			builder = MemoryStore.builder(storage).clock(this.clock).namespace(namespace).hookMode(this.mode);
			hooks.forEach(builder::hook);
			try (MemoryStore store = builder.build()) {
				this.left += waiting(store);
				recover(store, occasion);
				assertWritten(store, occasion);
				if (storageOpener instanceof CallerStorageOpener caller) {
					assertWithRows(store, caller, occasion);
				}
				for (ReconcilableHook hook : hooks) {
					assertInStep(store, hook, occasion + ", hook '" + hook.name() + "'");
				}
			}
		}
		finally {
			for (ReconcilableHook hook : hooks) {
				if (hook instanceof AutoCloseable closeable) {
					closeable.close();
				}
			}
			if (storageOpener instanceof AutoCloseable closeable) {
				closeable.close();
			}
		}
	}

	private static long waiting(MemoryStore store) {
		List<HookStatus> hooks = store.hooks().list();
		return hooks.stream().mapToLong((hook) -> hook.pending() + hook.parked()).sum() + hooks.get(0).intents();
	}

	// the indexes may fail at random
	private void recover(MemoryStore store, String occasion) {
		for (int i = 0; i < 100 && waiting(store) > 0; i++) {
			this.clock.advance(LATER);
			store.maintenance();
		}
		assertThat(waiting(store)).as(occasion + ": what waits after recovery").isZero();
	}

	private void assertWritten(MemoryStore store, String occasion) {
		Map<String, Set<String>> written = new HashMap<>();
		for (LogEntry entry : store.log(LogQuery.all())) {
			String[] parts = line(entry).split(" ", 3);
			written.computeIfAbsent(parts[0] + " " + parts[1], (version) -> new HashSet<>()).add(parts[2]);
		}
		this.acknowledged.getOrDefault(store.namespace(), Map.of())
			.forEach((version, contents) -> assertThat(written.getOrDefault(version, Set.of()))
				.as(occasion + ": fact and version " + version)
				.containsAll(contents));
	}

	private static void assertWithRows(MemoryStore store, CallerStorageOpener caller, String occasion) {
		Set<String> texts = new HashSet<>();
		for (LogEntry entry : store.log(LogQuery.all())) {
			if (entry.after() != null) {
				texts.add((String) entry.after().payload().get("text"));
			}
		}
		assertThat(caller.rows().stream().filter((row) -> row.startsWith(store.namespace())))
			.as(occasion + ": rows of the caller")
			.containsExactlyInAnyOrderElementsOf(texts);
	}

	private static void assertInStep(MemoryStore store, ReconcilableHook hook, String occasion) {
		Collection<Fact> facts = store.query(FactQuery.all().anyLayer());
		Map<String, String> held = new HashMap<>();
		Map<String, String> wanted = new HashMap<>();
		if (hook instanceof RemoteIndex index) {
			for (Take take : index.held()) {
				if (take.namespace().equals(store.namespace())) {
					held.put(take.factId(), take.version() + " " + take.content());
				}
			}
			facts.forEach((fact) -> wanted.put(fact.id(), fact.version() + " " + RemoteIndex.content(fact)));
		}
		else {
			try (var entries = hook.entries()) {
				entries.filter((entry) -> entry.namespace().equals(store.namespace()))
					.forEach((IndexedFact entry) -> held.put(entry.factId(), Long.toString(entry.version())));
			}
			facts.forEach((fact) -> wanted.put(fact.id(), Long.toString(fact.version())));
		}
		assertThat(held).as(occasion).isEqualTo(wanted);
	}

}
