package io.memstate;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Threads of a store's own, made when they are first needed: virtual ones where the JDK
 * has them, otherwise a pool of at most 32 whose threads end when they are idle.
 */
final class WorkerThreads implements AutoCloseable {

	private static final int MAX_POOL_SIZE = 32;

	private @Nullable ExecutorService executor;

	private boolean closed;

	synchronized ExecutorService executor() {
		if (this.closed) {
			throw new RejectedExecutionException("The memory store is closed");
		}
		if (this.executor == null) {
			this.executor = create();
		}
		return this.executor;
	}

	private static ExecutorService create() {
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
			return pool();
		}
	}

	static ThreadPoolExecutor pool() {
		AtomicInteger count = new AtomicInteger();
		ThreadPoolExecutor pool = new ThreadPoolExecutor(MAX_POOL_SIZE, MAX_POOL_SIZE, 30, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (work) -> {
					// a thread outlives the call it was made for, so it inherits nothing
					Thread thread = new Thread(null, work, "memstate-" + count.incrementAndGet(), 0, false);
					thread.setContextClassLoader(WorkerThreads.class.getClassLoader());
					thread.setDaemon(true);
					return thread;
				});
		pool.allowCoreThreadTimeOut(true);
		return pool;
	}

	/** Takes no further work; what was taken is done. */
	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.executor != null) {
			this.executor.shutdown();
		}
	}

}
