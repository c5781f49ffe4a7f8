package io.memstate.reactor;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import io.memstate.Change;
import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.StorageException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the streams of {@link ReactiveMemoryStore}: what they read, where, and that
 * they close it.
 */
@Timeout(60)
class ReactiveStreamTests {

	private static final int FACTS = 3500;

	private static final int PAGE = 1000;

	private static final FactQuery SORTED = FactQuery.type("note").orderBy("n", Direction.DESC);

	private final ObservedStorage observed = new ObservedStorage();

	private final MemoryStore store = MemoryStore.builder(this.observed.storage()).build();

	private final ReactiveMemoryStore memory = ReactiveMemoryStore.of(this.store);

	@BeforeEach
	void commit() {
		this.store.commitAll(IntStream.range(0, FACTS).mapToObj((n) -> Draft.of("note", Map.of("n", n))).toList(),
				Change.anonymous());
		this.observed.calls.set(0);
		this.observed.queried.set(0);
	}

	@AfterEach
	void close() {
		this.observed.goOn.countDown();
		this.store.close();
		assertThat(this.observed.forbidden).as("uses on threads that must not block").hasValue(0);
	}

	@Test
	void nothingIsReadBeforeSubscription() {
		this.memory.stream(SORTED);
		this.memory.stream(FactQuery.all());
		assertThat(this.observed.calls).hasValue(0);
	}

	@Test
	void nothingIsPulledBeforeItIsRequested() {
		StepVerifier.create(this.memory.stream(SORTED), 0)
			.expectSubscription()
			.then(() -> assertThat(this.observed.pulled).hasValue(0))
			.thenRequest(3)
			.expectNextCount(3)
			.then(() -> assertThat(this.observed.pulled).hasValue(3))
			.thenRequest(2)
			.expectNextCount(2)
			.then(() -> assertThat(this.observed.pulled).hasValue(5))
			.thenCancel()
			.verify();
		assertClosed();
	}

	@Test
	void pagesAreReadAsTheyAreRequested() {
		StepVerifier.create(this.memory.stream(FactQuery.all()), 0)
			.thenRequest(1)
			.expectNextCount(1)
			.then(() -> assertThat(this.observed.queried).hasValue(PAGE))
			.thenRequest(PAGE - 1)
			.expectNextCount(PAGE - 1)
			.then(() -> assertThat(this.observed.queried).hasValue(PAGE))
			.thenRequest(1)
			.expectNextCount(1)
			.then(() -> assertThat(this.observed.queried).hasValue(2 * PAGE))
			.thenCancel()
			.verify();
	}

	@Test
	void slowSubscriberHoldsTheReaderBack() {
		AtomicInteger seen = new AtomicInteger();
		StepVerifier.create(this.memory.stream(SORTED).limitRate(10).doOnNext((fact) -> {
			int ahead = this.observed.pulled.get() - seen.getAndIncrement();
			assertThat(ahead).isLessThanOrEqualTo(20);
		})).expectNextCount(FACTS).verifyComplete();
	}

	@Test
	void readsAllInOrderAndCloses() {
		StepVerifier.create(this.memory.stream(SORTED).map((fact) -> fact.payload().get("n")))
			.expectNextSequence(IntStream.range(0, FACTS).mapToObj((n) -> (Object) (FACTS - 1 - n)).toList())
			.then(() -> assertThat(this.observed.closed).hasValue(1))
			.verifyComplete();
		assertThat(this.observed.opened).hasValue(1);
	}

	@Test
	void eachSubscriptionReadsAnew() {
		Flux<Fact> stream = this.memory.stream(SORTED.limit(PAGE + 1));
		StepVerifier.create(stream).expectNextCount(PAGE + 1).verifyComplete();
		this.store.commit(Draft.of("note", Map.of("n", FACTS)));
		StepVerifier.create(stream.map((fact) -> fact.payload().get("n")))
			.expectNext(FACTS)
			.expectNextCount(PAGE)
			.verifyComplete();
		assertThat(this.observed.closed).hasValue(2);
	}

	@Test
	void closesWhenItFails() {
		this.observed.failAfter = 5;
		StepVerifier.create(this.memory.stream(SORTED))
			.expectNextCount(5)
			.expectErrorSatisfies((ex) -> assertThat(ex).isExactlyInstanceOf(StorageException.class)
				.hasMessageContaining("The connection broke"))
			.verify();
		assertThat(this.observed.closed).hasValue(1);
	}

	@Test
	void closesWhenTheSubscriberFails() {
		StepVerifier.create(this.memory.stream(SORTED).map((fact) -> {
			throw new UnsupportedOperationException("of the application");
		})).verifyError(UnsupportedOperationException.class);
		assertClosed();
	}

	@Test
	void closesWhenEnoughWasTaken() {
		StepVerifier.create(this.memory.stream(SORTED).take(3)).expectNextCount(3).verifyComplete();
		assertClosed();
		assertThat(this.observed.pulled).hasValue(3);
	}

	@Test
	void mayBeUsedFromThreadsThatMustNotBlock() {
		StepVerifier
			.create(this.memory.stream(SORTED)
				.subscribeOn(Schedulers.parallel())
				.publishOn(Schedulers.parallel(), 16)
				.doOnNext((fact) -> assertThat(Schedulers.isInNonBlockingThread()).isTrue())
				.take(100))
			.expectNextCount(100)
			.verifyComplete();
		assertClosed();
	}

	@Test
	void mayBeCancelledFromThreadsThatMustNotBlock() {
		BaseSubscriber<Fact> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
				subscription.request(1);
			}

		};
		this.memory.stream(SORTED).subscribe(subscriber);
		await(() -> this.observed.pulled.get() == 1);
		Schedulers.parallel().schedule(subscriber::cancel);
		assertClosed();
	}

	@Test
	void cancellingDoesNotInterruptAPull() throws InterruptedException {
		this.observed.waitAfter = 2;
		Disposable subscription = this.memory.stream(SORTED).subscribe();
		assertThat(this.observed.waits.await(30, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		assertThat(this.observed.closed).as("not while it is being read").hasValue(0);
		this.observed.goOn.countDown();
		assertClosed();
		assertThat(this.observed.pulled).hasValue(3);
		assertThat(this.observed.interrupted).hasValue(0);
	}

	@Test
	void namesAreReadAsTheyAreRequested() {
		StepVerifier.create(this.memory.namespaces()).expectNext("default").verifyComplete();
		StepVerifier.create(this.memory.session("s").commit(Draft.of("note", Map.of("n", 1))))
			.expectNextCount(1)
			.verifyComplete();
		StepVerifier.create(this.memory.sessions()).expectNext("s").verifyComplete();
	}

	@Test
	void failsOnAClosedStore() {
		this.store.close();
		StepVerifier.create(this.memory.stream(SORTED)).verifyError(IllegalStateException.class);
		assertThat(this.observed.opened).hasValue(0);
	}

	private void assertClosed() {
		await(() -> this.observed.closed.get() == this.observed.opened.get());
		assertThat(this.observed.opened).hasValue(1);
		assertThat(this.observed.closed).hasValue(1);
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
		while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
			LockSupport.parkNanos(1_000_000);
		}
		assertThat(condition.getAsBoolean()).isTrue();
	}

}
