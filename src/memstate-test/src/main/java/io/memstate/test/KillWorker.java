package io.memstate.test;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.FactNotFoundException;
import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.LogEntry;
import io.memstate.MemoryHook;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.StorageException;
import io.memstate.storage.Storage;

/**
 * What runs in the processes of {@link KillHarness}: tells {@code ready}, waits for a
 * line, and goes on until it is killed.
 */
final class KillWorker implements AutoCloseable {

	private static final int FACTS = 20;

	private final StorageOpener opener;

	private final Storage storage;

	private final MemoryStore store;

	private final KillPhase.Trap trap;

	private final List<RemoteIndex> remote = new ArrayList<>();

	private final AtomicInteger claims = new AtomicInteger();

	private final OffsetClock clock = new OffsetClock();

	/**
	 * Creates a worker.
	 * @param arguments opener of the storage, its location, mode, opener of the hooks,
	 * their locations
	 */
	KillWorker(String... arguments) throws Exception {
		this.trap = new KillPhase.Trap();
		this.opener = (StorageOpener) instance(arguments[0]);
		this.storage = this.trap.in(this.opener.open(arguments[1]));
		initialize(this.storage);
		HookMode mode = HookMode.valueOf(arguments[2]);
		MemoryStore.Builder builder = MemoryStore.builder(this.storage)
			.clock(this.clock)
			.hookMode(mode)
			.hookMaxAttempts(Integer.MAX_VALUE);
		HookOpener hooks = (HookOpener) instance(arguments[3]);
		for (int i = 4; i < arguments.length; i++) {
			MemoryHook hook = hooks.open(arguments[i]);
			if (hook instanceof RemoteIndex index) {
				this.remote.add(index);
			}
			builder.hook((i == 4) ? new Trapping(hook) : hook);
		}
		this.store = builder.build();
	}

	// a machine that is busy may need longer than a connection waits
	private static void initialize(Storage storage) {
		for (int attempt = 1;; attempt++) {
			try {
				storage.initialize();
				return;
			}
			catch (StorageException ex) {
				if (attempt == 3) {
					throw ex;
				}
			}
		}
	}

	private static Object instance(String type) throws ReflectiveOperationException {
		return Class.forName(type).getDeclaredConstructor().newInstance();
	}

	/**
	 * Runs.
	 * @param arguments those of a worker
	 */
	public static void main(String[] arguments) throws Exception {
		KillWorker worker = new KillWorker(arguments);
		ChildProcess.tell("ready");
		BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		String[] line = lines.readLine().split(" ");
		if (line[0].equals("drain")) {
			worker.drain(line[1], () -> true);
		}
		else {
			worker.write(line[0], KillPhase.valueOf(line[1]), Integer.parseInt(line[2]), Integer.parseInt(line[3]),
					Long.parseLong(line[4]));
		}
	}

	private void write(String namespace, KillPhase phase, int times, int threads, long seed) {
		MemoryStore own = this.store.namespace(namespace);
		this.trap.set(phase, times);
		for (int i = 0; i < threads; i++) {
			Random random = new Random(seed + i);
			new Thread(() -> write(own, random)).start();
		}
		while (true) {
			try {
				this.store.maintenance();
			}
			catch (HookException | StorageException ex) {
				// the next one tries again
			}
			LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
		}
	}

	private void write(MemoryStore store, Random random) {
		while (true) {
			try {
				if (this.opener instanceof CallerStorageOpener caller) {
					inTransaction(caller, store, random);
				}
				else {
					tell(step(store, random));
				}
			}
			catch (FactNotFoundException | ConflictException | HookException | StorageException | Rollback ex) {
				// nothing was written, or it can't be told
			}
			catch (RuntimeException ex) {
				if (!(this.opener instanceof CallerStorageOpener)) {
					throw ex;
				}
				// what the transaction manager makes of a lost race
			}
		}
	}

	private static void tell(List<String> acknowledged) {
		acknowledged.forEach(ChildProcess::tell);
	}

	private static List<String> step(MemoryStore store, Random random) {
		MemorySession session = store.session("s" + random.nextInt(2));
		return switch (random.nextInt(20)) {
			case 0, 1, 2 -> List.of(removed(store.delete(id(random))));
			case 3, 4 -> made(store.commitAll(List.of(draft("a" + random.nextInt(5), random),
					draft("b" + random.nextInt(5), random), draft("c" + random.nextInt(5), random)),
					Change.anonymous()));
			case 5, 6 -> made(List.of(store.update(id(random), Patch.set("text", text(random)))));
			case 7 -> entries(store.rollback(1 + random.nextInt(2)));
			case 8 -> entries(store.redo(1));
			case 9, 10 -> made(List.of(session.commit(draft("s" + random.nextInt(5), random))));
			case 11 -> made(session.promote());
			case 12 -> List.of("discarded " + session.discard());
			case 13, 14, 15 -> made(List.of(store.commit(Draft.of("note", Map.of("text", text(random))))));
			default -> made(List.of(store.commit(draft(id(random), random))));
		};
	}

	private static void inTransaction(CallerStorageOpener caller, MemoryStore store, Random random) {
		String row = store.namespace() + ":" + text(random);
		List<String> acknowledged = new ArrayList<>();
		caller.inTransaction(row, () -> {
			// in one order, so that few wait for each other
			for (String id : new TreeSet<>(List.of(id(random), id(random)))) {
				acknowledged.addAll(made(List.of(store.commit(Draft.of("note", Map.of("text", row)).id(id)))));
			}
			if (random.nextInt(8) == 0) {
				throw new Rollback();
			}
		});
		tell(acknowledged);
	}

	private static String id(Random random) {
		return "n" + random.nextInt(FACTS);
	}

	private static String text(Random random) {
		return Long.toHexString(random.nextLong());
	}

	private static Draft draft(String id, Random random) {
		return Draft.of("note", Map.of("text", text(random))).id(id);
	}

	private static List<String> made(List<Fact> facts) {
		return facts.stream().map((fact) -> KillHarness.line(fact.id(), fact.version(), fact)).toList();
	}

	private static String removed(Fact fact) {
		return KillHarness.line(fact.id(), fact.version() + 1, null);
	}

	private static List<String> entries(List<LogEntry> entries) {
		return entries.stream().map(KillHarness::line).toList();
	}

	/**
	 * Delivers.
	 * @param client as whom the indexes know it, followed by the number of the claim
	 * @param goOn for how long
	 */
	void drain(String client, BooleanSupplier goOn) {
		this.trap.onClaim(() -> {
			String name = client + " " + this.claims.incrementAndGet();
			this.remote.forEach((index) -> index.client(name));
		});
		while (goOn.getAsBoolean()) {
			this.store.hooks().deliver();
			LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
		}
	}

	/** Goes on as if a minute had passed, which is longer than a lease. */
	void aMinuteLater() {
		this.clock.advance(Duration.ofMinutes(1));
	}

	@Override
	public void close() throws Exception {
		this.store.close();
		this.storage.close();
		for (RemoteIndex index : this.remote) {
			index.close();
		}
	}

	/** A first hook, after which the process may be killed. */
	private final class Trapping implements MemoryHook {

		private final MemoryHook hook;

		Trapping(MemoryHook hook) {
			this.hook = hook;
		}

		@Override
		public String name() {
			return this.hook.name();
		}

		@Override
		public void apply(List<FactChange> changes) throws Exception {
			this.hook.apply(changes);
			KillWorker.this.trap.at(KillPhase.BETWEEN_HOOKS);
		}

	}

	/** A transaction that the caller does not want. */
	private static final class Rollback extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}
