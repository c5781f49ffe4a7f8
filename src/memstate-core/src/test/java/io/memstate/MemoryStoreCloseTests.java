package io.memstate;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;

import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class MemoryStoreCloseTests {

	private final Storage storage = new InMemoryStorage();

	private final MemoryStore store = MemoryStore.builder(this.storage).build();

	@Test
	void waitsForWritesThatRun() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<Fact> write = CompletableFuture.supplyAsync(() -> this.store.transaction((operations) -> {
			begun.countDown();
			await(goOn);
			return operations.commit(Draft.of("note", Map.of()));
		}), MemoryStoreCloseTests::inThread);
		begun.await();
		CompletableFuture<Void> close = CompletableFuture.runAsync(this.store::close, MemoryStoreCloseTests::inThread);
		awaitClosed();
		assertThat(close).isNotDone();
		assertThatIllegalStateException().isThrownBy(() -> this.store.commit(Draft.of("note", Map.of())));
		goOn.countDown();
		close.get(10, TimeUnit.SECONDS);
		assertThat(MemoryStore.builder(this.storage).build().count(FactQuery.all())).isEqualTo(1);
		assertThat(write.get(10, TimeUnit.SECONDS).version()).isEqualTo(1);
	}

	@Test
	void closesInsideAWrite() {
		Fact fact = this.store.transaction((operations) -> {
			this.store.close();
			return operations.commit(Draft.of("note", Map.of()));
		});
		assertThat(fact.version()).isEqualTo(1);
		assertThatIllegalStateException().isThrownBy(() -> this.store.get(fact.id()));
	}

	@Test
	void saysWhatItIsWhenClosed() {
		String open = this.store.toString();
		this.store.close();
		assertThat(this.store).hasToString(open);
	}

	private void awaitClosed() {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		while (!isClosed() && System.nanoTime() < deadline) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	private boolean isClosed() {
		try {
			this.store.get("any");
			return false;
		}
		catch (IllegalStateException ex) {
			return true;
		}
	}

	private static void inThread(Runnable task) {
		new Thread(task).start();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
