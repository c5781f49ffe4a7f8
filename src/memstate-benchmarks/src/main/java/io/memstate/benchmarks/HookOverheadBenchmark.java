package io.memstate.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.FactChange;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.ReadingIntents;
import io.memstate.storage.Storage;

/**
 * What a strict hook costs, its own time aside, and that no hook costs nothing: the calls
 * of the storage for a commit are counted.
 */
final class HookOverheadBenchmark {

	private static final int COUNTED = 100;

	private static final int FACTS = 40_000;

	private static final int STEP = 1_000;

	// what no storage does anything for
	private static final Set<String> SETTINGS = Set.of("gathers", "concurrency");

	private HookOverheadBenchmark() {
	}

	static void run(Options options) throws Exception {
		int threads = options.number("threads", 8);
		for (Backend backend : options.backends(Backend.SQLITE, Backend.POSTGRES)) {
			try (Backend.Server server = backend.start();
					Storage storage = server.open();
					MemoryStore none = store(storage, "none", false);
					MemoryStore strict = store(storage, "strict", true);
					Comparison made = new Comparison(threads, options.number("rounds", 60));
					Comparison again = new Comparison(threads, options.number("rounds", 60));
					Comparison changed = new Comparison(threads, options.number("rounds", 60))) {
				made.add("no hook", (thread) -> none.commit(note()))
					.add("strict hook", (thread) -> strict.commit(note()))
					.run()
					.print(backend + ", " + threads + " threads, commits of new facts");
				again.add("no hook", (thread) -> none.commit(note().id("n" + thread)))
					.add("strict hook", (thread) -> strict.commit(note().id("n" + thread)))
					.run()
					.print(backend + ", " + threads + " threads, commits on facts written again and again");
				makeFacts(none);
				makeFacts(strict);
				changed.add("no hook", inTurn(threads, (id) -> none.commit(note().id(id))))
					.add("strict hook", inTurn(threads, (id) -> strict.commit(note().id(id))))
					.run()
					.print(backend + ", " + threads + " threads, commits on facts written once in " + FACTS
							+ " commits");
				System.out.println("Calls of the storage for a commit, one thread");
				System.out.println("  no hook: " + calls(storage, false));
				System.out.println("  strict hook: " + calls(storage, true));
				System.out.println();
			}
		}
	}

	private static void makeFacts(MemoryStore store) {
		for (int from = 0; from < FACTS; from += STEP) {
			store.commitAll(IntStream.range(from, from + STEP).mapToObj((i) -> note().id("f" + i)).toList(),
					Change.anonymous());
		}
	}

	/** Each thread goes round its share of the facts. */
	private static Comparison.Work inTurn(int threads, Consumer<String> write) {
		int[] next = new int[threads];
		return (thread) -> write.accept("f" + (threads * next[thread]++ + thread) % FACTS);
	}

	static Draft note() {
		return Draft.of("note", Map.of("text", "prefers the window seat on long flights", "topic", "travel", "score",
				12, "tags", List.of("seat", "flight")));
	}

	private static MemoryStore store(Storage storage, String namespace, boolean hook) {
		MemoryStore.Builder builder = MemoryStore.builder(storage).namespace(namespace);
		return (hook ? builder.hook(new NoOp("no-op")) : builder).build();
	}

	private static Map<String, Double> calls(Storage storage, boolean hook) {
		Map<String, Integer> counts = new ConcurrentSkipListMap<>();
		Storage counted = counting(HookStorage.class, storage, counts);
		try (MemoryStore store = store(counted, "counted", hook)) {
			store.commit(note());
			counts.clear();
			for (int i = 0; i < COUNTED; i++) {
				store.commit(note());
			}
		}
		Map<String, Double> each = new TreeMap<>();
		counts.forEach((method, count) -> each.put(method, count / (double) COUNTED));
		return each;
	}

	private static <T> T counting(Class<T> type, Object target, Map<String, Integer> counts) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				Object result;
				try {
					result = method.invoke(target, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
				// with what they can do besides
				if (result instanceof ReadingIntents intents) {
					return counting(ReadingIntents.class, intents, counts);
				}
				if (result instanceof Intents intents) {
					return counting(Intents.class, intents, counts);
				}
				if (!SETTINGS.contains(method.getName())) {
					counts.merge(method.getName(), 1, Integer::sum);
				}
				return result;
			}));
	}

	/**
	 * A hook that does nothing.
	 *
	 * @param name its name
	 */
	record NoOp(String name) implements MemoryHook {

		@Override
		public void apply(List<FactChange> changes) {
			// that is all
		}

	}

}
