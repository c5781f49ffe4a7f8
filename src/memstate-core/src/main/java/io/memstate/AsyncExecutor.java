package io.memstate;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Runs calls asynchronously, where it is told to or else on threads of its own. Knows
 * which calls wait and which run, so that on every kind of thread a call is cancelled,
 * refused or closed in the same way.
 */
final class AsyncExecutor implements AutoCloseable {

	/** How many calls may wait or run at a time on threads of our own. */
	static final int MAX_CALLS = 10_000;

	/**
	 * How many calls may run at a time on threads of our own. There could be as many
	 * virtual threads as there are calls, but not as many connections, and thousands that
	 * write the same fact would lose their races to each other until they give up.
	 */
	static final int MAX_RUNNING = 64;

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

	private final @Nullable Executor given;

	private final WorkerThreads own = new WorkerThreads();

	private final Semaphore turns = new Semaphore(MAX_RUNNING, true);

	private final Duration closeTimeout;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition ended = this.lock.newCondition();

	private final Set<Call<?>> waiting = new HashSet<>();

	private final Map<Call<?>, Thread> running = new HashMap<>();

	private boolean closed;

	AsyncExecutor(@Nullable Executor given) {
		this(given, CLOSE_TIMEOUT);
	}

	AsyncExecutor(@Nullable Executor given, Duration closeTimeout) {
		this.given = given;
		this.closeTimeout = closeTimeout;
	}

	<T> CompletableFuture<T> submit(Supplier<T> work) {
		Call<T> call = new Call<>(work);
		RuntimeException refusal = admit(call);
		if (refusal == null) {
			handOver(call);
		}
		else {
			call.refuse(refusal);
		}
		return call.future;
	}

	private void handOver(Call<?> call) {
		try {
			call.handOver((this.given != null) ? this.given : this.own.executor());
		}
		catch (RejectedExecutionException ex) {
			call.refuse(new MemoryStoreException(
					"The executor of the memory store did not accept the call: call again later", ex));
		}
		catch (RuntimeException | Error ex) {
			call.refuse(new MemoryStoreException("The executor of the memory store failed to take the call", ex));
		}
	}

	private @Nullable RuntimeException admit(Call<?> call) {
		this.lock.lock();
		try {
			if (this.closed) {
				return new IllegalStateException("The call was refused, because the memory store is closed");
			}
			if (this.given == null && this.waiting.size() + this.running.size() >= MAX_CALLS) {
				return new MemoryStoreException("The call was refused, because " + MAX_CALLS
						+ " calls wait or run already: wait for some of them before calling again");
			}
			this.waiting.add(call);
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean begin(Call<?> call) {
		this.lock.lock();
		try {
			boolean begins = this.waiting.remove(call);
			if (begins) {
				this.running.put(call, Thread.currentThread());
			}
			return begins;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void end(Call<?> call) {
		this.lock.lock();
		try {
			this.running.remove(call);
			this.ended.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void forget(Call<?> call) {
		this.lock.lock();
		try {
			this.waiting.remove(call);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Refuses further calls and those that have not begun, and waits for those that run.
	 */
	@Override
	public void close() {
		refuseWaiting().forEach((call) -> call.refuse(new IllegalStateException(
				"The call was refused, because the memory store was closed before the call began")));
		this.own.close();
		awaitRunning();
	}

	private List<Call<?>> refuseWaiting() {
		this.lock.lock();
		try {
			this.closed = true;
			List<Call<?>> refused = List.copyOf(this.waiting);
			this.waiting.clear();
			return refused;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void awaitRunning() {
		this.lock.lock();
		try {
			long nanos = this.closeTimeout.toNanos();
			while (nanos > 0 && othersRun()) {
				nanos = this.ended.awaitNanos(nanos);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	// a call, or what follows on its future, may close the store itself
	private boolean othersRun() {
		return this.running.values().stream().anyMatch((thread) -> thread != Thread.currentThread());
	}

	/**
	 * One call.
	 */
	private final class Call<T> implements Runnable {

		private final Supplier<T> work;

		private final CompletableFuture<T> future = new CompletableFuture<>();

		private volatile @Nullable Thread caller;

		Call(Supplier<T> work) {
			this.work = work;
		}

		void handOver(Executor executor) {
			this.future.whenComplete((result, failure) -> forget(this));
			this.caller = Thread.currentThread();
			try {
				executor.execute(this);
			}
			finally {
				this.caller = null;
			}
		}

		void refuse(RuntimeException refusal) {
			this.future.completeExceptionally(refusal);
		}

		@Override
		public void run() {
			if (Thread.currentThread() == this.caller) {
				refuse(new MemoryStoreException("The call was refused, because the executor ran it on the calling "
						+ "thread, where it would block and take part in the caller's transaction: give the memory "
						+ "store an executor with threads of its own that rejects what it can't take"));
			}
			else if (AsyncExecutor.this.given != null) {
				runIfWaiting(this.work);
			}
			else {
				runInTurn();
			}
		}

		private void runInTurn() {
			AsyncExecutor.this.turns.acquireUninterruptibly();
			AtomicBoolean taken = new AtomicBoolean(true);
			try {
				runIfWaiting(() -> {
					try {
						return this.work.get();
					}
					finally {
						// what follows on the future may wait for another call
						endTurn(taken);
					}
				});
			}
			finally {
				endTurn(taken);
			}
		}

		private void endTurn(AtomicBoolean taken) {
			if (taken.compareAndSet(true, false)) {
				AsyncExecutor.this.turns.release();
			}
		}

		private void runIfWaiting(Supplier<T> work) {
			if (!begin(this)) {
				return;
			}
			try {
				complete(work.get());
			}
			catch (Throwable ex) {
				this.future.completeExceptionally(ex);
			}
			finally {
				end(this);
			}
		}

		private void complete(T result) throws Exception {
			if (!this.future.complete(result) && result instanceof AutoCloseable unwanted) {
				unwanted.close();
			}
		}

	}

}
