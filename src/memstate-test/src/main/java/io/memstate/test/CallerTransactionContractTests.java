package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.NestedTransactionNotSupportedException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;
import io.memstate.StorageException;
import io.memstate.storage.Storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What holds in a Spring transaction of the caller, for storages that take part in it.
 * Needs spring-jdbc. The {@code DataSource} must hand out at least two connections at a
 * time.
 *
 * @since 0.1.0
 */
public abstract class CallerTransactionContractTests extends StorageContract {

	private JdbcTemplate rows;

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

	/**
	 * A storage on the application's {@code DataSource}.
	 * @param dataSource the {@code DataSource}
	 * @return the storage, open
	 */
	protected abstract Storage createStorage(DataSource dataSource);

	/**
	 * Whether a transaction can write while another that has written is open. If not,
	 * what {@code REQUIRES_NEW} does inside another transaction is not tested, as it can
	 * only wait for that one.
	 * @return true, unless overridden
	 */
	protected boolean hasSeveralWriters() {
		return true;
	}

	@Override
	protected final Storage createStorage() {
		return createStorage(dataSource());
	}

	@BeforeEach
	void createTableOfTheCaller() {
		this.rows = new JdbcTemplate(dataSource());
		this.rows.execute("create table if not exists kit_caller_row (id varchar(100) primary key)");
	}

	@Test
	void commitsWithTheRowsOfTheCaller() {
		inTransaction((status) -> {
			insertRow("r");
			this.memory.commit(note("1").id("n"));
		});
		assertThat(hasRow("r")).isTrue();
		assertThat(this.memory.get("n")).isPresent();
		assertThat(log()).hasSize(1);
	}

	@Test
	void rollsBackWithTheRowsOfTheCaller() {
		inTransaction((status) -> {
			insertRow("r");
			this.memory.commit(note("1").id("n"));
			status.setRollbackOnly();
		});
		assertThat(hasRow("r")).isFalse();
		assertThat(everything()).isEmpty();
		assertThat(log()).isEmpty();
		assertRefused(ConflictException.class, () -> this.memory.rollback(1));
	}

	@Test
	void rollsBackIfTheCallerFails() {
		IllegalStateException failure = new IllegalStateException("no");
		assertThatThrownBy(() -> inTransaction((status) -> {
			this.memory.commit(note("1").id("n"));
			insertRow("r");
			throw failure;
		})).isSameAs(failure);
		assertThat(hasRow("r")).isFalse();
		assertThat(everything()).isEmpty();
	}

	@Test
	void rollsBackIfARowOfTheCallerFails() {
		insertRow("r");
		assertThatThrownBy(() -> inTransaction((status) -> {
			this.memory.commit(note("1").id("n"));
			insertRow("r");
		})).isInstanceOf(DataAccessException.class);
		assertThat(everything()).isEmpty();
	}

	@Test
	void restoresWhatWasThere() {
		Fact fact = this.memory.commit(note("0").id("n"));
		this.memory.commit(preference("editor", "vi").id("p"));
		List<Fact> before = everything();
		List<LogEntry> log = log();
		inTransaction((status) -> {
			this.memory.update("n", Patch.set("text", "1"));
			this.memory.delete("p");
			this.memory.commit(preference("editor", "ed"));
			session("s").commit(note("2"));
			session("s").promote();
			status.setRollbackOnly();
		});
		assertThat(everything()).isEqualTo(before);
		assertThat(log()).isEqualTo(log);
		assertThat(this.memory.update("n", Patch.set("text", "2")).version()).isEqualTo(fact.version() + 1);
		assertThat(this.memory.commit(preference("editor", "nano")).id()).isEqualTo("p");
	}

	@Test
	void readsItsOwnWrites() {
		this.memory.commit(note("0").id("n"));
		inTransaction((status) -> {
			Fact updated = this.memory.update("n", Patch.set("text", "1"));
			Fact fresh = this.memory.commit(preference("editor", "vi"));
			assertThat(this.memory.get("n")).contains(updated);
			assertThat(this.memory.query(FactQuery.all())).containsExactly(updated, fresh);
			assertThat(this.memory.count(FactQuery.all())).isEqualTo(2);
			try (var stream = this.memory.stream(FactQuery.all())) {
				assertThat(stream).containsExactly(updated, fresh);
			}
			assertThat(this.memory.history("n")).hasSize(2);
			assertThat(log()).hasSize(3);
			assertThat(this.memory.asOf(this.clock.instant()).get("n")).contains(updated);
			assertThat(this.memory.commit(preference("editor", "ed")).id()).isEqualTo(fresh.id());
		});
	}

	@Test
	void keepsItsWritesFromOthersUntilTheCommit() {
		this.memory.commit(note("0").id("n"));
		inTransaction((status) -> {
			this.memory.update("n", Patch.set("text", "1"));
			Threads.run(List.of(() -> {
				assertThat(this.memory.get("n").orElseThrow().payload()).containsEntry("text", "0");
				assertThat(this.memory.history("n")).hasSize(1);
			}));
		});
		assertThat(this.memory.get("n").orElseThrow().payload()).containsEntry("text", "1");
	}

	@Test
	void makesOneStepOfARunOnOneLayer() {
		this.memory.commit(note("0").id("a"));
		inTransaction((status) -> {
			this.memory.commit(note("1").id("b"));
			this.memory.update("a", Patch.set("text", "1"));
			this.memory.delete("b");
			this.memory.commitAll(List.of(note("2").id("c"), note("3").id("d")), Change.anonymous());
		});
		List<LogEntry> run = log().subList(0, 5);
		assertThat(run).extracting(LogEntry::step).containsOnly(run.get(0).step());
		this.memory.rollback(1);
		assertThat(texts(everything())).containsExactly("0");
		this.memory.redo(1);
		assertThat(ids(everything())).containsExactly("a", "c", "d");
	}

	@Test
	void makesAStepForEachLayer() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"));
			session("s").commit(note("2").id("b"));
			this.memory.commit(note("3").id("c"));
			session("s").commit(note("4").id("d"));
		});
		assertThat(step("a")).isEqualTo(step("c"));
		assertThat(step("b")).isEqualTo(step("d")).isNotEqualTo(step("a"));
		session("s").rollback(1);
		assertThat(ids(everything())).containsExactly("a", "c");
	}

	@Test
	void makesAStepOfADiscardWithItsRun() {
		inTransaction((status) -> {
			session("s").commit(note("1").id("a"));
			session("s").discard();
		});
		assertThat(log()).extracting(LogEntry::step).containsOnly(step("a"));
		assertThat(log()).extracting(LogEntry::operation).containsExactly(Operation.DISCARD, Operation.COMMIT);
	}

	@Test
	void endsRunsWithAPromote() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"));
			session("s").commit(note("2").id("b"));
			session("s").promote();
			this.memory.commit(note("3").id("c"));
			session("s").commit(note("4").id("d"));
		});
		assertThat(log()).extracting(LogEntry::step).doesNotHaveDuplicates().hasSize(5);
		this.memory.rollback(2);
		assertThat(session("s").get("b")).isPresent();
		assertThat(this.memory.get("a")).isPresent();
		assertThat(this.memory.get("c")).isEmpty();
	}

	@Test
	void endsARunWithARollback() {
		this.memory.commit(note("0").id("n"));
		inTransaction((status) -> {
			this.memory.update("n", Patch.set("text", "1"));
			this.memory.rollback(1);
			this.memory.update("n", Patch.set("text", "2"));
		});
		assertThat(this.memory.history("n")).extracting(LogEntry::step).doesNotHaveDuplicates().hasSize(4);
		this.memory.rollback(1);
		assertThat(this.memory.get("n").orElseThrow().payload()).containsEntry("text", "0");
	}

	@Test
	void undoesItsOwnRunAndRedoesIt() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"));
			this.memory.commit(note("2").id("b"));
			this.memory.rollback(1);
			assertThat(everything()).isEmpty();
			this.memory.redo(1);
			assertThat(everything()).hasSize(2);
		});
		assertThat(ids(everything())).containsExactly("a", "b");
	}

	@Test
	void makesAStepOfATransactionOfTheStoreWithItsRun() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"));
			this.memory.transaction((work) -> {
				work.commit(note("2").id("b"));
				return work.commit(note("3").id("c"));
			});
		});
		assertThat(step("b")).isEqualTo(step("c")).isEqualTo(step("a"));
	}

	@Test
	void makesAStepOfEachTransactionOfTheCaller() {
		inTransaction((status) -> this.memory.commit(note("1").id("a")));
		inTransaction((status) -> this.memory.commit(note("2").id("b")));
		assertThat(step("a")).isNotEqualTo(step("b"));
		this.memory.rollback(1);
		assertThat(ids(everything())).containsExactly("a");
	}

	@Test
	void commitsANewTransactionByItself() {
		if (!hasSeveralWriters()) {
			return;
		}
		inTransaction((status) -> {
			template(TransactionDefinition.PROPAGATION_REQUIRES_NEW, false).executeWithoutResult((inner) -> {
				insertRow("inner");
				this.memory.commit(note("1").id("inner"));
			});
			this.memory.commit(note("2").id("outer"));
			status.setRollbackOnly();
		});
		assertThat(hasRow("inner")).isTrue();
		assertThat(ids(everything())).containsExactly("inner");
	}

	@Test
	void rollsBackANewTransactionByItself() {
		if (!hasSeveralWriters()) {
			return;
		}
		inTransaction((status) -> {
			template(TransactionDefinition.PROPAGATION_REQUIRES_NEW, false).executeWithoutResult((inner) -> {
				this.memory.commit(note("1").id("inner"));
				inner.setRollbackOnly();
			});
			this.memory.commit(note("2").id("outer"));
		});
		assertThat(ids(everything())).containsExactly("outer");
	}

	@Test
	void takesPartInAnOuterTransaction() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"));
			inTransaction((inner) -> this.memory.commit(note("2").id("b")));
			status.setRollbackOnly();
		});
		assertThat(everything()).isEmpty();
	}

	@Test
	void readsInAReadOnlyTransactionAndWritesNothing() {
		Fact fact = this.memory.commit(note("0").id("n"));
		List<Throwable> failures = new ArrayList<>();
		template(TransactionDefinition.PROPAGATION_REQUIRED, true).executeWithoutResult((status) -> {
			assertThat(this.memory.get("n")).contains(fact);
			assertThat(this.memory.query(FactQuery.all())).containsExactly(fact);
			assertThat(log()).hasSize(1);
			List<Runnable> writes = List.of(() -> this.memory.commit(note("1")), () -> this.memory.delete("n"),
					() -> this.memory.rollback(1), () -> session("s").discard(),
					() -> this.memory.transaction((work) -> work.delete("n")));
			for (Runnable write : writes) {
				try {
					write.run();
				}
				catch (RuntimeException ex) {
					failures.add(ex);
				}
			}
		});
		assertThat(failures).hasSize(5)
			.allSatisfy((failure) -> assertThat(failure).isExactlyInstanceOf(IllegalStateException.class)
				.hasMessageContaining("read-only"));
		assertThat(everything()).containsExactly(fact);
		assertThat(log()).hasSize(1);
	}

	@Test
	void isNotPoisonedByACaughtConflict() {
		this.memory.commit(decision("yes").id("d"));
		session("s").commit(note("1").id("elsewhere"));
		inTransaction((status) -> {
			this.memory.commit(note("1").id("before"));
			assertThatThrownBy(() -> this.memory.commit(decision("no").id("d"))).isInstanceOf(ConflictException.class);
			assertThatThrownBy(() -> this.memory.commit(note("2").id("elsewhere")))
				.isInstanceOf(ConflictException.class);
			assertThatThrownBy(() -> this.memory.commit(note("2").id("before"), Change.anonymous().expecting(7)))
				.isInstanceOf(ConflictException.class);
			assertThatThrownBy(() -> this.memory.rollback(5)).isInstanceOf(ConflictException.class);
			insertRow("r");
			this.memory.commit(note("3").id("after"));
		});
		assertThat(hasRow("r")).isTrue();
		assertThat(ids(this.memory.query(FactQuery.all()))).containsExactly("d", "before", "after");
	}

	@Test
	void keepsASavepointOfTheCaller() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"));
			Object savepoint = savepoint(status);
			if (savepoint == null) {
				return;
			}
			insertRow("r");
			this.memory.commit(note("2").id("b"));
			this.memory.update("a", Patch.set("text", "9"));
			status.rollbackToSavepoint(savepoint);
			assertThat(ids(everything())).containsExactly("a");
			this.memory.commit(note("3").id("c"));
		});
		assertThat(hasRow("r")).isFalse();
		assertThat(this.memory.get("b")).isEmpty();
		assertThat(this.memory.get("a").orElseThrow().payload()).containsEntry("text", "1");
		assertThat(this.memory.history("b")).isEmpty();
		assertThat(this.memory.history("a")).hasSize(1);
	}

	@Test
	void undoesWhatIsLeftOfARunAfterASavepoint() {
		inTransaction((status) -> {
			Object savepoint = savepoint(status);
			this.memory.commit(note("1").id("a"));
			if (savepoint != null) {
				status.rollbackToSavepoint(savepoint);
			}
			this.memory.commit(note("2").id("b"));
		});
		this.memory.rollback(1);
		assertThat(everything()).isEmpty();
		assertRefused(ConflictException.class, () -> this.memory.rollback(1));
	}

	@Test
	void forgetsAnIdempotencyKeyThatWasRolledBack() {
		Change change = Change.anonymous().idempotencyKey("k");
		inTransaction((status) -> {
			this.memory.commit(note("1").id("a"), change);
			status.setRollbackOnly();
		});
		assertThat(this.memory.commit(note("2").id("b"), change).id()).isEqualTo("b");
		inTransaction((status) -> assertThat(this.memory.commit(note("2").id("b"), change).version()).isEqualTo(1));
		assertThat(log()).hasSize(1);
	}

	@Test
	void removesWhatHasExpired() {
		this.memory.commit(preference("editor", "vi").id("p").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		inTransaction((status) -> {
			assertThat(this.memory.commit(preference("editor", "ed")).id()).isNotEqualTo("p");
			this.memory.maintenance();
		});
		assertThat(this.memory.history("p")).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.EXPIRE);
	}

	@Test
	void writesBetweenTransactionsByItself() {
		inTransaction((status) -> this.memory.commit(note("1").id("a")));
		this.memory.commit(note("2").id("b"));
		inTransaction((status) -> {
			this.memory.commit(note("3").id("c"));
			status.setRollbackOnly();
		});
		this.memory.commit(note("4").id("d"));
		assertThat(ids(everything())).containsExactly("a", "b", "d");
	}

	@Test
	void servesSeveralNamespacesAndStores() {
		MemoryStore other = store((builder) -> builder.namespace(this.namespace + "-other"));
		inTransaction((status) -> {
			this.memory.commit(note("1").id("n"));
			other.commit(note("2").id("n"));
			status.setRollbackOnly();
		});
		assertThat(everything()).isEmpty();
		assertThat(other.count(FactQuery.all())).isZero();
		inTransaction((status) -> {
			this.memory.commit(note("1").id("n"));
			other.commit(note("2").id("n"));
		});
		assertThat(this.memory.get("n").orElseThrow().payload()).containsEntry("text", "1");
		assertThat(other.get("n").orElseThrow().payload()).containsEntry("text", "2");
	}

	@Test
	void writesAThousandFacts() {
		inTransaction((status) -> {
			for (int i = 0; i < 1000; i++) {
				this.memory.commit(Draft.of(NOTE, Map.of("v", i)));
			}
		});
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(1000);
		this.memory.rollback(1);
		assertThat(this.memory.count(FactQuery.all())).isZero();
	}

	@Test
	void losesNoPatchUnderConcurrency() {
		this.memory.commit(note("0").id("n"));
		AtomicInteger lost = new AtomicInteger();
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 10; i++) {
				int number = i;
				retrying(lost, () -> inTransaction((status) -> {
					insertRow("r-" + thread + "-" + number);
					this.memory.update("n", Patch.set("f-" + thread + "-" + number, number));
				}));
			}
		});
		assertThat(this.memory.get("n").orElseThrow().payload()).hasSize(41);
		assertThat(this.memory.history("n")).hasSize(41);
		for (int i = 0; i < 40; i++) {
			assertThat(hasRow("r-" + i / 10 + "-" + i % 10)).isTrue();
		}
	}

	@Test
	void keepsOneSingletonUnderConcurrency() {
		AtomicInteger lost = new AtomicInteger();
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 10; i++) {
				int number = i;
				retrying(lost, () -> inTransaction((status) -> this.memory
					.commit(Draft.of(PREFERENCE, Map.of("role", "editor", "value", thread * 100 + number)))));
			}
		});
		assertThat(everything()).hasSize(1);
		assertThat(everything().get(0).version()).isEqualTo(40);
		assertThat(log()).hasSize(40);
		assertThat(log().stream().map(LogEntry::step).collect(Collectors.toSet())).hasSize(40);
	}

	/**
	 * A lost race reaches the caller as a storage's failure with its cause, to try again.
	 */
	@Test
	void writesAfterTheCommitAreStepsOfTheirOwn() {
		inTransaction((status) -> {
			this.memory.commit(note("1").id("n"));
			afterCommit(() -> {
				assertThat(this.memory.get("n")).isPresent();
				this.memory.update("n", Patch.set("text", "2"));
				this.memory.commit(note("1").id("m"));
			});
		});
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(2);
		assertThat(this.memory.get("m")).isPresent();
		assertThat(log()).extracting(LogEntry::step).doesNotHaveDuplicates().hasSize(3);
	}

	@Test
	void firstWritesAfterTheCommitAreStepsOfTheirOwn() {
		inTransaction((status) -> {
			insertRow("r");
			afterCommit(() -> {
				this.memory.commit(note("1").id("n"));
				this.memory.commit(note("2").id("n"));
			});
		});
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(2);
		assertThat(log()).extracting(LogEntry::step).doesNotHaveDuplicates().hasSize(2);
	}

	@Test
	void takesPartInWhatIsBegunAfterTheCommit() {
		if (!hasSeveralWriters()) {
			return;
		}
		inTransaction((status) -> {
			insertRow("r");
			afterCommit(() -> {
				template(TransactionDefinition.PROPAGATION_REQUIRES_NEW, false).executeWithoutResult((inner) -> {
					this.memory.commit(note("1").id("lost"));
					inner.setRollbackOnly();
				});
				this.memory.commit(note("1").id("kept"));
			});
		});
		assertThat(this.memory.get("lost")).isEmpty();
		assertThat(this.memory.get("kept")).isPresent();
	}

	private static void afterCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				action.run();
			}

		});
	}

	private static void retrying(AtomicInteger lost, Runnable work) {
		for (int attempt = 0; attempt < 100; attempt++) {
			try {
				work.run();
				return;
			}
			catch (StorageException ex) {
				lost.incrementAndGet();
			}
		}
		throw new AssertionError("Lost 100 races in a row");
	}

	private static @Nullable Object savepoint(TransactionStatus status) {
		try {
			return status.createSavepoint();
		}
		catch (NestedTransactionNotSupportedException ex) {
			return null;
		}
	}

	private void inTransaction(Consumer<TransactionStatus> work) {
		template(TransactionDefinition.PROPAGATION_REQUIRED, false).executeWithoutResult(work);
	}

	private TransactionTemplate template(int propagation, boolean readOnly) {
		TransactionTemplate template = new TransactionTemplate(transactionManager());
		template.setPropagationBehavior(propagation);
		template.setReadOnly(readOnly);
		return template;
	}

	private void insertRow(String id) {
		this.rows.update("insert into kit_caller_row (id) values (?)", rowId(id));
	}

	private boolean hasRow(String id) {
		Integer count = this.rows.queryForObject("select count(*) from kit_caller_row where id = ?", Integer.class,
				rowId(id));
		return count != null && count == 1;
	}

	private String rowId(String id) {
		return this.namespace + "/" + id;
	}

	private String step(String factId) {
		return this.memory.history(factId).get(0).step();
	}

}
