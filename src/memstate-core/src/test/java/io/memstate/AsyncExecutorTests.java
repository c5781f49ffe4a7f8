package io.memstate;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for {@link AsyncExecutor}, on virtual threads or the pool, as the JDK has them.
 */
@Timeout(60)
class AsyncExecutorTests {

	private static final int VIRTUAL_THREADS_SINCE = 21;

	private final AsyncExecutor executor = new AsyncExecutor(null);

	private final CountDownLatch blocked = new CountDownLatch(1);

	@AfterEach
	void close() {
		this.blocked.countDown();
		this.executor.close();
	}

	@Test
	void completesWithTheResult() throws Exception {
		assertThat(get(this.executor.submit(() -> "done"))).isEqualTo("done");
	}

	@Test
	void runsOnVirtualThreadsWhereTheJdkHasThem() throws Exception {
		Thread thread = get(this.executor.submit(Thread::currentThread));
		assertThat(thread).isNotSameAs(Thread.currentThread());
		assertThat(thread.isDaemon()).isTrue();
		boolean virtual = thread.getClass().getName().contains("Virtual");
		assertThat(virtual).isEqualTo(Runtime.version().feature() >= VIRTUAL_THREADS_SINCE);
	}

	@Test
	void runsOnAtMost32ThreadsElsewhere() throws Exception {
		ThreadPoolExecutor pool = WorkerThreads.pool();
		AsyncExecutor pooled = new AsyncExecutor(pool);
		AtomicInteger begun = new AtomicInteger();
		List<CompletableFuture<Integer>> futures = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			futures.add(pooled.submit(() -> {
				int order = begun.incrementAndGet();
				block();
				return order;
			}));
		}
		assertThat(pool.getPoolSize()).isEqualTo(32);
		assertThat(begun).hasValueLessThanOrEqualTo(32);
		this.blocked.countDown();
		for (CompletableFuture<Integer> future : futures) {
			get(future);
		}
		assertThat(begun).hasValue(100);
		pooled.close();
		assertThat(pool.isShutdown()).as("a given executor is not shut down").isFalse();
		pool.shutdown();
	}

	@Test
	void runsAFewCallsAtATimeOnThreadsOfItsOwn() throws Exception {
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		List<CompletableFuture<Integer>> futures = new ArrayList<>();
		for (int i = 0; i < 1_000; i++) {
			futures.add(this.executor.submit(() -> {
				most.accumulateAndGet(running.incrementAndGet(), Math::max);
				LockSupport.parkNanos(100_000);
				return running.decrementAndGet();
			}));
		}
		for (CompletableFuture<Integer> future : futures) {
			get(future);
		}
		assertThat(most).hasValueBetween(2, AsyncExecutor.MAX_RUNNING);
	}

	@Test
	void whatFollowsOnAFutureKeepsNoOtherCallFromRunning() throws Exception {
		if (Runtime.version().feature() < VIRTUAL_THREADS_SINCE) {
			return;
		}
		int calls = 2 * AsyncExecutor.MAX_RUNNING;
		CountDownLatch following = new CountDownLatch(calls);
		List<CompletableFuture<String>> futures = new ArrayList<>();
		for (int i = 0; i < calls; i++) {
			futures.add(this.executor.submit(() -> {
				block();
				return "first";
			}).thenApply((first) -> {
				following.countDown();
				await(following);
				return this.executor.submit(() -> "second").join();
			}));
		}
		this.blocked.countDown();
		for (CompletableFuture<String> future : futures) {
			assertThat(get(future)).isEqualTo("second");
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void threadsOfThePoolInheritNothing() throws Exception {
		InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
		inherited.set("of the caller");
		ThreadPoolExecutor pool = WorkerThreads.pool();
		try {
			assertThat(pool.submit(inherited::get).get()).isNull();
			assertThat(pool.submit(() -> Thread.currentThread().getContextClassLoader()).get())
				.isSameAs(MemoryStore.class.getClassLoader());
		}
		finally {
			inherited.remove();
			pool.shutdown();
		}
	}

	@Test
	void failuresAreTheCause() throws Exception {
		ConflictException conflict = new ConflictException("no");
		CompletableFuture<String> future = this.executor.submit(() -> {
			throw conflict;
		});
		assertThatThrownBy(() -> get(future)).isInstanceOf(ExecutionException.class).cause().isSameAs(conflict);
		Throwable failure = get(future.handle((result, ex) -> ex));
		assertThat(failure).isSameAs(conflict);
	}

	@Test
	void errorsArriveToo() {
		StackOverflowError error = new StackOverflowError();
		CompletableFuture<String> future = this.executor.submit(() -> {
			throw error;
		});
		assertThatThrownBy(() -> get(future)).cause().isSameAs(error);
	}

	@Test
	void cancelledCallThatHasNotBegunDoesNotBegin() {
		Later later = new Later();
		AsyncExecutor waiting = new AsyncExecutor(later);
		AtomicBoolean begun = new AtomicBoolean();
		CompletableFuture<Boolean> future = waiting.submit(() -> begun.getAndSet(true));
		assertThat(future.cancel(true)).isTrue();
		later.runAll();
		assertThat(begun).isFalse();
		assertThat(future).isCancelled();
	}

	@Test
	void callThatTimedOutBeforeItBeganDoesNotBegin() {
		Later later = new Later();
		AsyncExecutor waiting = new AsyncExecutor(later);
		AtomicBoolean begun = new AtomicBoolean();
		CompletableFuture<Boolean> future = waiting.submit(() -> begun.getAndSet(true))
			.orTimeout(1, TimeUnit.MILLISECONDS);
		assertThatThrownBy(() -> get(future)).isInstanceOf(ExecutionException.class);
		later.runAll();
		assertThat(begun).isFalse();
	}

	@Test
	void cancelledCallThatRunsIsNotInterrupted() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		CompletableFuture<String> future = this.executor.submit(() -> {
			begun.countDown();
			block();
			interrupted.complete(Thread.currentThread().isInterrupted());
			return "done";
		});
		begun.await();
		assertThat(future.cancel(true)).isTrue();
		this.blocked.countDown();
		assertThat(get(interrupted)).isFalse();
		assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
	}

	@Test
	void streamThatNobodyWantsAnyMoreIsClosed() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		CompletableFuture<Stream<String>> future = this.executor.submit(() -> {
			begun.countDown();
			block();
			return Stream.of("a").onClose(closed::countDown);
		});
		begun.await();
		future.cancel(true);
		this.blocked.countDown();
		assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void refusesWhenTooManyWait() throws Exception {
		List<CompletableFuture<String>> futures = new ArrayList<>();
		for (int i = 0; i < AsyncExecutor.MAX_CALLS; i++) {
			futures.add(this.executor.submit(this::block));
		}
		assertThat(futures).noneMatch(CompletableFuture::isDone);
		CompletableFuture<String> refused = this.executor.submit(() -> "no");
		assertThat(refused).isCompletedExceptionally();
		assertThatThrownBy(() -> get(refused)).cause()
			.isExactlyInstanceOf(MemoryStoreException.class)
			.hasMessageContaining("10000 calls wait or run already");
		this.blocked.countDown();
		for (CompletableFuture<String> future : futures) {
			get(future);
		}
		assertThat(get(eventuallyAccepted(() -> "again"))).isEqualTo("again");
	}

	/** A future completes before its call has ended. */
	private CompletableFuture<String> eventuallyAccepted(Supplier<String> work) {
		CompletableFuture<String> future;
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		do {
			future = this.executor.submit(work);
		}
		while (future.isCompletedExceptionally() && System.nanoTime() < deadline);
		return future;
	}

	@Test
	void refusesWhatTheExecutorRejects() {
		RejectedExecutionException rejected = new RejectedExecutionException("full");
		CompletableFuture<String> future = new AsyncExecutor((work) -> {
			throw rejected;
		}).submit(() -> "no");
		assertThatThrownBy(() -> get(future)).cause()
			.isExactlyInstanceOf(MemoryStoreException.class)
			.hasMessageContaining("did not accept")
			.hasCause(rejected);
	}

	@Test
	void everyFailureOfTheExecutorArrivesInTheFuture() {
		OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
		CompletableFuture<String> future = new AsyncExecutor((work) -> {
			throw error;
		}).submit(() -> "no");
		assertThatThrownBy(() -> get(future)).cause().isExactlyInstanceOf(MemoryStoreException.class).hasCause(error);
	}

	@Test
	void neverRunsOnTheCallingThread() {
		AtomicBoolean begun = new AtomicBoolean();
		CompletableFuture<Boolean> future = new AsyncExecutor(Runnable::run).submit(() -> begun.getAndSet(true));
		assertThatThrownBy(() -> get(future)).cause()
			.isExactlyInstanceOf(MemoryStoreException.class)
			.hasMessageContaining("on the calling thread");
		assertThat(begun).isFalse();
	}

	@Test
	void mayRunOnTheCallingThreadLater() throws Exception {
		Later later = new Later();
		CompletableFuture<String> future = new AsyncExecutor(later).submit(() -> "done");
		later.runAll();
		assertThat(get(future)).isEqualTo("done");
	}

	@Test
	void refusesWhenClosed() {
		this.executor.close();
		assertThatThrownBy(() -> get(this.executor.submit(() -> "no"))).cause()
			.isExactlyInstanceOf(IllegalStateException.class)
			.hasMessageContaining("is closed");
	}

	@Test
	void closeRefusesWhatHasNotBegun() {
		Later later = new Later();
		AsyncExecutor waiting = new AsyncExecutor(later);
		AtomicBoolean begun = new AtomicBoolean();
		CompletableFuture<Boolean> future = waiting.submit(() -> begun.getAndSet(true));
		waiting.close();
		assertThat(future).isCompletedExceptionally();
		assertThatThrownBy(() -> get(future)).cause()
			.isExactlyInstanceOf(IllegalStateException.class)
			.hasMessageContaining("closed before the call began");
		later.runAll();
		assertThat(begun).isFalse();
	}

	@Test
	void closeWaitsForWhatRuns() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<String> future = this.executor.submit(() -> {
			begun.countDown();
			return block();
		});
		begun.await();
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.executor::close, this::inThread);
		CompletableFuture<String> refused;
		do {
			refused = this.executor.submit(() -> "no");
		}
		while (!refused.isCompletedExceptionally());
		assertThat(closing).isNotDone();
		this.blocked.countDown();
		get(closing);
		assertThat(future).isCompletedWithValue("done");
	}

	@Test
	void closeWaitsForALimitedTime() throws Exception {
		AsyncExecutor hasty = new AsyncExecutor(null, Duration.ofMillis(1));
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<String> future = hasty.submit(() -> {
			begun.countDown();
			return block();
		});
		begun.await();
		hasty.close();
		assertThat(future).isNotDone();
		this.blocked.countDown();
		assertThat(get(future)).isEqualTo("done");
	}

	@Test
	void callMayCloseTheStoreItself() throws Exception {
		assertThat(get(this.executor.submit(() -> {
			this.executor.close();
			return "done";
		}))).isEqualTo("done");
	}

	@Test
	void closeMayBeInterrupted() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		this.executor.submit(() -> {
			begun.countDown();
			return block();
		});
		begun.await();
		Thread.currentThread().interrupt();
		this.executor.close();
		assertThat(Thread.interrupted()).isTrue();
	}

	private String block() {
		try {
			this.blocked.await();
			return "done";
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private void inThread(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		thread.start();
	}

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(30, TimeUnit.SECONDS);
	}

	/** Runs calls when it is told to. */
	private static final class Later implements Executor {

		private final Queue<Runnable> calls = new ArrayDeque<>();

		@Override
		public void execute(Runnable call) {
			this.calls.add(call);
		}

		void runAll() {
			while (!this.calls.isEmpty()) {
				this.calls.remove().run();
			}
		}

	}

}
