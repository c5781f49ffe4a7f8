package io.memstate.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How fast works run beside each other: in short turns, so that all meet the same
 * disturbances of a machine that others use too. The ratio of the turns next to each
 * other counts, its median of all rounds.
 */
final class Comparison implements AutoCloseable {

	private static final long TURN = TimeUnit.MILLISECONDS.toNanos(150);

	// until the compiler is done with both, else the one with more code is slower
	private static final int WARM_UP = 50;

	private final int threads;

	private final int rounds;

	private final ExecutorService executor;

	private final Map<String, Work> works = new LinkedHashMap<>();

	private final Map<String, List<Double>> rates = new LinkedHashMap<>();

	Comparison(int threads, int rounds) {
		this.threads = threads;
		this.rounds = rounds;
		this.executor = Executors.newFixedThreadPool(threads);
	}

	/** What is done again and again, on each thread. */
	@FunctionalInterface
	interface Work {

		void run(int thread) throws Exception;

	}

	/**
	 * Adds a work. The first is what the others are compared with.
	 */
	Comparison add(String name, Work work) {
		this.works.put(name, work);
		this.rates.put(name, new ArrayList<>());
		return this;
	}

	Comparison run() throws Exception {
		List<String> order = new ArrayList<>(this.works.keySet());
		for (int round = -WARM_UP; round < this.rounds; round++) {
			for (String name : order) {
				double rate = rate(this.works.get(name));
				if (round >= 0) {
					this.rates.get(name).add(rate);
				}
			}
			// nobody is always right behind the same other
			order.add(order.remove(0));
		}
		return this;
	}

	private double rate(Work work) throws Exception {
		long start = System.nanoTime();
		LongAdder done = new LongAdder();
		List<Future<?>> running = new ArrayList<>();
		for (int i = 0; i < this.threads; i++) {
			int thread = i;
			running.add(this.executor.submit(() -> {
				while (System.nanoTime() - start < TURN) {
					work.run(thread);
					done.increment();
				}
				return null;
			}));
		}
		for (Future<?> each : running) {
			each.get();
		}
		return done.sum() * 1e9 / (System.nanoTime() - start);
	}

	/**
	 * A row for each work: its rate, and how many times longer than the first it takes.
	 */
	void print(String title) {
		Table table = new Table(title, "per second", "times as long", "middle half of the rounds");
		List<Double> base = this.rates.values().iterator().next();
		this.rates.forEach((name, rates) -> {
			List<Double> ratios = new ArrayList<>();
			for (int i = 0; i < rates.size(); i++) {
				ratios.add(base.get(i) / rates.get(i));
			}
			table.add(name, Math.round(quantile(rates, 0.5)), quantile(ratios, 0.5),
					String.format(Locale.ROOT, "%.2f to %.2f", quantile(ratios, 0.25), quantile(ratios, 0.75)));
		});
		table.print();
		System.out.println();
	}

	private static double quantile(List<Double> values, double part) {
		return values.stream().sorted().skip((long) (part * (values.size() - 1))).findFirst().orElseThrow();
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
