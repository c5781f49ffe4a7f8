package io.memstate.reactor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import reactor.core.scheduler.Schedulers;

import io.memstate.StorageException;
import io.memstate.storage.CursorStorage;
import io.memstate.storage.FactState;
import io.memstate.storage.memory.InMemoryStorage;

/**
 * An in-memory storage that notes what it is asked for.
 */
final class ObservedStorage {

	final AtomicInteger calls = new AtomicInteger();

	final AtomicInteger queried = new AtomicInteger();

	final AtomicInteger opened = new AtomicInteger();

	final AtomicInteger pulled = new AtomicInteger();

	final AtomicInteger closed = new AtomicInteger();

	/** How many uses there were on threads that must not block. */
	final AtomicInteger forbidden = new AtomicInteger();

	/** How many uses found their thread interrupted. */
	final AtomicInteger interrupted = new AtomicInteger();

	/** After how many pulls the next one waits for {@link #goOn}. */
	volatile int waitAfter = Integer.MAX_VALUE;

	final CountDownLatch waits = new CountDownLatch(1);

	final CountDownLatch goOn = new CountDownLatch(1);

	/** After how many pulls the next one fails. */
	volatile int failAfter = Integer.MAX_VALUE;

	private final CursorStorage delegate = new InMemoryStorage();

	CursorStorage storage() {
		return (CursorStorage) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { CursorStorage.class }, this::invoke);
	}

	private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
		Object result;
		try {
			result = method.invoke(this.delegate, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
		if (!method.getName().equals("description")) {
			used();
			this.calls.incrementAndGet();
		}
		return switch (method.getName()) {
			case "query" -> queried((List<?>) result);
			case "stream" -> observed((Stream<?>) result);
			default -> result;
		};
	}

	private Object queried(List<?> page) {
		this.queried.addAndGet(page.size());
		return page;
	}

	// element by element, which a sorted stream with another operation on it is not
	private Stream<?> observed(Stream<?> stream) {
		this.opened.incrementAndGet();
		Iterator<?> states = stream.iterator();
		return Stream.iterate(0, (n) -> states.hasNext(), (n) -> n + 1)
			.map((n) -> pulled((FactState) states.next()))
			.onClose(() -> {
				used();
				this.closed.incrementAndGet();
			});
	}

	private FactState pulled(FactState state) {
		int before = this.pulled.getAndIncrement();
		if (before >= this.failAfter) {
			throw new StorageException("The connection broke at '" + state.id() + "'");
		}
		if (before >= this.waitAfter) {
			this.waits.countDown();
			await(this.goOn);
		}
		used();
		return state;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void used() {
		if (Schedulers.isInNonBlockingThread()) {
			this.forbidden.incrementAndGet();
		}
		if (Thread.currentThread().isInterrupted()) {
			this.interrupted.incrementAndGet();
		}
	}

}
