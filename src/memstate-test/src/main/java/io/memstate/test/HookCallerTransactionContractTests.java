package io.memstate.test;

import java.util.Map;
import java.util.function.Consumer;

import javax.sql.DataSource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Hooks in a Spring transaction of the caller, for storages that take part in it.
 *
 * @since 0.1.0
 */
public abstract class HookCallerTransactionContractTests extends StorageContract {

	private final FaultyIndex first = new FaultyIndex("first");

	private final FaultyIndex index = new FaultyIndex("index");

	private MemoryStore strict;

	/**
	 * The application's {@code DataSource}; the same at every call during one test.
	 * @return the {@code DataSource}
	 */
	protected abstract DataSource dataSource();

	/**
	 * The application's transaction manager for the {@link #dataSource()}.
	 * @return the transaction manager
	 */
	protected abstract PlatformTransactionManager transactionManager();

	@BeforeEach
	void openStore() {
		this.strict = store((builder) -> builder.hook(this.first).hook(this.index));
		this.strict.commit(note("0").id("n"));
	}

	private void inTransaction(Consumer<TransactionStatus> work) {
		new TransactionTemplate(transactionManager()).executeWithoutResult(work);
	}

	private void assertInStep() {
		assertThat(this.first.drift(this.memory)).isZero();
		assertThat(this.index.drift(this.memory)).isZero();
		assertThat(this.strict.hooks().list().get(0).intents()).isZero();
	}

	@Test
	void tellsTheNetChangeJustBeforeTheCommit() {
		long calls = this.index.calls();
		inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			this.strict.update("n", Patch.set("text", "2"));
			this.strict.commit(note("3").id("m"));
			assertThat(this.index.calls()).isEqualTo(calls);
		});
		assertThat(this.index.calls()).isEqualTo(calls + 1);
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "m");
		assertInStep();
	}

	@Test
	void stopsTheCommit() {
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> inTransaction((transaction) -> this.strict.update("n", Patch.set("text", "1"))))
			.isInstanceOf(HookException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void putsRightWhatIsRolledBackAfterTheHooks() {
		assertThatThrownBy(() -> inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCompletion() {
					if (HookCallerTransactionContractTests.this.index
						.facts(HookCallerTransactionContractTests.this.namespace)
						.get("n")
						.version() == 2) {
						transaction.setRollbackOnly();
					}
				}

				@Override
				public void beforeCommit(boolean readOnly) {
					throw new IllegalStateException("the caller fails late");
				}

				@Override
				public int getOrder() {
					return Integer.MAX_VALUE;
				}

			});
		})).isInstanceOf(IllegalStateException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void tellsNothingOfWhatIsRolledBack() {
		long calls = this.index.calls();
		inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			transaction.setRollbackOnly();
		});
		assertThat(this.index.calls()).isEqualTo(calls);
		assertInStep();
	}

	@Test
	void tellsNothingOfWhatASavepointTookBack() {
		inTransaction((transaction) -> {
			this.strict.commit(note("1").id("kept"));
			Object savepoint = transaction.createSavepoint();
			this.strict.commit(note("2").id("lost"));
			this.strict.update("n", Patch.set("text", "lost"));
			transaction.rollbackToSavepoint(savepoint);
		});
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "kept");
		assertInStep();
	}

	@Test
	void leavesTheIntentIfNothingCanBePutRight() {
		this.index.down(true);
		assertThatThrownBy(() -> inTransaction((transaction) -> this.strict.update("n", Patch.set("text", "1"))))
			.isInstanceOf(HookException.class)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).isNotEmpty());
		assertThat(this.strict.hooks().list().get(0).intents()).isEqualTo(1);
		this.index.down(false);
		this.strict.maintenance();
		assertInStep();
	}

	@Test
	void takesOverFromAWriterThatCanNotGoOn() {
		this.index.atNextCall(() -> Threads.run(java.util.List
			.of(() -> inTransaction((transaction) -> this.strict.update("n", Patch.set("more", "caller"))))));
		this.strict.update("n", Patch.set("text", "1"));
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(Map.of("text", "1", "more", "caller"));
		assertInStep();
	}

	@Test
	void takesOverFromAWriterAndRollsBack() {
		this.index.atNextCall(() -> {
			this.first.atNextCall(() -> this.index.failNext(new IllegalStateException("down")));
			Threads.run(java.util.List.of(() -> assertThatThrownBy(
					() -> inTransaction((transaction) -> this.strict.update("n", Patch.set("more", "caller"))))
				.isInstanceOf(HookException.class)));
		});
		this.strict.update("n", Patch.set("text", "1"));
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(Map.of("text", "1"));
		assertInStep();
	}

	@Test
	void keepsTheOutboxWithTheTransaction() {
		FaultyIndex later = new FaultyIndex("outbox of " + this.namespace);
		MemoryStore outbox = store((builder) -> builder.hook(later).hookMode(HookMode.OUTBOX));
		inTransaction((transaction) -> outbox.commit(note("1").id("kept")));
		inTransaction((transaction) -> {
			outbox.commit(note("2").id("lost"));
			transaction.setRollbackOnly();
		});
		assertThat(outbox.hooks().list().get(0).pending()).isEqualTo(1);
		outbox.maintenance();
		assertThat(later.facts(this.namespace)).containsOnlyKeys("kept");
	}

}
