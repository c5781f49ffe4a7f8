package io.memstate.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class MaintenanceLifecycleTests {

	private static final Duration OFTEN = Duration.ofMillis(1);

	@Test
	void runsAtOnceOnADaemonThread() throws Exception {
		CountDownLatch ran = new CountDownLatch(1);
		AtomicReference<Thread> thread = new AtomicReference<>();
		MaintenanceLifecycle lifecycle = lifecycle(() -> {
			thread.set(Thread.currentThread());
			ran.countDown();
		}, Duration.ofHours(1));
		assertThat(lifecycle.isRunning()).isFalse();
		lifecycle.start();
		assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(lifecycle.isRunning()).isTrue();
		assertThat(thread.get().isDaemon()).isTrue();
		assertThat(thread.get().getName()).isEqualTo("memstate-maintenance");
		lifecycle.stop();
		assertThat(lifecycle.isRunning()).isFalse();
		Waiting.until(() -> !thread.get().isAlive());
	}

	@Test
	void runsAgainAfterTheInterval() throws Exception {
		CountDownLatch runs = new CountDownLatch(3);
		MaintenanceLifecycle lifecycle = lifecycle(runs::countDown, OFTEN);
		lifecycle.start();
		assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
		lifecycle.stop();
	}

	@Test
	void stopWaitsForTheRunThatIsUnderWay() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		AtomicInteger interrupted = new AtomicInteger();
		MaintenanceLifecycle lifecycle = lifecycle(() -> {
			started.countDown();
			try {
				finish.await();
			}
			catch (InterruptedException ex) {
				interrupted.incrementAndGet();
			}
		}, OFTEN);
		lifecycle.start();
		started.await();
		Thread stopping = new Thread(lifecycle::stop);
		stopping.start();
		finish.countDown();
		stopping.join();
		assertThat(interrupted).hasValue(0);
		assertThat(lifecycle.isRunning()).isFalse();
	}

	@Test
	void canBeStartedAgain() throws Exception {
		AtomicInteger runs = new AtomicInteger();
		MaintenanceLifecycle lifecycle = lifecycle(runs::incrementAndGet, Duration.ofHours(1));
		lifecycle.start();
		lifecycle.start();
		Waiting.until(() -> runs.get() == 1);
		lifecycle.stop();
		lifecycle.stop();
		lifecycle.start();
		Waiting.until(() -> runs.get() == 2);
		lifecycle.stop();
	}

	@Test
	void goesOnAfterAFailureAndTellsItOnce(CapturedOutput output) throws Exception {
		CountDownLatch runs = new CountDownLatch(5);
		MaintenanceLifecycle lifecycle = lifecycle(() -> {
			runs.countDown();
			throw new IllegalStateException("no database");
		}, OFTEN);
		lifecycle.start();
		assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
		lifecycle.stop();
		assertThat(output).containsOnlyOnce("(test.interval) failed").contains("no database");
	}

	@Test
	void goesOnAfterAnError() throws Exception {
		CountDownLatch runs = new CountDownLatch(3);
		MaintenanceLifecycle lifecycle = lifecycle(() -> {
			runs.countDown();
			throw new StackOverflowError("too deep");
		}, OFTEN);
		lifecycle.start();
		assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
		lifecycle.stop();
	}

	private static MaintenanceLifecycle lifecycle(Runnable work, Duration interval) {
		return new MaintenanceLifecycle(new MaintenanceTask("test.interval", interval, work));
	}

}
