package io.memstate.autoconfigure;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what another thread does.
 */
final class Waiting {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private Waiting() {
	}

	static void until(BooleanSupplier condition) {
		long deadline = System.nanoTime() + LIMIT.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > deadline) {
				throw new AssertionError("Not so within " + LIMIT);
			}
			LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
		}
	}

}
