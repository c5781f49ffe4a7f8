package io.memstate.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.HookMode;
import io.memstate.HookStatus;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

/**
 * An outbox whose hook is down: what commits cost while more and more changes wait, what
 * heap that takes, and how fast they drain into a hook that does nothing.
 */
final class OutboxBenchmark {

	private static final int STEP = 1000;

	private OutboxBenchmark() {
	}

	static void run(Options options) throws Exception {
		int changes = options.number("changes", 100_000);
		for (Backend backend : options.backends(Backend.values())) {
			try (Backend.Server server = backend.start(); Storage storage = server.open()) {
				commits(backend, storage, changes, options.number("rounds", 60));
				drain(backend, storage, changes);
			}
		}
	}

	/* Two outboxes in one storage, so that both meet the same disturbances. */
	private static void commits(Backend backend, Storage storage, int changes, int rounds) throws Exception {
		try (MemoryStore empty = store(storage, "empty");
				MemoryStore full = store(storage, "full");
				Comparison comparison = new Comparison(1, rounds)) {
			fill(empty, 1);
			long before = heap();
			fill(full, changes);
			long after = heap();
			comparison.add("none waiting", (thread) -> empty.commit(HookOverheadBenchmark.note()))
				.add(String.format(Locale.ROOT, "%,d waiting", changes),
						(thread) -> full.commit(HookOverheadBenchmark.note()))
				.run()
				.print(backend + ", commits into an outbox");
			System.out.printf(Locale.ROOT, "Heap after a collection: %.1f MB before, %.1f MB with %,d waiting%n%n",
					before / 1e6, after / 1e6, changes);
		}
	}

	private static void drain(Backend backend, Storage storage, int changes) {
		try (MemoryStore store = store(storage, "drained")) {
			fill(store, changes);
			long start = System.nanoTime();
			long delivered = 0;
			while (pending(store) > 0) {
				delivered += store.hooks().deliver();
			}
			System.out.printf(Locale.ROOT, "%s: drained %,d changes in %.1f s, %,.0f a second%n%n", backend, delivered,
					(System.nanoTime() - start) / 1e9, delivered * 1e9 / (System.nanoTime() - start));
		}
	}

	private static MemoryStore store(Storage storage, String name) {
		return MemoryStore.builder(storage)
			.namespace(name)
			.hook(new HookOverheadBenchmark.NoOp(name))
			.hookMode(HookMode.OUTBOX)
			.build();
	}

	private static void fill(MemoryStore store, int changes) {
		for (int left = changes; left > 0; left -= STEP) {
			List<Draft> drafts = new ArrayList<>();
			for (int i = 0; i < Math.min(left, STEP); i++) {
				drafts.add(HookOverheadBenchmark.note());
			}
			store.commitAll(drafts, Change.by("benchmark"));
		}
	}

	private static long pending(MemoryStore store) {
		HookStatus status = store.hooks().list().get(0);
		return status.pending() + status.parked();
	}

	private static long heap() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
