package io.memstate.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Runs tasks at the same time and hands on their failures.
 */
final class Threads {

	private static final int TIMEOUT_SECONDS = 120;

	private Threads() {
	}

	/** Runs one task on several threads, which it can tell by their number. */
	static void run(int threads, IntConsumer task) {
		run(IntStream.range(0, threads).<Runnable>mapToObj((thread) -> () -> task.accept(thread)).toList());
	}

	static void run(List<Runnable> tasks) {
		call(tasks.stream().map(Executors::callable).toList());
	}

	/** Starts all tasks at once; answers with their results, in order. */
	static <T> List<T> call(List<Callable<T>> tasks) {
		CyclicBarrier start = new CyclicBarrier(tasks.size());
		ExecutorService executor = Executors.newFixedThreadPool(tasks.size());
		try {
			List<Future<T>> futures = new ArrayList<>();
			tasks.forEach((task) -> futures.add(executor.submit(() -> {
				start.await();
				return task.call();
			})));
			List<T> results = new ArrayList<>();
			for (Future<T> future : futures) {
				results.add(future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
			}
			return results;
		}
		catch (ExecutionException ex) {
			throw new AssertionError("A thread failed", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new AssertionError("A thread has not ended within " + TIMEOUT_SECONDS + " s", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted", ex);
		}
		finally {
			executor.shutdownNow();
		}
	}

}
