package io.memstate.test;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rollback and redo.
 *
 * @since 0.1.0
 */
public abstract class RollbackContractTests extends StorageContract {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Test
	void undoesACommit() {
		this.memory.commit(note("1").id("n"));
		this.memory.rollback(1);
		assertThat(this.memory.get("n")).isEmpty();
		assertThat(everything()).isEmpty();
	}

	@Test
	void undoesAReplacement() {
		Fact first = this.memory.commit(note("1").id("n").source("book").expiresIn(Duration.ofDays(1)));
		this.memory.commit(note("2").id("n").source("chat"));
		this.clock.tick();
		this.memory.rollback(1);
		Fact restored = this.memory.get("n").orElseThrow();
		assertThat(restored.payload()).isEqualTo(first.payload());
		assertThat(restored.source()).isEqualTo("book");
		assertThat(restored.expiresAt()).isEqualTo(first.expiresAt());
		assertThat(restored.createdAt()).isEqualTo(first.createdAt());
		assertThat(restored.updatedAt()).isEqualTo(this.clock.instant());
		assertThat(restored.version()).isEqualTo(3);
	}

	@Test
	void undoesAnUpdate() {
		Fact first = this.memory.commit(note("1").id("n"));
		this.memory.update("n", Patch.set("text", "2"));
		this.memory.rollback(1);
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(first.payload());
	}

	@Test
	void undoesADelete() {
		Fact first = this.memory.commit(note("1").id("n").source("book"));
		this.memory.delete("n");
		this.memory.rollback(1);
		Fact restored = this.memory.get("n").orElseThrow();
		assertThat(restored.payload()).isEqualTo(first.payload());
		assertThat(restored.source()).isEqualTo("book");
		assertThat(restored.createdAt()).isEqualTo(first.createdAt());
		assertThat(restored.version()).isEqualTo(3);
	}

	@Test
	void undoesTheNewestStepsFirst() {
		this.memory.commit(note("1").id("a"));
		this.memory.commit(note("1").id("b"));
		this.memory.commit(note("2").id("a"));
		List<LogEntry> entries = this.memory.rollback(2);
		assertThat(entries).extracting(LogEntry::factId).containsExactly("a", "b");
		assertThat(everything()).hasSize(1);
		assertThat(this.memory.get("a").orElseThrow().payload()).containsEntry("text", "1");
	}

	@Test
	void goesOnWhereTheLastRollbackStopped() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n"));
		this.memory.commit(note("3").id("n"));
		this.memory.rollback(1);
		assertThat(text("n")).isEqualTo("2");
		this.memory.rollback(1);
		assertThat(text("n")).isEqualTo("1");
		this.memory.rollback(1);
		assertThat(this.memory.get("n")).isEmpty();
		assertRefused(ConflictException.class, () -> this.memory.rollback(1));
	}

	@Test
	void writesOneStepWithOneEntryAndOneVersionForEachEntryUndone() {
		Fact first = this.memory.commit(note("1").id("n"));
		Fact second = this.memory.commit(note("2").id("n"));
		List<LogEntry> undone = this.memory.history("n");
		List<LogEntry> entries = this.memory.rollback(2, Change.by("ada").because("wrong"));
		assertThat(entries).hasSize(2).extracting(LogEntry::operation).containsOnly(Operation.ROLLBACK);
		assertThat(entries).extracting(LogEntry::step).containsOnly(entries.get(0).step());
		assertThat(entries).extracting(LogEntry::actor).containsOnly("ada");
		assertThat(entries).extracting(LogEntry::reason).containsOnly("wrong");
		assertThat(entries).extracting(LogEntry::reverts).containsExactly(undone.get(1).step(), undone.get(0).step());
		assertThat(entries.get(0).before()).isEqualTo(second);
		assertThat(entries.get(0).after().payload()).isEqualTo(first.payload());
		assertThat(entries.get(1).before()).isEqualTo(entries.get(0).after());
		assertThat(entries.get(1).after()).isNull();
		assertThat(this.memory.history("n").subList(2, 4)).isEqualTo(entries);
		assertThat(this.memory.commit(note("3").id("n")).version()).isEqualTo(5);
	}

	@Test
	void deletesNothingFromTheLog() {
		this.memory.commit(note("1").id("n"));
		List<LogEntry> before = log();
		this.memory.rollback(1);
		assertThat(log()).hasSize(2).endsWith(before.get(0));
	}

	@Test
	void undoesAStepOfSeveralFactsWhole() {
		this.memory.commit(note("0").id("a"));
		this.memory.transaction((work) -> {
			work.update("a", Patch.set("text", "1"));
			work.commit(note("1").id("b"));
			work.update("a", Patch.set("text", "2"));
			return work.delete("b");
		});
		this.memory.rollback(1);
		assertThat(text("a")).isEqualTo("0");
		assertThat(everything()).hasSize(1);
		this.memory.redo(1);
		assertThat(text("a")).isEqualTo("2");
		assertThat(everything()).hasSize(1);
	}

	@Test
	void refusesMoreThanThereIsAndUndoesNothing() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n"));
		assertRefused(ConflictException.class, () -> this.memory.rollback(3), "3", "2");
		assertRefused(ConflictException.class, () -> this.memory.rollback(Integer.MAX_VALUE));
		assertRefused(ConflictException.class, () -> session("s").rollback(1));
		assertRefused(ConflictException.class, () -> this.memory.redo(1));
	}

	@Test
	void undoesOnlyStepsOfItsLayer() {
		this.memory.commit(note("1").id("a"));
		session("s").commit(note("1").id("b"));
		session("t").commit(note("1").id("c"));
		this.memory.rollback(1);
		assertThat(ids(everything())).containsExactly("b", "c");
		session("s").rollback(1);
		assertThat(ids(everything())).containsExactly("c");
		assertRefused(ConflictException.class, () -> session("s").rollback(1));
		session("s").redo(1);
		assertThat(ids(everything())).containsExactlyInAnyOrder("b", "c");
	}

	@Test
	void undoesOnlyStepsOfItsNamespace() {
		MemoryStore other = this.memory.namespace(this.namespace + "-other");
		other.commit(note("1"));
		assertRefused(ConflictException.class, () -> this.memory.rollback(1));
		assertThat(other.count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void redoesWhatWasUndone() {
		this.memory.commit(note("1").id("n"));
		Fact second = this.memory.commit(note("2").id("n").source("book"));
		this.memory.rollback(2);
		assertThat(this.memory.redo(1)).hasSize(1);
		assertThat(text("n")).isEqualTo("1");
		List<LogEntry> entries = this.memory.redo(1, Change.by("ada").because("right after all"));
		Fact redone = this.memory.get("n").orElseThrow();
		assertThat(redone.payload()).isEqualTo(second.payload());
		assertThat(redone.source()).isEqualTo("book");
		assertThat(redone.createdAt()).isEqualTo(second.createdAt());
		assertThat(redone.version()).isEqualTo(6);
		assertThat(entries).hasSize(1);
		assertThat(entries.get(0).operation()).isEqualTo(Operation.REDO);
		assertThat(entries.get(0).reverts()).isEqualTo(this.memory.history("n").get(1).step());
		assertThat(entries.get(0).after()).isEqualTo(redone);
		assertThat(entries.get(0).actor()).isEqualTo("ada");
		assertThat(lastEntry()).isEqualTo(entries.get(0));
		assertRefused(ConflictException.class, () -> this.memory.redo(1));
	}

	@Test
	void redoesSeveralStepsAsOne() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n"));
		this.memory.delete("n");
		this.memory.rollback(3);
		List<LogEntry> entries = this.memory.redo(2);
		assertThat(entries).hasSize(2).extracting(LogEntry::step).containsOnly(entries.get(0).step());
		assertThat(text("n")).isEqualTo("2");
		this.memory.redo(1);
		assertThat(this.memory.get("n")).isEmpty();
	}

	@Test
	void refusesToRedoMoreThanThereIsAndRedoesNothing() {
		this.memory.commit(note("1").id("n"));
		this.memory.rollback(1);
		assertRefused(ConflictException.class, () -> this.memory.redo(2), "2", "1");
	}

	@Test
	void undoesAndRedoesAsOftenAsAsked() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n"));
		for (int i = 0; i < 3; i++) {
			this.memory.rollback(1);
			assertThat(text("n")).isEqualTo("1");
			this.memory.rollback(1);
			assertThat(this.memory.get("n")).isEmpty();
			this.memory.redo(1);
			assertThat(text("n")).isEqualTo("1");
			this.memory.redo(1);
			assertThat(text("n")).isEqualTo("2");
		}
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(14);
	}

	@Test
	void redoesUntilSomethingNewIsCommitted() {
		this.memory.commit(note("1").id("n"));
		this.memory.rollback(1);
		this.memory.commit(note("2").id("other"));
		assertRefused(ConflictException.class, () -> this.memory.redo(1));
	}

	@Test
	void neverRedoesWhatWasLeftBehind() {
		this.memory.commit(note("1").id("a"));
		this.memory.rollback(1);
		this.memory.commit(note("2").id("b"));
		this.memory.rollback(1);
		assertRefused(ConflictException.class, () -> this.memory.redo(2));
		this.memory.redo(1);
		assertThat(ids(everything())).containsExactly("b");
	}

	@Test
	void mayRedoWhateverIsCommittedInAnotherLayer() {
		this.memory.commit(note("1").id("n"));
		this.memory.rollback(1);
		session("s").commit(note("2"));
		this.memory.redo(1);
		assertThat(this.memory.get("n")).isPresent();
	}

	@Test
	void undoesAPromoteFromTheSession() {
		Fact fact = session("s").commit(note("1").source("chat"));
		session("s").promote();
		session("s").rollback(1);
		assertPutBack(fact);
		session("s").rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void undoesAPromoteFromLongTermMemory() {
		Fact fact = session("s").commit(note("1").source("chat"));
		session("s").promote();
		this.memory.rollback(1);
		assertPutBack(fact);
		assertRefused(ConflictException.class, () -> this.memory.rollback(1));
	}

	@Test
	void redoesAPromoteFromEitherLayer() {
		Fact fact = session("s").commit(note("1"));
		session("s").promote();
		session("s").rollback(1);
		this.memory.redo(1);
		assertThat(this.memory.get(fact.id())).isPresent();
		assertThat(session("s").count(FactQuery.all())).isZero();
		this.memory.rollback(1);
		session("s").redo(1);
		assertThat(this.memory.get(fact.id())).isPresent();
	}

	@Test
	void undoesAPromoteOntoASingleton() {
		Fact longTerm = this.memory.commit(preference("editor", "vi").source("old"));
		Fact working = session("s").commit(preference("editor", "emacs").source("new"));
		session("s").promote();
		this.memory.rollback(1);
		Fact restored = this.memory.get(longTerm.id()).orElseThrow();
		assertThat(restored.payload()).isEqualTo(longTerm.payload());
		assertThat(restored.source()).isEqualTo("old");
		assertPutBack(working);
		session("s").redo(1);
		assertThat(this.memory.get(longTerm.id()).orElseThrow().payload()).isEqualTo(working.payload());
		assertThat(session("s").count(FactQuery.all())).isZero();
	}

	@Test
	void refusesToRedoAPromoteOnceSomethingNewIsInEitherLayer() {
		session("s").commit(note("1"));
		session("s").promote();
		session("s").rollback(1);
		this.memory.commit(note("2"));
		assertRefused(ConflictException.class, () -> session("s").redo(1));
		assertRefused(ConflictException.class, () -> this.memory.redo(1));
	}

	@Test
	void refusesToUndoAPromoteOfAFactThatWasChangedSince() {
		session("s").commit(note("1").id("n"));
		session("s").promote();
		this.memory.update("n", Patch.set("text", "2"));
		assertRefused(ConflictException.class, () -> session("s").rollback(1), "n");
	}

	@Test
	void undoesByForceWhatWasChangedSince() {
		session("s").commit(note("1").id("n"));
		session("s").promote();
		this.memory.update("n", Patch.set("text", "2"));
		List<LogEntry> entries = session("s").rollback(1, Change.by("ada").force());
		assertThat(session("s").get("n").orElseThrow().payload()).containsEntry("text", "1");
		assertThat(this.memory.get("n")).isEmpty();
		assertThat(entries).hasSize(1);
		assertThat(entries.get(0).before().payload()).containsEntry("text", "2");
		assertRefused(ConflictException.class, () -> this.memory.rollback(1), "n");
	}

	@Test
	void undoesAPromoteOnceTheLaterChangeIsUndone() {
		session("s").commit(note("1").id("n"));
		session("s").promote();
		this.memory.update("n", Patch.set("text", "2"));
		this.memory.rollback(1);
		session("s").rollback(1);
		assertThat(session("s").get("n").orElseThrow().payload()).containsEntry("text", "1");
	}

	@Test
	void takesADeletionSinceForAChange() {
		session("s").commit(note("1").id("n"));
		session("s").promote();
		this.memory.delete("n");
		assertRefused(ConflictException.class, () -> session("s").rollback(1), "n");
		session("s").rollback(1, Change.anonymous().force());
		assertThat(session("s").get("n")).isPresent();
	}

	@Test
	void changesNothingWhenOneOfManyStepsConflicts() {
		session("s").commit(note("1").id("n"));
		session("s").promote();
		session("s").commit(note("1").id("m"));
		this.memory.update("n", Patch.set("text", "2"));
		assertRefused(ConflictException.class, () -> session("s").rollback(2), "n");
		session("s").rollback(1);
		assertThat(session("s").get("m")).isEmpty();
	}

	@Test
	void holdsConstraintsEvenByForce() {
		Fact moved = session("s").commit(preference("editor", "vi"));
		session("s").promote();
		Fact holder = session("s").commit(preference("editor", "emacs"));
		assertRefused(ConflictException.class, () -> this.memory.rollback(1), holder.id());
		assertRefused(ConflictException.class, () -> this.memory.rollback(1, Change.anonymous().force()), holder.id());
		session("s").delete(holder.id());
		this.memory.rollback(1);
		assertThat(session("s").get(moved.id())).isPresent();
	}

	@Test
	void changesNoImmutableFactEvenByForce() {
		session("s").commit(decision("yes").id("d"));
		session("s").rollback(1);
		this.memory.commit(decision("no").id("d"));
		Change force = Change.anonymous().force();
		assertRefused(ConflictException.class, () -> session("s").redo(1), "d");
		assertRefused(ConflictException.class, () -> session("s").redo(1, force), "d");
		this.memory.rollback(1);
		session("s").redo(1);
		assertThat(session("s").get("d").orElseThrow().payload()).containsEntry("text", "yes");
	}

	@Test
	void removesNoImmutableFactOfAnotherStepEvenByForce() {
		session("s").commit(decision("yes").id("d").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.commit(decision("no").id("d"));
		assertRefused(ConflictException.class, () -> session("s").rollback(1), "d");
		assertRefused(ConflictException.class, () -> session("s").rollback(1, Change.anonymous().force()), "d");
	}

	@Test
	void undoesADiscard() {
		Fact fact = session("s").commit(note("1").ephemeral());
		session("s").discard();
		session("s").rollback(1);
		assertThat(session("s").get(fact.id()).orElseThrow().ephemeral()).isTrue();
		session("s").redo(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void takesExpiryForNoChange() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		assertThat(this.memory.get("n")).isEmpty();
		this.memory.rollback(1);
		assertThat(text("n")).isEqualTo("1");
		assertThat(this.memory.get("n").orElseThrow().expiresAt()).isNull();
	}

	@Test
	void undoesAChangeOfAFactThatHasExpiredUnnoticed() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.rollback(1);
		assertThat(text("n")).isEqualTo("1");
	}

	@Test
	void doesNotCountExpiryAsAStep() {
		this.memory.commit(note("1").id("stays"));
		this.memory.commit(note("2").id("goes").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		this.memory.rollback(2);
		assertThat(everything()).isEmpty();
		assertRefused(ConflictException.class, () -> this.memory.rollback(1));
	}

	@Test
	void doesNotRestoreWhatHasExpired() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.memory.delete("n");
		this.clock.advance(MINUTE);
		List<LogEntry> entries = this.memory.rollback(1);
		assertThat(entries).hasSize(1);
		assertThat(entries.get(0).after()).isNull();
		assertThat(this.memory.get("n")).isEmpty();
		this.memory.rollback(1);
		assertThat(this.memory.commit(note("2").id("n")).version()).isGreaterThan(3);
	}

	@Test
	void doesNotRedoWhatHasExpired() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.memory.rollback(1);
		this.clock.advance(MINUTE);
		this.memory.redo(1);
		assertThat(this.memory.get("n")).isEmpty();
		assertThat(everything()).isEmpty();
	}

	@Test
	void undoesAMoveToAnotherKey() {
		this.memory.commit(preference("editor", "vi").id("p"));
		this.memory.update("p", Patch.set("role", "shell"));
		this.memory.rollback(1);
		assertThat(this.memory.commit(preference("editor", "ed")).id()).isEqualTo("p");
		assertThat(this.memory.commit(preference("shell", "sh")).id()).isNotEqualTo("p");
	}

	@Test
	void countsATransactionAsOneStep() {
		this.memory.commit(note("1").id("a"));
		this.memory.transaction((work) -> {
			work.commit(note("2").id("b"));
			return work.commit(note("3").id("c"));
		});
		this.memory.rollback(1);
		assertThat(ids(everything())).containsExactly("a");
	}

	@Test
	void isIdempotentWithAKey() {
		this.memory.commit(note("1").id("a"));
		this.memory.commit(note("2").id("b"));
		Change change = Change.anonymous().idempotencyKey("undo once");
		List<LogEntry> entries = this.memory.rollback(1, change);
		assertThat(this.memory.rollback(1, change)).isEqualTo(entries);
		assertThat(ids(everything())).containsExactly("a");
	}

	@Test
	void showsUndoneStepsInTheLog() {
		this.memory.commit(note("1").id("a"));
		this.memory.rollback(1);
		this.memory.redo(1);
		assertThat(this.memory.log(LogQuery.all().operation(Operation.ROLLBACK))).hasSize(1);
		assertThat(this.memory.log(LogQuery.all().operation(Operation.REDO))).hasSize(1);
		assertThat(this.memory.history("a")).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.ROLLBACK, Operation.REDO);
	}

	@Test
	void doesNotUndoTheStepsOfARecreatedFactTwice() {
		this.memory.commit(note("1").id("n"));
		this.memory.delete("n");
		this.memory.commit(note("2").id("n"));
		this.memory.rollback(1);
		assertThat(this.memory.get("n")).isEmpty();
		this.memory.rollback(1);
		assertThat(text("n")).isEqualTo("1");
		this.memory.rollback(1);
		assertThat(this.memory.get("n")).isEmpty();
		this.memory.redo(3);
		assertThat(text("n")).isEqualTo("2");
	}

	private void assertPutBack(Fact fact) {
		Fact restored = session("s").get(fact.id()).orElseThrow();
		assertThat(restored.payload()).isEqualTo(fact.payload());
		assertThat(restored.source()).isEqualTo(fact.source());
		assertThat(restored.sessionId()).isEqualTo("s");
		assertThat(restored.version()).isEqualTo(fact.version() + 2);
		assertThat(this.memory.get(fact.id())).isEmpty();
	}

	private Object text(String id) {
		return this.memory.get(id).orElseThrow().payload().get("text");
	}

}
