package io.memstate.benchmarks;

import java.time.Clock;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

import io.memstate.test.ChildProcess;

/**
 * The process that {@link CrashBenchmark} kills: writes notes on several threads, each
 * its own ones, and tells what was acknowledged.
 */
final class CrashWriter {

	private static final int NOTES = 500;

	private CrashWriter() {
	}

	static ChildProcess start(String location, String name, Sync sync, int port, int threads, long seed) {
		return ChildProcess.start(CrashWriter.class, location, name, sync.name(), Integer.toString(port),
				Integer.toString(threads), Long.toString(seed));
	}

	public static void main(String[] args) throws Exception {
		Sync sync = Sync.valueOf(args[2]);
		Index index = new IndexServer.Client(Integer.parseInt(args[3]));
		int threads = Integer.parseInt(args[4]);
		long seed = Long.parseLong(args[5]);
		Notes shared = sync.open(args[0], args[1], index, Clock.systemUTC());
		ChildProcess.tell("ready");
		for (int i = 0; i < threads; i++) {
			int thread = i;
			// one connection is for one thread
			Notes notes = (sync.isHandWritten() && i > 0) ? sync.open(args[0], args[1], index, Clock.systemUTC())
					: shared;
			start(() -> write(notes, thread, seed));
		}
		if (shared instanceof MemStateNotes notes && sync == Sync.OUTBOX) {
			start(() -> {
				while (true) {
					notes.deliver();
					LockSupport.parkNanos(1_000_000);
				}
			});
		}
	}

	private static void start(Work work) {
		new Thread(() -> {
			try {
				work.run();
			}
			catch (Throwable ex) {
				ChildProcess.tell("failed: " + ex);
			}
		}).start();
	}

	private static void write(Notes notes, int thread, long seed) throws Exception {
		Random random = new Random(seed + thread);
		for (int i = 0; true; i++) {
			String id = "note-" + thread + "-" + random.nextInt(NOTES);
			if (random.nextInt(5) == 0 && notes.texts().containsKey(id)) {
				notes.delete(id);
			}
			else {
				String text = "text " + seed + "-" + thread + "-" + i;
				notes.put(id, text);
				ChildProcess.tell(text);
			}
		}
	}

	/** What a thread does. */
	@FunctionalInterface
	private interface Work {

		void run() throws Exception;

	}

}
