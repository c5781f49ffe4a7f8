package io.memstate;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LeaseQueueTests {

	private static final int THREADS = 8;

	private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

	private final LeaseQueue queue = new LeaseQueue();

	@AfterEach
	void close() {
		this.executor.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3 })
	void writesOnAsManyThreadsAsTheStorageAllows(int concurrency) throws Exception {
		CountDownLatch writers = new CountDownLatch(concurrency);
		AtomicInteger writing = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger requested = new AtomicInteger();
		Intents intents = intents(concurrency, (requests) -> {
			most.accumulateAndGet(writing.incrementAndGet(), Math::max);
			writers.countDown();
			assertThat(writers.await(10, TimeUnit.SECONDS)).isTrue();
			writing.decrementAndGet();
			requested.addAndGet(requests.size());
			return requests.stream().map((request) -> (LeaseResult) leased(request)).toList();
		});
		int each = 100;
		List<Future<?>> done = new ArrayList<>();
		for (int thread = 0; thread < THREADS; thread++) {
			int first = thread * each;
			done.add(this.executor.submit(() -> {
				for (int i = first; i < first + each; i++) {
					LeaseRequest request = request(i);
					assertThat(this.queue.lease(intents, request)).isEqualTo(leased(request));
				}
			}));
		}
		for (Future<?> thread : done) {
			thread.get(30, TimeUnit.SECONDS);
		}
		assertThat(most).hasValue(concurrency);
		assertThat(requested).hasValue(THREADS * each);
	}

	@Test
	void answersAllWhereMoreWaitThanOneWriteTakes() throws Exception {
		int count = 300;
		List<Thread> waiting = new CopyOnWriteArrayList<>();
		List<Integer> sizes = new CopyOnWriteArrayList<>();
		CountDownLatch writing = new CountDownLatch(1);
		Intents intents = intents(1, (requests) -> {
			writing.countDown();
			if (sizes.isEmpty()) {
				awaitWaiting(waiting, count);
			}
			sizes.add(requests.size());
			return requests.stream().map((request) -> (LeaseResult) leased(request)).toList();
		});
		Future<LeaseResult> first = this.executor.submit(() -> this.queue.lease(intents, request(0)));
		assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
		List<LeaseResult> results = new CopyOnWriteArrayList<>();
		for (int i = 1; i <= count; i++) {
			LeaseRequest request = request(i);
			Thread thread = new Thread(() -> results.add(this.queue.lease(intents, request)));
			waiting.add(thread);
			thread.start();
		}
		assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(leased(request(0)));
		for (Thread thread : waiting) {
			thread.join(TimeUnit.SECONDS.toMillis(30));
		}
		assertThat(results).hasSize(count);
		assertThat(sizes).containsExactly(1, 256, count - 256);
	}

	private static void awaitWaiting(List<Thread> threads, int count) {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		while (threads.stream().filter((thread) -> thread.getState() == Thread.State.WAITING).count() < count) {
			assertThat(System.nanoTime()).isLessThan(deadline);
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	@Test
	void goesOnAfterAFailure() {
		AtomicInteger calls = new AtomicInteger();
		Intents intents = intents(1, (requests) -> {
			if (calls.incrementAndGet() == 1) {
				throw new StorageException("No answer in time", null);
			}
			return requests.stream().map((request) -> (LeaseResult) leased(request)).toList();
		});
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.queue.lease(intents, request(1)))
			.withMessageContaining("nothing was written")
			.withStackTraceContaining("No answer in time");
		assertThat(this.queue.lease(intents, request(1))).isEqualTo(leased(request(1)));
	}

	@Test
	void takesAlongThoseWhoComeWhileItAwaitsRequests() throws Exception {
		int count = 5;
		List<Thread> waiting = new CopyOnWriteArrayList<>();
		List<Integer> sizes = new CopyOnWriteArrayList<>();
		CountDownLatch leading = new CountDownLatch(1);
		Intents intents = intents(1, () -> {
			leading.countDown();
			awaitWaiting(waiting, count);
		}, (requests) -> {
			sizes.add(requests.size());
			return requests.stream().map((request) -> (LeaseResult) leased(request)).toList();
		});
		Future<LeaseResult> first = this.executor.submit(() -> this.queue.lease(intents, request(0)));
		assertThat(leading.await(10, TimeUnit.SECONDS)).isTrue();
		List<LeaseResult> results = new CopyOnWriteArrayList<>();
		for (int i = 1; i <= count; i++) {
			LeaseRequest request = request(i);
			Thread thread = new Thread(() -> results.add(this.queue.lease(intents, request)));
			thread.start();
			waiting.add(thread);
		}
		assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(leased(request(0)));
		for (Thread thread : waiting) {
			thread.join(TimeUnit.SECONDS.toMillis(30));
		}
		assertThat(results).hasSize(count);
		assertThat(sizes).containsExactly(count + 1);
	}

	@Test
	void goesOnAfterAFailureToAwaitRequests() {
		AtomicInteger calls = new AtomicInteger();
		Intents intents = intents(1, () -> {
			if (calls.incrementAndGet() == 1) {
				throw new StorageException("Interrupted", null);
			}
		}, (requests) -> requests.stream().map((request) -> (LeaseResult) leased(request)).toList());
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.queue.lease(intents, request(1)))
			.withStackTraceContaining("Interrupted");
		assertThat(this.queue.lease(intents, request(1))).isEqualTo(leased(request(1)));
	}

	@Test
	void goesOnAfterAnAnswerThatIsTooShort() {
		AtomicInteger calls = new AtomicInteger();
		Intents intents = intents(1, (requests) -> (calls.incrementAndGet() == 1) ? List.of()
				: requests.stream().map((request) -> (LeaseResult) leased(request)).toList());
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> this.queue.lease(intents, request(1)))
			.withStackTraceContaining("1 requests for leases with 0 results");
		assertThat(this.queue.lease(intents, request(1))).isEqualTo(leased(request(1)));
	}

	private static LeaseRequest request(int fact) {
		return new LeaseRequest("n", "token-" + fact, Set.of("f" + fact), Instant.EPOCH, Set.of());
	}

	private static LeaseResult.Leased leased(LeaseRequest request) {
		return new LeaseResult.Leased(request.token().hashCode());
	}

	private static Intents intents(int concurrency, Lease lease) {
		return intents(concurrency, () -> {
		}, lease);
	}

	private static Intents intents(int concurrency, Runnable awaitRequests, Lease lease) {
		return (Intents) Proxy.newProxyInstance(LeaseQueueTests.class.getClassLoader(),
				new Class<?>[] { Intents.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "concurrency" -> concurrency;
					case "awaitRequests" -> {
						awaitRequests.run();
						yield null;
					}
					case "lease" -> lease.lease(requests(arguments[0]));
					default -> throw new UnsupportedOperationException(method.getName());
				});
	}

	@SuppressWarnings("unchecked")
	private static List<LeaseRequest> requests(Object argument) {
		return (List<LeaseRequest>) argument;
	}

	/** What {@link Intents#lease} does. */
	@FunctionalInterface
	private interface Lease {

		List<LeaseResult> lease(List<LeaseRequest> requests) throws Exception;

	}

}
