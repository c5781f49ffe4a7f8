package io.memstate.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.FactSchema;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

/**
 * What a commit costs as there are more facts in a namespace, and as there are more
 * namespaces.
 */
final class NamespacesBenchmark {

	private static final int FEW = 1_000;

	private static final int MANY = 100_000;

	private static final int NAMESPACES = 10_000;

	private static final int STEP = 1000;

	private NamespacesBenchmark() {
	}

	static void run(Options options) throws Exception {
		int rounds = options.number("rounds", 60);
		for (Backend backend : options.backends(Backend.values())) {
			try (Backend.Server server = backend.start();
					Storage storage = server.open();
					MemoryStore store = MemoryStore.builder(storage)
						.schema(FactSchema.of("preference").singleton("role"))
						.build()) {
				MemoryStore small = store.namespace("small");
				MemoryStore large = store.namespace("large");
				fill(small, FEW);
				fill(large, MANY);
				for (int i = 0; i < NAMESPACES; i++) {
					fill(store.namespace("namespace-" + i), 10);
				}
				try (Comparison sizes = new Comparison(1, rounds)) {
					sizes.add("at 1,000 facts", (thread) -> small.commit(HookOverheadBenchmark.note()))
						.add("at 100,000 facts", (thread) -> large.commit(HookOverheadBenchmark.note()))
						.run()
						.print(backend + ", commits");
				}
				try (Comparison sizes = new Comparison(1, rounds)) {
					sizes.add("at 1,000 facts", (thread) -> small.commit(preference(random(FEW))))
						.add("at 100,000 facts", (thread) -> large.commit(preference(random(MANY))))
						.run()
						.print(backend + ", singleton commits");
				}
				try (Comparison namespaces = new Comparison(1, rounds)) {
					namespaces.add("1 of 100,000 facts", (thread) -> large.commit(HookOverheadBenchmark.note()))
						.add("10,000 of 10 facts",
								(thread) -> store.namespace("namespace-" + random(NAMESPACES))
									.commit(HookOverheadBenchmark.note()))
						.run()
						.print(backend + ", commits by namespaces");
				}
			}
		}
	}

	private static int random(int bound) {
		return ThreadLocalRandom.current().nextInt(bound);
	}

	private static Draft preference(int role) {
		return Draft.of("preference", Map.of("role", "role-" + role, "value", "dark " + role));
	}

	/** Every other one is a singleton. */
	private static void fill(MemoryStore store, int facts) {
		for (int from = 0; from < facts; from += STEP) {
			List<Draft> drafts = new ArrayList<>();
			for (int i = from; i < Math.min(facts, from + STEP); i++) {
				drafts.add((i % 2 == 0) ? HookOverheadBenchmark.note() : preference(i));
			}
			store.commitAll(drafts, Change.by("benchmark"));
		}
	}

}
