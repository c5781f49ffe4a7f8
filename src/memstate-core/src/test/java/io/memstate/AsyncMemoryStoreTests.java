package io.memstate;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for the asynchronous side of a store.
 */
@Timeout(60)
class AsyncMemoryStoreTests {

	private final MemoryStore memory = MemoryStore.builder(new InMemoryStorage()).build();

	private final AsyncMemoryStore async = this.memory.async();

	@Test
	void takesNoPartInATransactionOfTheCallingThread() {
		CompletableFuture<Fact> written = this.memory.transaction((work) -> this.async.commit(note()));
		assertThatThrownBy(() -> get(written)).isInstanceOf(ExecutionException.class)
			.cause()
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("use the operations that the transaction is given");
		assertThat(this.memory.count(FactQuery.all())).isZero();
	}

	@Test
	void sessionsAndNamespacesTakeNoPartEither() {
		CompletableFuture<Fact> inSession = this.memory
			.transaction((work) -> this.async.namespace("other").session("s").commit(note()));
		assertThatThrownBy(() -> get(inSession)).cause().isInstanceOf(IllegalStateException.class);
	}

	@Test
	void readsInsideWorkSeeWhatIsCommitted() {
		long seen = this.memory.transaction((work) -> {
			work.commit(note());
			return this.async.count(FactQuery.all()).join();
		});
		assertThat(seen).isZero();
	}

	@Test
	void writesAfterWorkAreFree() throws Exception {
		this.memory.transaction((work) -> work.commit(note()));
		get(this.async.commit(note()));
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(2);
	}

	@Test
	void storeMayBeInitializedLaterAndAgain() throws Exception {
		AtomicInteger initialized = new AtomicInteger();
		try (MemoryStore later = MemoryStore.builder(counting(initialized)).initialize(false).build()) {
			assertThat(initialized).hasValue(0);
			get(later.async().initialize());
			get(later.async().initialize());
			assertThat(initialized).hasValue(2);
		}
	}

	@Test
	void closeFinishesWhatRunsAndRefusesTheRest() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch blocked = new CountDownLatch(1);
		CompletableFuture<Fact> running = this.async.transaction((work) -> {
			begun.countDown();
			try {
				blocked.await();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
			return work.commit(note());
		});
		begun.await();
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.memory::close);
		CompletableFuture<Fact> refused;
		do {
			refused = this.async.get("unknown").thenApply((fact) -> fact.orElseThrow());
		}
		while (!(failure(refused) instanceof IllegalStateException));
		assertThat(closing).isNotDone();
		blocked.countDown();
		assertThat(get(running).version()).isEqualTo(1);
		get(closing);
		assertThatThrownBy(() -> this.memory.get("unknown")).isExactlyInstanceOf(failure(refused).getClass());
	}

	@Test
	void viewClosesNothing() throws Exception {
		this.memory.namespace("other").close();
		get(this.async.commit(note()));
	}

	@Test
	void streamsAreReadByTheCaller() throws Exception {
		get(this.async.commit(note()));
		try (Stream<Fact> facts = get(this.async.stream(FactQuery.all()))) {
			assertThat(facts).hasSize(1);
		}
	}

	private static Storage counting(AtomicInteger initialized) {
		Storage storage = new InMemoryStorage();
		return (Storage) Proxy.newProxyInstance(Storage.class.getClassLoader(), new Class<?>[] { Storage.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("initialize")) {
						initialized.incrementAndGet();
					}
					return method.invoke(storage, arguments);
				});
	}

	private static Throwable failure(CompletableFuture<?> future) {
		return future.handle((result, ex) -> (ex != null && ex.getCause() != null) ? ex.getCause() : ex).join();
	}

	private static Draft note() {
		return Draft.of("note", Map.of("text", "a"));
	}

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(30, TimeUnit.SECONDS);
	}

}
