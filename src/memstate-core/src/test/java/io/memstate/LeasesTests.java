package io.memstate;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How leases are given back.
 */
class LeasesTests {

	// a pool gives no connection to an interrupted thread, and the fact would stay leased
	@Test
	void givesBackFromAnInterruptedThread() {
		AtomicBoolean released = new AtomicBoolean();
		HookStorage storage = storage(() -> released.set(!Thread.currentThread().isInterrupted()));
		Thread.currentThread().interrupt();
		Leases.giveBack(storage, "n", List.of("token"));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(released).isTrue();
	}

	@Test
	void leavesALeaseThatCanNotBeGivenBackToRunOut() {
		Leases.giveBack(storage(() -> {
			throw new StorageException("No answer in time", null);
		}), "n", List.of("token"));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	private static HookStorage storage(Runnable release) {
		Intents intents = proxy(Intents.class, release);
		return (HookStorage) Proxy.newProxyInstance(LeasesTests.class.getClassLoader(),
				new Class<?>[] { HookStorage.class }, (proxy, method, arguments) -> intents);
	}

	private static Intents proxy(Class<Intents> type, Runnable release) {
		return type.cast(Proxy.newProxyInstance(LeasesTests.class.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					release.run();
					return null;
				}));
	}

}
