package io.memstate;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Runs calls asynchronously: where it is told to, or else on virtual threads where the
 * JDK has them, or else on a bounded pool. Its own threads are made when they are first
 * needed.
 */
final class AsyncExecutor implements AutoCloseable {

	private static final int MAX_THREADS = 32;

	private static final int MAX_WAITING = 10_000;

	private final @Nullable Executor given;

	private @Nullable ExecutorService own;

	private boolean closed;

	AsyncExecutor(@Nullable Executor given) {
		this.given = given;
	}

	<T> CompletableFuture<T> submit(Supplier<T> call) {
		CompletableFuture<T> future = new CompletableFuture<>();
		try {
			executor().execute(new Call<>(future, call));
		}
		catch (RejectedExecutionException ex) {
			future.completeExceptionally(new MemoryStoreException(
					"The call was not accepted, because too many wait already or the store is closed: try again later",
					ex));
		}
		return future;
	}

	private synchronized Executor executor() {
		if (this.closed) {
			throw new RejectedExecutionException("The memory store is closed");
		}
		if (this.given != null) {
			return this.given;
		}
		return own();
	}

	/** The threads of the store's own, also where another executor is given. */
	synchronized ExecutorService own() {
		if (this.closed) {
			throw new RejectedExecutionException("The memory store is closed");
		}
		if (this.own == null) {
			this.own = create();
		}
		return this.own;
	}

	private static ExecutorService create() {
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
			return pool();
		}
	}

	private static ExecutorService pool() {
		AtomicInteger count = new AtomicInteger();
		ThreadPoolExecutor pool = new ThreadPoolExecutor(MAX_THREADS, MAX_THREADS, 30, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(MAX_WAITING), (work) -> {
					Thread thread = new Thread(work, "memstate-async-" + count.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		pool.allowCoreThreadTimeOut(true);
		return pool;
	}

	/** Refuses further calls and those that have not begun; those that run go on. */
	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.own instanceof ThreadPoolExecutor pool) {
			List<Runnable> waiting = new ArrayList<>();
			pool.getQueue().drainTo(waiting);
			waiting.forEach((call) -> ((Call<?>) call).refuse());
		}
		if (this.own != null) {
			this.own.shutdown();
		}
	}

	private record Call<T>(CompletableFuture<T> future, Supplier<T> work) implements Runnable {

		@Override
		public void run() {
			if (this.future.isDone()) {
				return;
			}
			try {
				this.future.complete(this.work.get());
			}
			catch (Throwable ex) {
				this.future.completeExceptionally(ex);
			}
		}

		void refuse() {
			this.future
				.completeExceptionally(new MemoryStoreException("The memory store was closed before the call began"));
		}

	}

}
