package io.memstate.benchmarks;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.memstate.test.ChildProcess;

/**
 * Kills a process that writes to a database and an index, again and again, and counts in
 * how many places the two differ afterwards. The index is in a process that lives on.
 */
final class CrashBenchmark {

	private static final int MAX_LIFE_MILLIS = 1000;

	private final Backend.Server server;

	private final int kills;

	private final int threads;

	private final long seed;

	private CrashBenchmark(Backend.Server server, Options options, long seed) {
		this.server = server;
		this.kills = options.number("kills", 20);
		this.threads = options.number("threads", 4);
		this.seed = seed;
	}

	/** When a process is killed; its other threads are anywhere then. */
	private enum Moment {

		/** At a random time. */
		ANY_TIME("any time"),

		/** When the index was called and has not taken anything yet. */
		CALLED("index called"),

		/** When the index has taken it and not answered yet. */
		TAKEN("index took it"),

		/** Within two milliseconds of the answer, while the write is applied. */
		ANSWERED("index answered");

		private final String label;

		Moment(String label) {
			this.label = label;
		}

	}

	static void run(Options options) throws Exception {
		long seed = options.seed();
		for (Backend backend : options.backends(Backend.SQLITE)) {
			try (Backend.Server server = backend.start()) {
				new CrashBenchmark(server, options, seed).run(backend.toString());
			}
		}
	}

	private void run(String title) throws Exception {
		System.out.printf("%s: %d kills (SIGKILL) of %d threads that write, seed=%d%n", title, this.kills, this.threads,
				this.seed);
		Table table = new Table("", "kills: any time", "index called", "index took it", "index answered",
				"acknowledged", "lost", "drift after kills", "recovered: facts", "entries", "missing", "stale",
				"ghosts", "drift");
		for (Sync sync : List.of(Sync.HAND_WRITTEN, Sync.STRICT, Sync.OUTBOX)) {
			try (IndexServer index = new IndexServer()) {
				new Run(sync, index).run(table);
			}
		}
		table.print();
		System.out.println("'drift after kills' is the sum of what each kill added, an outbox's waiting changes");
		System.out.println("included; what follows is after the last restart and recovery.");
		System.out.println();
	}

	/** The kills of one way to keep in step. */
	private final class Run {

		private final Sync sync;

		private final IndexServer index;

		private final String name;

		private final Random random = new Random(CrashBenchmark.this.seed);

		private final Map<Moment, Integer> moments = new EnumMap<>(Moment.class);

		private final List<String> acknowledged = new ArrayList<>();

		private long left;

		private Drift drift = new Drift(0, 0, 0, 0, 0);

		Run(Sync sync, IndexServer index) {
			this.sync = sync;
			this.index = index;
			this.name = "crash_" + sync.ordinal();
		}

		void run(Table table) throws Exception {
			long lost = 0;
			for (int i = 0; i < CrashBenchmark.this.kills; i++) {
				kill(Moment.values()[i % Moment.values().length]);
				lost = restart();
			}
			table.add(this.sync, this.moments.get(Moment.ANY_TIME), this.moments.getOrDefault(Moment.CALLED, 0),
					this.moments.getOrDefault(Moment.TAKEN, 0), this.moments.getOrDefault(Moment.ANSWERED, 0),
					this.acknowledged.size(), this.sync.isHandWritten() ? "-" : lost, this.left, this.drift.facts(),
					this.drift.entries(), this.drift.missing(), this.drift.stale(), this.drift.ghosts(),
					this.drift.total());
		}

		private void kill(Moment moment) {
			this.moments.merge(moment, 1, Integer::sum);
			try (ChildProcess child = CrashWriter.start(CrashBenchmark.this.server.location(), this.name, this.sync,
					this.index.port(), CrashBenchmark.this.threads, this.random.nextInt())) {
				child.expect("ready");
				List<String> told = new ArrayList<>();
				told.add(child.next());
				park(TimeUnit.MILLISECONDS.toNanos(this.random.nextInt(MAX_LIFE_MILLIS)));
				if (moment == Moment.ANY_TIME) {
					told.addAll(child.kill());
				}
				else {
					told.addAll(killInCall(child, moment));
				}
				told.stream().filter((line) -> line.startsWith("failed")).findFirst().ifPresent((line) -> {
					throw new IllegalStateException(line + "\n" + child.output());
				});
				this.acknowledged.addAll(told);
			}
			await(() -> this.index.callers() == 0);
		}

		private List<String> killInCall(ChildProcess child, Moment moment) {
			CountDownLatch killed = new CountDownLatch(1);
			List<String> told = new ArrayList<>();
			long delay = this.random.nextInt(2_000_000);
			this.index.arm(new IndexServer.Trap() {

				private void at(Moment now, long delay) {
					if (now == moment) {
						park(delay);
						told.addAll(child.kill());
						killed.countDown();
					}
				}

				@Override
				public void called() {
					at(Moment.CALLED, 0);
				}

				@Override
				public void taken() {
					at(Moment.TAKEN, 0);
				}

				@Override
				public void answered() {
					at(Moment.ANSWERED, delay);
				}

			});
			try {
				if (!killed.await(1, TimeUnit.MINUTES)) {
					throw new IllegalStateException("The index was not called: " + child.output());
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return told;
		}

		/**
		 * Starts again, as an application does after a crash, and counts.
		 * @return how many acknowledged writes are not there
		 */
		private long restart() throws Exception {
			// ahead, so as not to wait until the leases of the dead have run out
			Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(2));
			try (Notes notes = this.sync.open(CrashBenchmark.this.server.location(), this.name, this.index.index(),
					clock)) {
				Drift before = drift(notes);
				this.left += Math.max(0, before.total() - this.drift.total());
				await(notes::repair);
				this.drift = drift(notes);
				if (notes instanceof MemStateNotes memory) {
					Set<String> log = memory.log();
					return this.acknowledged.stream().filter((text) -> !log.contains(text)).count();
				}
				return 0;
			}
		}

		private Drift drift(Notes notes) throws Exception {
			return Drift.between(notes.texts(), this.index.index().texts());
		}

	}

	private static void await(BooleanSupplier condition) {
		long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("That did not come about within a minute");
			}
			park(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	private static void park(long nanos) {
		long end = System.nanoTime() + nanos;
		for (long left = nanos; left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

}
