package io.memstate.test;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import javax.sql.DataSource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.memstate.FactNotFoundException;
import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.HookOperations;
import io.memstate.HookOptions;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;

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

	@Override
	Duration retryTimeout() {
		return PATIENTLY;
	}

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
	void leasesNothingBeforeTheCommit() {
		HookStorage storage = (HookStorage) this.storage;
		List<String> calls = new ArrayList<>();
		Intents intents = Proxies.before(storage.intents(), (proxy, method, arguments) -> {
			calls.add(method.getName());
			return Proxies.proceed(storage.intents(), method, arguments);
		});
		MemoryStore store = MemoryStore
			.builder(Proxies.before(storage,
					(proxy, method, arguments) -> method.getName().equals("intents") ? intents
							: Proxies.proceed(storage, method, arguments)))
			.clock(this.clock)
			.namespace(this.namespace)
			.hook(this.first)
			.hook(this.index)
			.build();
		inTransaction((transaction) -> {
			store.update("n", Patch.set("text", "1"));
			store.commit(note("2").id("m"));
			store.delete("m");
			assertThatThrownBy(() -> store.delete("m")).isInstanceOf(FactNotFoundException.class);
			assertThat(calls).isEmpty();
		});
		assertThat(calls).contains("lease").doesNotContain("leaseAndRead");
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
			beforeCommit(() -> {
				assertThat(this.index.facts(this.namespace).get("n").version()).isEqualTo(2);
				throw new IllegalStateException("the caller fails late");
			});
		})).isInstanceOf(IllegalStateException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	/** Called after the hooks, once something has been written. */
	private static void beforeCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void beforeCommit(boolean readOnly) {
				action.run();
			}

		});
	}

	@Test
	void putsRightWhatTheDatabaseRefusesAtTheCommit() {
		JdbcTemplate rows = new JdbcTemplate(dataSource());
		rows.execute("create table if not exists kit_parent (id integer primary key)");
		rows.execute("create table if not exists kit_child (id integer primary key, parent integer not null "
				+ "references kit_parent (id) deferrable initially deferred)");
		assertThatThrownBy(() -> inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			this.strict.commit(note("2").id("m"));
			rows.update("insert into kit_child values (1, 1)");
		})).isInstanceOf(RuntimeException.class);
		assertThat(this.index.calls()).isGreaterThan(2);
		assertThat(rows.queryForObject("select count(*) from kit_child", Integer.class)).isZero();
		assertThat(ids(everything())).containsExactly("n");
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
		inTransaction((transaction) -> this.strict.update("n", Patch.set("text", "3")));
		assertInStep();
	}

	@Test
	void survivesAnError() {
		this.index.failNext(new StackOverflowError("deep"));
		assertThatThrownBy(() -> inTransaction((transaction) -> this.strict.update("n", Patch.set("text", "1"))))
			.isInstanceOf(HookException.class)
			.hasCauseInstanceOf(StackOverflowError.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void givesUpAHookThatHangs() {
		MemoryStore impatient = store((builder) -> builder.hook(this.first)
			.hook(this.index, HookOptions.defaults().timeout(Duration.ofMillis(200))));
		this.index.hangNext();
		assertThatThrownBy(() -> inTransaction((transaction) -> impatient.update("n", Patch.set("text", "1"))))
			.isInstanceOf(HookException.class)
			.hasCauseInstanceOf(TimeoutException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void waitsForNoConnectionThatTheCallerHolds() throws Exception {
		List<Connection> others = new ArrayList<>();
		try {
			inTransaction((transaction) -> {
				this.strict.update("n", Patch.set("text", "1"));
				others.addAll(theRest());
			});
		}
		finally {
			for (Connection connection : others) {
				connection.close();
			}
		}
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(2);
		assertInStep();
	}

	/** All connections of the application's pool that are left. */
	protected abstract List<Connection> theRest();

	@Test
	void tellsOfANewTransactionByItself() {
		if (!hasSeveralWriters()) {
			return;
		}
		TransactionTemplate apart = new TransactionTemplate(transactionManager());
		apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		inTransaction((outer) -> {
			this.strict.update("n", Patch.set("text", "lost"));
			apart.executeWithoutResult((inner) -> this.strict.commit(note("1").id("kept")));
			assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "kept");
			apart.executeWithoutResult((inner) -> {
				this.strict.commit(note("1").id("lost"));
				inner.setRollbackOnly();
			});
			outer.setRollbackOnly();
		});
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "kept");
		assertThat(this.index.facts(this.namespace).get("n").version()).isEqualTo(1);
		assertInStep();
	}

	/**
	 * Whether the transaction manager has savepoints.
	 * @return true, unless overridden
	 */
	protected boolean hasSavepoints() {
		return true;
	}

	/**
	 * Whether a transaction can write while another that has written is open.
	 * @return true, unless overridden
	 */
	protected boolean hasSeveralWriters() {
		return true;
	}

	private void inSerializable(Consumer<TransactionStatus> work) {
		TransactionTemplate serializable = new TransactionTemplate(transactionManager());
		serializable.setIsolationLevel(TransactionDefinition.ISOLATION_SERIALIZABLE);
		serializable.executeWithoutResult(work);
	}

	// what is leased after such a transaction has begun is not seen in it
	@Test
	void tellsInATransactionThatSeesNothingOfOthers() {
		inSerializable((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			this.strict.commit(note("2").id("m"));
		});
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "m");
		assertInStep();
		assertThatThrownBy(() -> inSerializable((transaction) -> {
			this.strict.update("n", Patch.set("text", "3"));
			this.strict.delete("m");
			beforeCommit(() -> {
				throw new IllegalStateException("the caller fails late");
			});
		})).isInstanceOf(IllegalStateException.class);
		assertInStep();
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> inSerializable((transaction) -> this.strict.update("n", Patch.set("text", "4"))))
			.isInstanceOf(HookException.class);
		assertInStep();
		this.strict.update("n", Patch.set("text", "5"));
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(3);
		assertInStep();
	}

	@Test
	void letsNobodyTakeOverWhatIsAboutToBeCommitted() {
		List<Consumer<Consumer<TransactionStatus>>> levels = List.of(this::inTransaction, this::inSerializable);
		for (Consumer<Consumer<TransactionStatus>> level : levels) {
			List<CompletableFuture<Integer>> recovery = new ArrayList<>();
			level.accept((transaction) -> {
				this.strict.update("n", Patch.set("text", "later"));
				this.strict.commit(note("new"));
				beforeCommit(() -> {
					this.clock.advance(Duration.ofHours(1));
					recovery.add(CompletableFuture.supplyAsync(() -> this.strict.hooks().recover()));
					assertThatThrownBy(() -> recovery.get(0).get(300, TimeUnit.MILLISECONDS))
						.isInstanceOf(TimeoutException.class);
				});
			});
			assertThat(recovery.get(0)).succeedsWithin(Duration.ofSeconds(10));
			assertInStep();
		}
	}

	// some transaction managers go as far as the commit
	@Test
	void staysInStepIfAnInnerTransactionFails() {
		assertThatThrownBy(() -> inTransaction((outer) -> {
			this.strict.update("n", Patch.set("text", "1"));
			inTransaction((inner) -> {
				this.strict.commit(note("2").id("m"));
				inner.setRollbackOnly();
			});
		})).isInstanceOf(UnexpectedRollbackException.class);
		assertThat(ids(everything())).containsExactly("n");
		assertInStep();
	}

	@Test
	void tellsNothingOfANestedTransactionThatIsRolledBack() {
		if (!hasSavepoints()) {
			return;
		}
		TransactionTemplate nested = new TransactionTemplate(transactionManager());
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		inTransaction((outer) -> {
			this.strict.commit(note("1").id("kept"));
			nested.executeWithoutResult((inner) -> this.strict.update("n", Patch.set("text", "kept")));
			nested.executeWithoutResult((inner) -> {
				this.strict.commit(note("2").id("lost"));
				this.strict.update("n", Patch.set("text", "lost"));
				inner.setRollbackOnly();
			});
		});
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "kept");
		assertInStep();
	}

	@Test
	void writesAndTellsNothingInAReadOnlyTransaction() {
		long calls = this.index.calls();
		TransactionTemplate readOnly = new TransactionTemplate(transactionManager());
		readOnly.setReadOnly(true);
		assertThatThrownBy(() -> readOnly.executeWithoutResult((transaction) -> {
			assertThat(this.strict.get("n")).isPresent();
			this.strict.update("n", Patch.set("text", "1"));
		})).isInstanceOf(IllegalStateException.class);
		assertThat(this.index.calls()).isEqualTo(calls);
		assertInStep();
	}

	@Test
	void tellsOfWhatOthersWriteBeforeTheCommit() {
		inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			beforeCommit(() -> {
				this.strict.update("n", Patch.set("text", "2"));
				this.strict.commit(note("3").id("m"));
			});
		});
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "m");
		assertThat(this.index.facts(this.namespace).get("n").version()).isEqualTo(3);
		assertInStep();
	}

	@Test
	void tellsOfAFirstWriteBeforeTheCommit() {
		inTransaction((transaction) -> beforeCommit(() -> this.strict.commit(note("1").id("m"))));
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "m");
		assertInStep();
	}

	@Test
	void stopsTheCommitForWhatOthersWriteBeforeIt() {
		assertThatThrownBy(() -> inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			beforeCommit(() -> {
				this.index.failNext(new IllegalStateException("down"));
				this.strict.update("n", Patch.set("text", "2"));
			});
		})).isInstanceOf(HookException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void showsTheTruthIfAFailureBeforeTheCommitIsCaught() {
		inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			beforeCommit(() -> {
				this.index.failNext(new IllegalStateException("down"));
				assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "2")))
					.isInstanceOf(HookException.class);
			});
		});
		assertThat(ids(everything())).containsExactly("n");
		assertInStep();
	}

	@Test
	void showsTheTruthIfASavepointBeforeTheCommitIsRolledBack() {
		if (!hasSavepoints()) {
			return;
		}
		inTransaction((transaction) -> {
			this.strict.update("n", Patch.set("text", "1"));
			beforeCommit(() -> {
				Object savepoint = transaction.createSavepoint();
				this.strict.update("n", Patch.set("text", "lost"));
				this.strict.commit(note("3").id("lost"));
				transaction.rollbackToSavepoint(savepoint);
			});
		});
		assertThat(ids(everything())).containsExactly("n");
		assertInStep();
	}

	@Test
	void tellsOfWhatAHookWrites() {
		this.first.atNextCall(() -> this.strict.commit(note("by the hook").id("m")));
		inTransaction((transaction) -> this.strict.update("n", Patch.set("text", "1")));
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n", "m");
		assertInStep();
	}

	@Test
	void looksAfterNoHookInATransaction() {
		FaultyIndex later = new FaultyIndex("outbox of " + this.namespace);
		MemoryStore outbox = store((builder) -> builder.hook(later).hookMode(HookMode.OUTBOX));
		inTransaction((transaction) -> {
			outbox.commit(note("1").id("lost"));
			HookOperations hooks = outbox.hooks();
			for (Runnable call : List.<Runnable>of(hooks::deliver, hooks::recover, () -> hooks.reconcile(later.name()),
					() -> hooks.reindex(later.name()))) {
				assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class)
					.hasMessageContaining("outside the transaction");
			}
			outbox.maintenance();
			transaction.setRollbackOnly();
		});
		assertThat(later.calls()).isZero();
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
		if (!hasSavepoints()) {
			return;
		}
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
			Threads.run(List.of(() -> assertThatThrownBy(
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
