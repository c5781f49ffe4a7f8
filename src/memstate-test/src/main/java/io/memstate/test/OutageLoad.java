package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.memstate.MemoryStore;
import io.memstate.StorageException;

/**
 * Threads that write while their server comes and goes.
 */
final class OutageLoad implements AutoCloseable {

	private final List<String> acknowledged = new CopyOnWriteArrayList<>();

	private final List<StorageException> failures = new CopyOnWriteArrayList<>();

	private final List<Throwable> errors = new CopyOnWriteArrayList<>();

	private final AtomicLong longest = new AtomicLong();

	private final AtomicLongArray progress;

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean stopped;

	OutageLoad(MemoryStore store, String writer, int threads, long seed) {
		this.progress = new AtomicLongArray(threads);
		for (int i = 0; i < threads; i++) {
			int number = i;
			RandomLoad load = new RandomLoad(store, writer + "." + number, seed + number, (step) -> {
				this.acknowledged.add(step);
				this.progress.incrementAndGet(number);
			});
			Thread thread = new Thread(() -> run(load), "load-" + number);
			thread.setDaemon(true);
			this.threads.add(thread);
			thread.start();
		}
	}

	private void run(RandomLoad load) {
		while (!this.stopped) {
			long start = System.nanoTime();
			try {
				load.step();
			}
			catch (StorageException ex) {
				this.failures.add(ex);
			}
			catch (RuntimeException | Error ex) {
				this.errors.add(ex);
			}
			this.longest.accumulateAndGet(System.nanoTime() - start, Math::max);
		}
	}

	List<String> acknowledged() {
		return List.copyOf(this.acknowledged);
	}

	List<StorageException> failures() {
		return List.copyOf(this.failures);
	}

	/** How long the longest call took, whether it failed or not. */
	Duration longest() {
		return Duration.ofNanos(this.longest.get());
	}

	/**
	 * Waits until every thread has written something anew.
	 * @return how long that took
	 */
	Duration awaitProgress(Duration patience) {
		long start = System.nanoTime();
		for (int i = 0; i < this.threads.size(); i++) {
			long before = this.progress.get(i);
			while (this.progress.get(i) == before) {
				if (System.nanoTime() - start > patience.toNanos()) {
					throw new AssertionError("A thread has written nothing for " + patience, last());
				}
				LockSupport.parkNanos(1_000_000);
			}
		}
		return Duration.ofNanos(System.nanoTime() - start);
	}

	private @Nullable Throwable last() {
		return this.failures.isEmpty() ? null : this.failures.get(this.failures.size() - 1);
	}

	/**
	 * Stops all threads and tells of whatever they met that was no failure of storage.
	 */
	@Override
	public void close() {
		this.stopped = true;
		for (Thread thread : this.threads) {
			try {
				thread.join(Duration.ofSeconds(60).toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			if (thread.isAlive()) {
				AssertionError hanging = new AssertionError("A thread hangs: " + thread);
				hanging.setStackTrace(thread.getStackTrace());
				throw hanging;
			}
		}
		if (!this.errors.isEmpty()) {
			throw new AssertionError(this.errors.size() + " calls failed otherwise than they should",
					this.errors.get(0));
		}
	}

}
