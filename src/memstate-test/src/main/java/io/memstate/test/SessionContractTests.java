package io.memstate.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemorySession;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions: isolation, promote and discard.
 *
 * @since 0.1.0
 */
public abstract class SessionContractTests extends StorageContract {

	@Test
	void keepsItsFactsToItself() {
		Fact fact = session("a").commit(note("draft"));
		assertThat(fact.sessionId()).isEqualTo("a");
		assertThat(session("a").id()).isEqualTo("a");
		assertThat(session("a").get(fact.id())).contains(fact);
		assertThat(session("a").query(FactQuery.all())).containsExactly(fact);
		assertThat(this.memory.get(fact.id())).isEmpty();
		assertThat(this.memory.query(FactQuery.all())).isEmpty();
		assertThat(session("b").get(fact.id())).isEmpty();
		assertThat(session("b").query(FactQuery.all())).isEmpty();
	}

	@Test
	void doesNotReadLongTermMemoryOfItself() {
		Fact fact = this.memory.commit(note("n"));
		assertThat(session("a").get(fact.id())).isEmpty();
		assertThat(session("a").query(FactQuery.all())).isEmpty();
		assertThat(session("a").count(FactQuery.all())).isZero();
	}

	@Test
	void updatesAndDeletesItsFacts() {
		Fact fact = session("a").commit(note("n"));
		assertThat(session("a").update(fact.id(), Patch.set("more", 1)).sessionId()).isEqualTo("a");
		assertThat(session("a").delete(fact.id()).version()).isEqualTo(2);
		assertThat(everything()).isEmpty();
	}

	@Test
	void listsTheSessionsThatHoldFacts() {
		session("b").commit(note("1"));
		session("a").commit(note("2"));
		session("\uD83D\uDE00").commit(note("3"));
		session("\uFFFD").commit(note("4"));
		session("gone").commit(note("5"));
		session("gone").discard();
		session("moved").commit(note("6"));
		session("moved").promote();
		session("expired").commit(note("7").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		this.memory.namespace(this.namespace + "-other").session("other").commit(note("8"));
		try (var sessions = this.memory.sessions()) {
			assertThat(sessions).containsExactly("a", "b", "\uFFFD", "\uD83D\uDE00");
		}
	}

	@Test
	void promotesItsFacts() {
		Fact first = session("s").commit(note("1").source("chat").expiresIn(Duration.ofDays(1)));
		Fact second = session("s").commit(note("2"));
		this.clock.tick();
		List<Fact> promoted = session("s").promote(Change.by("ada").because("agreed"));
		assertThat(ids(promoted)).containsExactly(first.id(), second.id());
		assertThat(this.memory.query(FactQuery.all())).isEqualTo(promoted);
		assertThat(session("s").query(FactQuery.all())).isEmpty();
		Fact moved = promoted.get(0);
		assertThat(moved.sessionId()).isNull();
		assertThat(moved.payload()).isEqualTo(first.payload());
		assertThat(moved.source()).isEqualTo("chat");
		assertThat(moved.expiresAt()).isEqualTo(first.expiresAt());
		assertThat(moved.createdAt()).isEqualTo(first.createdAt());
		assertThat(moved.updatedAt()).isEqualTo(this.clock.instant());
		assertThat(moved.version()).isEqualTo(2);
	}

	@Test
	void logsAPromoteAsOneStepOfBothLayers() {
		Fact first = session("s").commit(note("1"));
		session("s").commit(note("2"));
		List<Fact> promoted = session("s").promote(Change.by("ada").because("agreed"));
		List<LogEntry> entries = this.memory.log(LogQuery.all().operation(Operation.PROMOTE));
		assertThat(entries).hasSize(2).extracting(LogEntry::step).containsOnly(lastEntry().step());
		assertThat(entries).extracting(LogEntry::actor).containsOnly("ada");
		assertThat(entries).extracting(LogEntry::reason).containsOnly("agreed");
		assertThat(entries).extracting(LogEntry::sessionId).containsOnly("s");
		LogEntry entry = this.memory.history(first.id()).get(1);
		assertThat(entry.before()).isEqualTo(first);
		assertThat(entry.after()).isEqualTo(promoted.get(0));
	}

	@Test
	void promotesOntoTheSameSingleton() {
		Fact longTerm = this.memory.commit(preference("editor", "vi").source("old").expiresIn(Duration.ofDays(1)));
		Fact working = session("s").commit(preference("editor", "emacs").source("new"));
		List<Fact> promoted = session("s").promote();
		assertThat(promoted).hasSize(1);
		Fact fact = promoted.get(0);
		assertThat(fact.id()).isEqualTo(longTerm.id());
		assertThat(fact.payload()).containsEntry("value", "emacs");
		assertThat(fact.source()).isEqualTo("new");
		assertThat(fact.expiresAt()).isNull();
		assertThat(fact.version()).isEqualTo(2);
		assertThat(fact.createdAt()).isEqualTo(longTerm.createdAt());
		assertThat(everything()).containsExactly(fact);
		assertThat(session("s").get(working.id())).isEmpty();
	}

	@Test
	void logsWhatAPromoteDidToBothFacts() {
		Fact longTerm = this.memory.commit(preference("editor", "vi"));
		Fact working = session("s").commit(preference("editor", "emacs"));
		Fact promoted = session("s").promote().get(0);
		LogEntry kept = this.memory.history(longTerm.id()).get(1);
		assertThat(kept.before()).isEqualTo(longTerm);
		assertThat(kept.after()).isEqualTo(promoted);
		LogEntry gone = this.memory.history(working.id()).get(1);
		assertThat(gone.before()).isEqualTo(working);
		assertThat(gone.after()).isNull();
		assertThat(gone.step()).isEqualTo(kept.step());
	}

	@Test
	void promotesASingletonThatLongTermMemoryDoesNotHold() {
		Fact working = session("s").commit(preference("editor", "emacs"));
		session("s").promote();
		assertThat(this.memory.get(working.id())).isPresent();
		assertThat(this.memory.commit(preference("editor", "vi")).id()).isEqualTo(working.id());
		assertThat(session("s").commit(preference("editor", "ed")).id()).isNotEqualTo(working.id());
	}

	@Test
	void leavesEphemeralFactsBehind() {
		Fact scratch = session("s").commit(note("scratch").ephemeral());
		Fact kept = session("s").commit(note("kept"));
		assertThat(ids(session("s").promote())).containsExactly(kept.id());
		assertThat(session("s").get(scratch.id())).contains(scratch);
	}

	@Test
	void leavesExpiredFactsBehind() {
		session("s").commit(note("late").expiresIn(Duration.ofMinutes(1)));
		Fact kept = session("s").commit(note("kept"));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(ids(session("s").promote())).containsExactly(kept.id());
		assertThat(ids(everything())).containsExactly(kept.id());
	}

	@Test
	void promotesOntoAnExpiredSingletonAsIfItWereAbsent() {
		Fact expired = this.memory.commit(preference("editor", "vi").expiresIn(Duration.ofMinutes(1)));
		Fact working = session("s").commit(preference("editor", "emacs"));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(ids(session("s").promote())).containsExactly(working.id());
		assertThat(this.memory.history(expired.id())).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.EXPIRE);
	}

	@Test
	void promotesWhatIsSelected() {
		Fact kept = session("s").commit(note("keep"));
		Fact left = session("s").commit(note("leave"));
		List<Fact> promoted = session("s").promote((fact) -> "keep".equals(fact.payload().get("text")),
				Change.by("ada"));
		assertThat(ids(promoted)).containsExactly(kept.id());
		assertThat(session("s").query(FactQuery.all())).containsExactly(left);
	}

	@Test
	void neverOffersEphemeralFactsToTheSelector() {
		session("s").commit(note("scratch").ephemeral());
		assertThat(session("s").promote((fact) -> true, Change.anonymous())).isEmpty();
		assertThat(session("s").count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void promotesNothingOfNothing() {
		this.memory.commit(note("before").id("n"));
		assertThat(session("empty").promote()).isEmpty();
		assertThat(session("empty").discard()).isZero();
		assertThat(log()).hasSize(1);
	}

	@Test
	void promotesAllOrNothing() {
		this.memory.commit(note("n"));
		session("s").commit(note("1"));
		assertRefused(IllegalStateException.class, () -> session("s").promote((fact) -> {
			throw new IllegalStateException("no");
		}, Change.anonymous()), "no");
	}

	@Test
	void discardsItsFacts() {
		Fact first = session("s").commit(note("1"));
		session("s").commit(note("2").ephemeral());
		session("s").commit(preference("editor", "vi"));
		Fact other = session("t").commit(note("3"));
		Fact longTerm = this.memory.commit(note("4"));
		assertThat(session("s").discard(Change.by("ada").because("done"))).isEqualTo(3);
		assertThat(everything()).containsExactlyInAnyOrder(other, longTerm);
		List<LogEntry> entries = this.memory.log(LogQuery.all().operation(Operation.DISCARD));
		assertThat(entries).hasSize(3).extracting(LogEntry::step).containsOnly(lastEntry().step());
		assertThat(entries).extracting(LogEntry::actor).containsOnly("ada");
		assertThat(entries).extracting(LogEntry::sessionId).containsOnly("s");
		assertThat(entries).extracting(LogEntry::after).containsOnlyNulls();
		assertThat(this.memory.history(first.id()).get(1).before()).isEqualTo(first);
	}

	@Test
	void doesNotCountExpiredFactsAsDiscarded() {
		session("s").commit(note("late").expiresIn(Duration.ofMinutes(1)));
		session("s").commit(note("kept"));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(session("s").discard()).isEqualTo(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void undoesADiscardWhole() {
		Fact first = session("s").commit(note("1"));
		Fact second = session("s").commit(preference("editor", "vi"));
		session("s").discard();
		session("s").rollback(1);
		assertThat(ids(session("s").query(FactQuery.all()))).containsExactly(first.id(), second.id());
	}

	@Test
	void mayBeUsedAgainAfterADiscard() {
		session("s").commit(note("1"));
		session("s").discard();
		session("s").commit(note("2"));
		assertThat(texts(session("s").query(FactQuery.all()))).containsExactly("2");
	}

	@Test
	void logsItsOwnEntries() {
		this.memory.commit(note("long term"));
		session("t").commit(note("other"));
		Fact fact = session("s").commit(note("1"));
		session("s").update(fact.id(), Patch.set("more", 1));
		session("s").promote();
		assertThat(session("s").log()).extracting(LogEntry::operation)
			.containsExactly(Operation.PROMOTE, Operation.UPDATE, Operation.COMMIT);
		assertThat(this.memory.log(LogQuery.all().session("s"))).isEqualTo(session("s").log());
		assertThat(log()).hasSize(5);
	}

	@Test
	void commitsSeveralFactsInOneStep() {
		MemorySession session = session("s");
		session.commitAll(List.of(note("1"), note("2")), Change.anonymous());
		session.rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void isTheSameFromEveryStore() {
		Fact fact = session("s").commit(Draft.of(NOTE, Map.of("a", 1)));
		assertThat(store((builder) -> builder).session("s").get(fact.id())).contains(fact);
	}

	@Test
	void movesAPromotedFactOnFromItsLastVersion() {
		Fact fact = session("s").commit(note("1").id("n"));
		session("s").promote();
		Fact updated = this.memory.update("n", Patch.set("text", "2"));
		assertThat(updated.version()).isEqualTo(3);
		assertThat(updated.createdAt()).isEqualTo(fact.createdAt());
	}

}
