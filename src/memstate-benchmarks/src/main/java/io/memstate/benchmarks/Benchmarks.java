package io.memstate.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs a benchmark by its name.
 */
public final class Benchmarks {

	private static final List<Benchmark> ALL = List.of(
			new Benchmark("drift", "facts and an index that fails: hand-written sync, strict and outbox",
					"[sqlite|postgres|redis] updates=1000 failures=10 seed=N", DriftBenchmark::run),
			new Benchmark("drift-crash", "facts and an index, when the process that writes is killed",
					"[sqlite|postgres|redis] kills=20 threads=4 seed=N", CrashBenchmark::run),
			new Benchmark("hook-overhead", "commits with a strict hook that does nothing against commits with none",
					"[sqlite|postgres|redis …] threads=8 rounds=60", HookOverheadBenchmark::run),
			new Benchmark("outbox", "commits and heap with 100,000 changes waiting, and how fast they drain",
					"[sqlite|postgres|redis …] changes=100000 rounds=60", OutboxBenchmark::run),
			new Benchmark("namespaces", "commits as facts and namespaces become more",
					"[sqlite|postgres|redis …] rounds=60", NamespacesBenchmark::run),
			new Benchmark("jdbc-commits", "commits against the same statements by hand, and at 100,000 facts",
					"[sqlite|postgres]", (options) -> JdbcCommitBenchmark.main(options.words())),
			new Benchmark("redis-commits", "commits against the same script sent by hand, and at 100,000 facts", "",
					(options) -> RedisCommitBenchmark.main(options.words())),
			new Benchmark("stream", "a million facts streamed with a heap of 64 MB", "",
					(options) -> StreamBenchmark.inSmallHeap()));

	private Benchmarks() {
	}

	/**
	 * Runs a benchmark.
	 * @param args its name and arguments; several may be in one, with blanks between
	 * @throws Exception if it could not be run
	 */
	public static void main(String[] args) throws Exception {
		List<String> words = new ArrayList<>();
		for (String arg : args) {
			Arrays.stream(arg.split("\\s+")).filter((word) -> !word.isEmpty()).forEach(words::add);
		}
		String name = words.isEmpty() ? "" : words.remove(0);
		for (Benchmark benchmark : ALL) {
			if (benchmark.name().equals(name)) {
				run(benchmark, words);
				return;
			}
		}
		System.out.println("There is no benchmark '" + name + "'; there are, with their arguments:");
		ALL.forEach((benchmark) -> System.out.printf("  %-14s %s%n  %-14s %s%n", benchmark.name(), benchmark.what(), "",
				benchmark.arguments()));
		System.exit(2);
	}

	private static void run(Benchmark benchmark, List<String> words) throws Exception {
		System.out.printf(Locale.ROOT, "%s %s: %s%n", benchmark.name(), String.join(" ", words), benchmark.what());
		System.out.printf("JDK %s, %d processors, %s%n", Runtime.version(), Runtime.getRuntime().availableProcessors(),
				load());
		System.out.println();
		benchmark.program().run(new Options(words));
		System.out.println();
		System.out.println("At the end " + load());
		// threads that a server or a driver has left behind must not keep it going
		System.exit(0);
	}

	private static String load() {
		double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
		return (load < 0) ? "load unknown" : String.format(Locale.ROOT, "load %.1f in the last minute", load);
	}

	/**
	 * A benchmark.
	 *
	 * @param name what it is called
	 * @param what what it measures
	 * @param arguments what it can be given
	 * @param program what it does
	 */
	private record Benchmark(String name, String what, String arguments, Program program) {
	}

	/** What a benchmark does. */
	@FunctionalInterface
	private interface Program {

		void run(Options options) throws Exception;

	}

}
