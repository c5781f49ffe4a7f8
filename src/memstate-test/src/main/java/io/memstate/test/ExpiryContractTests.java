package io.memstate.test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Expiry, by a clock that the test moves.
 *
 * @since 0.1.0
 */
public abstract class ExpiryContractTests extends StorageContract {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Test
	void neverReturnsAFactFromTheMomentItExpires() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE.minusNanos(1000));
		assertThat(this.memory.get("n")).isPresent();
		assertThat(this.memory.query(FactQuery.all())).hasSize(1);
		this.clock.tick();
		assertThat(this.memory.get("n")).isEmpty();
		assertThat(everything()).isEmpty();
		assertThat(this.memory.count(FactQuery.all())).isZero();
	}

	@Test
	void countsADurationFromTheCommit() {
		Draft draft = note("1").expiresIn(MINUTE);
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.memory.commit(draft).expiresAt()).isEqualTo(this.clock.instant().plus(MINUTE));
	}

	@Test
	void stopsBeingSeenThroughEveryStore() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		assertThat(store(UnaryOperator.identity()).get("n")).isEmpty();
	}

	@Test
	void countsAsAbsentForUpdateAndDelete() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		assertThatNotFound(() -> this.memory.update("n", Patch.set("text", "2")));
		assertThatNotFound(() -> this.memory.delete("n"));
	}

	@Test
	void isRemovedByTheCommitThatMeetsIt() {
		Fact expired = this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		Fact fact = this.memory.commit(note("2").id("n"), Change.by("ada").because("again"));
		assertThat(fact.version()).isEqualTo(3);
		assertThat(fact.createdAt()).isEqualTo(this.clock.instant());
		List<LogEntry> history = this.memory.history("n");
		assertThat(history).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.EXPIRE, Operation.COMMIT);
		assertThat(history.get(1).before()).isEqualTo(expired);
		assertThat(history.get(1).after()).isNull();
		assertThat(history.get(2).before()).isNull();
		assertThat(history.get(1).step()).isNotEqualTo(history.get(2).step());
	}

	@Test
	void leavesOnlyTheCommitToRollBack() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.commit(note("2").id("n"));
		this.memory.rollback(1);
		assertThat(this.memory.get("n")).isEmpty();
		this.memory.rollback(1);
		assertThat(this.memory.get("n")).isEmpty();
	}

	@Test
	void givesANewIdToASingleton() {
		Fact expired = this.memory.commit(preference("editor", "vi").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		Fact fact = this.memory.commit(preference("editor", "ed"));
		assertThat(fact.id()).isNotEqualTo(expired.id());
		assertThat(fact.version()).isEqualTo(1);
		assertThat(this.memory.history(expired.id())).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.EXPIRE);
	}

	@Test
	void freesTheKeyForAPatch() {
		this.memory.commit(preference("editor", "vi").expiresIn(MINUTE));
		Fact shell = this.memory.commit(preference("shell", "sh"));
		this.clock.advance(MINUTE);
		assertThat(this.memory.update(shell.id(), Patch.set("role", "editor")).version()).isEqualTo(2);
	}

	@Test
	void freesTheIdForAnotherLayerAndType() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		assertThat(session("s").commit(decision("2").id("n")).version()).isEqualTo(3);
	}

	@Test
	void isNoObstacleToAnExpectedAbsence() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		assertThat(this.memory.commit(note("2").id("n"), Change.anonymous().expecting(0)).version()).isEqualTo(3);
	}

	@Test
	void isExtendedByACommitInTime() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.memory.commit(note("2").id("n").expiresIn(MINUTE.multipliedBy(2)));
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		assertThat(this.memory.get("n")).isPresent();
		this.memory.commit(note("3").id("n"));
		this.clock.advance(Duration.ofDays(1));
		this.memory.maintenance();
		assertThat(this.memory.get("n")).isPresent();
	}

	@Test
	void isCarriedOutByMaintenance() {
		Fact expired = this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.memory.commit(note("2").id("m").expiresIn(MINUTE.multipliedBy(2)));
		this.memory.commit(note("3").id("stays"));
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		List<LogEntry> entries = this.memory.log(LogQuery.all().operation(Operation.EXPIRE));
		assertThat(entries).hasSize(1);
		assertThat(entries.get(0).factId()).isEqualTo("n");
		assertThat(entries.get(0).before()).isEqualTo(expired);
		assertThat(entries.get(0).after()).isNull();
		assertThat(ids(everything())).containsExactly("m", "stays");
	}

	@Test
	void isCarriedOutInEveryNamespaceAndLayer() {
		MemoryStore other = this.memory.namespace(this.namespace + "-other");
		other.commit(note("1").id("n").expiresIn(MINUTE));
		session("s").commit(note("2").id("m").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		assertThat(other.history("n")).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.EXPIRE);
		assertThat(session("s").log()).extracting(LogEntry::operation)
			.containsExactly(Operation.EXPIRE, Operation.COMMIT);
	}

	@Test
	void isCarriedOutOnce() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		this.memory.maintenance();
		store(UnaryOperator.identity()).maintenance();
		assertThat(log()).hasSize(2);
	}

	@Test
	void isCarriedOutForManyFacts() {
		List<Draft> drafts = IntStream.range(0, 1200)
			.mapToObj((i) -> Draft.of(NOTE, Map.of("v", i)).expiresIn(MINUTE))
			.toList();
		this.memory.commitAll(drafts, Change.anonymous());
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		assertThat(this.memory.log(LogQuery.all().operation(Operation.EXPIRE))).hasSize(1200);
	}

	@Test
	void isCarriedOutHoweverFewFactsAStepMayChange() {
		MemoryStore small = store((builder) -> builder.maxStepSize(2));
		for (int i = 0; i < 5; i++) {
			small.commit(note("" + i).expiresIn(MINUTE));
		}
		this.clock.advance(MINUTE.multipliedBy(2));
		small.maintenance();
		assertThat(this.memory.log(LogQuery.all().operation(Operation.EXPIRE))).hasSize(5);
	}

	@Test
	void endsWithTheFactThatIsDeleted() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.memory.delete("n");
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		assertThat(log()).hasSize(2);
	}

	@Test
	void mayLieInThePast() {
		Instant past = this.clock.instant().minusSeconds(1);
		Fact fact = this.memory.commit(note("1").id("n").expiresAt(past));
		assertThat(fact.expiresAt()).isEqualTo(past);
		assertThat(this.memory.get("n")).isEmpty();
	}

	@Test
	void isMovedWithAPromote() {
		session("s").commit(note("1").id("n").expiresIn(MINUTE));
		session("s").promote();
		this.clock.advance(MINUTE);
		assertThat(this.memory.get("n")).isEmpty();
		this.memory.maintenance();
		assertThat(this.memory.history("n")).hasSize(3);
	}

	@Test
	void isRestoredByARollback() {
		this.memory.commit(note("1").id("n").expiresIn(MINUTE));
		this.memory.commit(note("2").id("n"));
		this.memory.rollback(1);
		this.clock.advance(MINUTE);
		this.memory.maintenance();
		assertThat(this.memory.get("n")).isEmpty();
		assertThat(lastEntry().operation()).isEqualTo(Operation.EXPIRE);
	}

	private void assertThatNotFound(ThrowingCallable call) {
		assertThatThrownBy(call).isExactlyInstanceOf(FactNotFoundException.class).hasMessageContaining("n");
		assertThat(everything()).isEmpty();
	}

}
