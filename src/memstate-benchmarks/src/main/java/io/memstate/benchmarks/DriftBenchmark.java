package io.memstate.benchmarks;

import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to a database and an index that fails at random, and counts in how many places
 * the two differ in the end. The same updates and, as far as the calls are the same, the
 * same failures for each way to keep them in step.
 */
final class DriftBenchmark {

	private static final int FACTS = 500;

	private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);

	private final Backend.Server server;

	private final int updates;

	private final double failures;

	private final long seed;

	private DriftBenchmark(Backend.Server server, Options options, long seed) {
		this.server = server;
		this.updates = options.number("updates", 1000);
		this.failures = options.number("failures", 10) / 100.0;
		this.seed = seed;
	}

	static void run(Options options) throws Exception {
		long seed = options.seed();
		for (Backend backend : options.backends(Backend.SQLITE)) {
			try (Backend.Server server = backend.start()) {
				DriftBenchmark benchmark = new DriftBenchmark(server, options, seed);
				benchmark.run(backend + ", the index refuses", 0);
				benchmark.run(backend + ", the index takes half of what it fails on, and its answer is lost", 0.5);
			}
		}
	}

	private void run(String title, double lost) throws Exception {
		System.out.printf("%s: %,d updates, %.0f %% of the index's calls fail, seed=%d%n", title, this.updates,
				100 * this.failures, this.seed);
		Table table = new Table("", "accepted", "failed", "facts", "entries", "missing", "stale", "ghosts", "drift",
				"after recovery: facts", "entries", "drift");
		for (Sync sync : Sync.values()) {
			add(table, sync, lost);
		}
		table.print();
		System.out.println();
	}

	private void add(Table table, Sync sync, double lost) throws Exception {
		MapIndex index = new MapIndex();
		Index unreliable = new UnreliableIndex(index, new Random(this.seed), this.failures, lost);
		String name = "notes_" + sync.ordinal() + "_" + (int) (100 * lost);
		ScheduledExecutorService background = Executors.newSingleThreadScheduledExecutor();
		try (Notes notes = sync.open(this.server.location(), name, unreliable, Clock.systemUTC())) {
			// as the starter does
			background.scheduleWithFixedDelay(notes::repair, 500, 500, TimeUnit.MILLISECONDS);
			int accepted = update(notes, new Random(this.seed + 1));
			background.shutdown();
			background.awaitTermination(1, TimeUnit.MINUTES);
			Drift drift = Drift.between(notes.texts(), index.texts());
			repair(notes);
			Drift repaired = Drift.between(notes.texts(), index.texts());
			table.add(sync, accepted, this.updates - accepted, drift.facts(), drift.entries(), drift.missing(),
					drift.stale(), drift.ghosts(), drift.total(), repaired.facts(), repaired.entries(),
					repaired.total());
		}
		finally {
			background.shutdownNow();
		}
	}

	/** New texts, other texts for old ones, and deletions. */
	private int update(Notes notes, Random random) throws Exception {
		int accepted = 0;
		Map<String, String> texts = notes.texts();
		for (int i = 0; i < this.updates; i++) {
			String id = "note-" + random.nextInt(FACTS);
			boolean delete = random.nextInt(5) == 0 && texts.containsKey(id);
			try {
				if (delete) {
					notes.delete(id);
				}
				else {
					notes.put(id, "text " + i);
				}
				accepted++;
			}
			catch (Exception ex) {
				// the caller is told
			}
			texts = notes.texts();
		}
		return accepted;
	}

	/* The index fails as before. */
	private static void repair(Notes notes) {
		long end = System.nanoTime() + PATIENCE;
		while (!notes.repair()) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("The index is not in step after two minutes");
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
		}
	}

}
