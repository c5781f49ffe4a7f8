package io.memstate.test;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.storage.Storage;

/**
 * What runs in the child processes of {@link ProcessContractTests}: does the jobs that it
 * is given, one after the other, until it is told to end. For each it opens the storage,
 * tells {@code ready}, waits for a line, works, tells what was written and then
 * {@code done}.
 */
final class ChildWorker {

	/** The fact that {@link Job#PATCH} patches. */
	static final String SHARED = "shared";

	static final String READY = "ready";

	static final String DONE = "done";

	static final String END = "end";

	private static final String SEPARATOR = "\t";

	private final StorageOpener opener;

	private final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

	private ChildWorker(StorageOpener opener) {
		this.opener = opener;
	}

	enum Job {

		/** Writes whatever there is to write, for some milliseconds. */
		LOAD,

		/** Commits the same singletons, for some milliseconds. */
		SINGLETONS_FOR,

		/** Commits the same singletons, some times on each thread. */
		SINGLETONS,

		/** Counts up a field of its own in one fact, to some number. */
		PATCH

	}

	static ChildProcess start(Class<? extends StorageOpener> opener) {
		return ChildProcess.start(ChildWorker.class, opener.getName());
	}

	/** The line that gives a worker a job. */
	static String job(String location, String namespace, Job job, String writer, int threads, int amount, long seed) {
		return String.join(SEPARATOR, location, namespace, job.name(), writer, Integer.toString(threads),
				Integer.toString(amount), Long.toString(seed));
	}

	public static void main(String[] arguments) throws Exception {
		StorageOpener opener = (StorageOpener) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
		new ChildWorker(opener).work();
	}

	private void work() throws Exception {
		for (String line = this.lines.readLine(); !END.equals(line); line = this.lines.readLine()) {
			String[] job = line.split(SEPARATOR);
			try (Storage storage = this.opener.open(job[0]); MemoryStore store = RandomLoad.store(storage, job[1])) {
				ChildProcess.tell(READY);
				this.lines.readLine();
				work(store, Job.valueOf(job[2]), job[3], Integer.parseInt(job[4]), Integer.parseInt(job[5]),
						Long.parseLong(job[6]));
			}
			ChildProcess.tell(DONE);
		}
	}

	private static void work(MemoryStore store, Job job, String writer, int threads, int amount, long seed) {
		switch (job) {
			case LOAD -> each(threads,
					(thread) -> new RandomLoad(store, writer + "." + thread, seed + thread, ChildProcess::tell)
						.run(until(amount)));
			case SINGLETONS_FOR ->
				each(threads, (thread) -> singletons(store, writer + "." + thread, until(amount), Integer.MAX_VALUE));
			case SINGLETONS -> each(threads, (thread) -> singletons(store, writer + "." + thread, () -> true, amount));
			case PATCH -> patch(store, writer, amount);
		}
	}

	private static BooleanSupplier until(int milliseconds) {
		long end = System.nanoTime() + Duration.ofMillis(milliseconds).toNanos();
		return () -> System.nanoTime() < end;
	}

	private static void each(int threads, ThreadWork work) {
		Threads.call(
				IntStream.range(0, threads).mapToObj((thread) -> Executors.callable(() -> work.run(thread))).toList());
	}

	private static void singletons(MemoryStore store, String writer, BooleanSupplier goOn, int times) {
		for (int i = 0; i < times && goOn.getAsBoolean(); i++) {
			String name = writer + "-" + i + "#1";
			store.commit(Draft.of(RandomLoad.SINGLETON, Map.of("role", "r" + i % RandomLoad.ROLES, "value", name)),
					Change.by(writer).because(name));
			ChildProcess.tell(name);
		}
	}

	private static void patch(MemoryStore store, String field, int times) {
		for (int i = 1; i <= times; i++) {
			String name = field + "-" + i + "#1";
			Fact fact = store.update(SHARED, Patch.set(field, i), Change.by(field).because(name));
			if (!fact.payload().get(field).equals(i)) {
				throw new IllegalStateException("The patch is not in what it answered: " + fact);
			}
			ChildProcess.tell(name);
		}
	}

	/**
	 * What one of several threads does.
	 */
	@FunctionalInterface
	private interface ThreadWork {

		void run(int thread);

	}

}
