package io.memstate.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.MemoryStore;
import io.memstate.storage.IndexingStorage;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What a store does with its storage, whichever it is.
 */
class InMemoryEngineTests {

	private final InMemoryStorage memory = new InMemoryStorage();

	private final List<String> calls = new ArrayList<>();

	/** A storage that notes what is called of it. */
	private Storage noting() {
		return (Storage) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { IndexingStorage.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("index")) {
						this.calls.add("index " + arguments[0] + " " + arguments[1]);
						return null;
					}
					this.calls.add(method.getName());
					try {
						return method.invoke(this.memory, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
				});
	}

	@Test
	void initializesTheStorageAndHasItKeepIndexes() {
		try (MemoryStore store = MemoryStore.builder(noting())
			.schema(FactSchema.of("note").indexed("topic"))
			.schema(FactSchema.of("plain"))
			.build()) {
			assertThat(this.calls).containsExactly("initialize", "index note [topic]");
			store.query(FactQuery.all());
			store.schemas().register(FactSchema.of("task").indexed("due"));
			assertThat(this.calls).noneMatch((call) -> call.startsWith("index task"));
			this.calls.clear();
			store.commit(Draft.of("task", Map.of("due", 1)));
			store.commit(Draft.of("task", Map.of("due", 2)));
			assertThat(this.calls.stream().filter((call) -> call.startsWith("index")))
				.containsExactlyInAnyOrder("index task [due]", "index note [topic]");
		}
	}

	@Test
	void refusesEverythingOnceItIsClosed() {
		MemoryStore store = MemoryStore.builder(this.memory).build();
		store.commit(Draft.of("note", Map.of()).id("n"));
		store.close();
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> store.get("n"),
				() -> store.commit(Draft.of("note", Map.of())), () -> store.delete("n"), () -> store.rollback(1),
				() -> store.query(FactQuery.all()), () -> store.hooks(), store::maintenance,
				() -> store.session("s").promote(), () -> store.transaction((work) -> work.get("n")))) {
			assertThatIllegalStateException().isThrownBy(call).withMessageContaining("closed");
		}
		assertThat(this.memory.facts("default", Set.of("n"))).containsOnlyKeys("n");
	}

	@Test
	void closesOnceTheWritesThatRunHaveEnded() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		MemoryStore store = MemoryStore.builder(this.memory).build();
		Thread writing = new Thread(() -> store.transaction((work) -> {
			running.countDown();
			await(goOn);
			return work.commit(Draft.of("note", Map.of()).id("n"));
		}));
		writing.start();
		running.await();
		Thread closing = new Thread(store::close);
		closing.start();
		while (closing.getState() != Thread.State.TIMED_WAITING) {
			assertThat(closing.isAlive()).isTrue();
			Thread.onSpinWait();
		}
		goOn.countDown();
		closing.join();
		writing.join();
		assertThat(this.memory.facts("default", Set.of("n"))).containsOnlyKeys("n");
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void readsTheFactsOfAWriteAtOnce() {
		try (MemoryStore store = MemoryStore.builder(noting()).schema(FactSchema.of("key").singleton("k")).build()) {
			List<Draft> notes = IntStream.range(0, 10)
				.mapToObj((i) -> Draft.of("note", Map.of("n", i)).id("n" + i))
				.toList();
			List<Draft> keys = IntStream.range(0, 10).mapToObj((i) -> Draft.of("key", Map.of("k", i))).toList();
			List<Draft> all = Stream.concat(notes.stream(), keys.stream()).toList();
			assertReads(() -> store.commitAll(all, Change.anonymous()), 1, 1);
			assertReads(() -> store.rollback(1), 1, 1);
			assertReads(() -> store.redo(1), 1, 1);
			store.session("s").commitAll(keys, Change.anonymous());
			assertReads(() -> store.session("s").promote(), 1, 1);
			store.session("s").commitAll(keys, Change.anonymous());
			assertReads(() -> store.session("s").discard(), 1, 0);
		}
	}

	private void assertReads(Runnable write, int facts, int singletons) {
		this.calls.clear();
		write.run();
		assertThat(this.calls.stream().filter("facts"::equals)).hasSizeLessThanOrEqualTo(facts);
		assertThat(this.calls.stream().filter("singletons"::equals)).hasSizeLessThanOrEqualTo(singletons);
	}

	@Test
	void listsMoreNamesThanAPage() {
		try (MemoryStore store = MemoryStore.builder(this.memory).build()) {
			List<String> names = IntStream.range(1_000, 2_000).mapToObj((i) -> "n" + i).toList();
			for (String name : names) {
				store.namespace(name).commit(Draft.of("note", Map.of()));
				store.session(name).commit(Draft.of("note", Map.of()));
			}
			assertThat(store.namespaces().filter((name) -> !name.equals("default")).toList()).isEqualTo(names);
			assertThat(store.sessions().toList()).isEqualTo(names);
		}
	}

	@Test
	void tellsWhereItKeepsItsFacts() {
		try (MemoryStore store = MemoryStore.builder(this.memory).namespace("own").build()) {
			assertThat(store).hasToString("MemoryStore[namespace 'own' on " + this.memory.description() + "]");
		}
	}

}
