package io.memstate.test;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Idempotency keys: the same call again answers as the first one did.
 *
 * @since 0.1.0
 */
public abstract class IdempotencyContractTests extends StorageContract {

	private static final Change KEY = Change.by("ada").idempotencyKey("k");

	@Test
	void answersARepeatedCommitWithTheFirstResult() {
		Draft draft = note("1");
		Fact fact = this.memory.commit(draft, KEY);
		this.clock.tick();
		assertThat(this.memory.commit(draft, KEY)).isEqualTo(fact);
		assertThat(log()).hasSize(1);
	}

	@Test
	void answersWithTheFirstResultWhateverCameSince() {
		Draft draft = note("1").id("n");
		Fact fact = this.memory.commit(draft, KEY);
		this.memory.update("n", Patch.set("text", "2"));
		assertThat(this.memory.commit(draft, KEY)).isEqualTo(fact);
		this.memory.delete("n");
		assertThat(this.memory.commit(draft, KEY)).isEqualTo(fact);
		assertThat(this.memory.get("n")).isEmpty();
	}

	@Test
	void answersWithTheFirstResultAlsoIfItWasUndone() {
		Draft draft = note("1").id("n");
		Fact fact = this.memory.commit(draft, KEY);
		this.memory.rollback(1);
		assertThat(this.memory.commit(draft, KEY)).isEqualTo(fact);
		assertThat(this.memory.get("n")).isEmpty();
	}

	@Test
	void answersARepeatedUpdateWithTheFirstResult() {
		this.memory.commit(note("1").id("n"));
		Fact fact = this.memory.update("n", Patch.set("text", "2"), KEY);
		this.memory.update("n", Patch.set("text", "3"));
		assertThat(this.memory.update("n", Patch.set("text", "2"), KEY)).isEqualTo(fact);
		assertThat(this.memory.get("n").orElseThrow().payload()).containsEntry("text", "3");
	}

	@Test
	void answersARepeatedDeleteWithTheFirstResult() {
		Fact fact = this.memory.commit(note("1").id("n"));
		assertThat(this.memory.delete("n", KEY)).isEqualTo(fact);
		assertThat(this.memory.delete("n", KEY)).isEqualTo(fact);
		assertThat(log()).hasSize(2);
	}

	@Test
	void answersARepeatedCommitOfManyWithTheFirstResult() {
		List<Draft> drafts = List.of(note("b").id("b"), note("a").id("a"), preference("editor", 1));
		List<Fact> facts = this.memory.commitAll(drafts, KEY);
		this.memory.delete("a");
		assertThat(this.memory.commitAll(drafts, KEY)).isEqualTo(facts);
		assertThat(log()).hasSize(4);
	}

	@Test
	void answersARepeatedPromoteWithTheFirstResult() {
		this.memory.commit(preference("editor", "vi"));
		session("s").commit(note("1"));
		session("s").commit(preference("editor", "ed"));
		List<Fact> facts = session("s").promote(KEY);
		session("s").commit(note("2"));
		assertThat(session("s").promote(KEY)).isEqualTo(facts);
		assertThat(session("s").count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void doesNotCompareSelectors() {
		session("s").commit(note("1"));
		List<Fact> facts = session("s").promote((fact) -> true, KEY);
		assertThat(session("s").promote((fact) -> false, KEY)).isEqualTo(facts);
	}

	@Test
	void answersARepeatedDiscardWithTheFirstResult() {
		session("s").commit(note("1"));
		session("s").commit(note("2"));
		assertThat(session("s").discard(KEY)).isEqualTo(2);
		session("s").commit(note("3"));
		assertThat(session("s").discard(KEY)).isEqualTo(2);
		assertThat(session("s").count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void answersARepeatedRollbackAndRedoWithTheFirstResult() {
		this.memory.commit(note("1").id("a"));
		this.memory.commit(note("2").id("b"));
		List<LogEntry> undone = this.memory.rollback(1, KEY);
		assertThat(this.memory.rollback(1, KEY)).isEqualTo(undone);
		Change again = Change.by("ada").idempotencyKey("k2");
		List<LogEntry> redone = this.memory.redo(1, again);
		assertThat(this.memory.redo(1, again)).isEqualTo(redone);
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(2);
	}

	@Test
	void refusesAnotherInput() {
		this.memory.commit(note("1").id("n"), KEY);
		assertRefused(ConflictException.class, () -> this.memory.commit(note("2").id("n"), KEY), "k");
		assertRefused(ConflictException.class, () -> this.memory.commit(note("1").id("n").source("book"), KEY), "k");
	}

	@Test
	void tellsNoneFromTheWordNull() {
		this.memory.commit(note("1"), KEY);
		assertRefused(ConflictException.class, () -> this.memory.commit(note("1").id("null"), KEY), "k");
		assertRefused(ConflictException.class, () -> this.memory.commit(note("1").source("null"), KEY), "k");
	}

	@Test
	void refusesAnotherTarget() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("1").id("m"));
		this.memory.update("n", Patch.set("text", "2"), KEY);
		assertRefused(ConflictException.class, () -> this.memory.update("m", Patch.set("text", "2"), KEY), "k");
	}

	@Test
	void refusesAnotherLayer() {
		this.memory.commit(preference("editor", "vi"), KEY);
		assertRefused(ConflictException.class, () -> session("s").commit(preference("editor", "vi"), KEY), "k");
		assertRefused(ConflictException.class, () -> session("null").commit(preference("editor", "vi"), KEY), "k");
	}

	@Test
	void refusesAnotherOperation() {
		this.memory.commit(note("1").id("n"), KEY);
		assertRefused(ConflictException.class, () -> this.memory.delete("n", KEY), "k");
		assertRefused(ConflictException.class, () -> this.memory.update("n", Map.of(), KEY), "k");
		assertRefused(ConflictException.class, () -> this.memory.rollback(1, KEY), "k");
		assertRefused(ConflictException.class, () -> session("s").discard(KEY), "k");
	}

	@Test
	void refusesAnotherNumberOfSteps() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n"));
		this.memory.rollback(1, KEY);
		assertRefused(ConflictException.class, () -> this.memory.rollback(2, KEY), "k");
		assertRefused(ConflictException.class, () -> this.memory.redo(1, KEY), "k");
	}

	@Test
	void takesEqualCanonicalPayloadsForTheSameInput() {
		Fact fact = this.memory.commit(Draft.of(NOTE, Map.of("n", 1L)), KEY);
		assertThat(this.memory.commit(Draft.of(NOTE, Map.of("n", 1)), KEY)).isEqualTo(fact);
	}

	@Test
	void keepsKeysOfNamespacesApart() {
		Fact fact = this.memory.commit(note("1"), KEY);
		MemoryStore other = this.memory.namespace(this.namespace + "-other");
		assertThat(other.commit(note("2"), KEY).id()).isNotEqualTo(fact.id());
	}

	@Test
	void keepsNoKeyOfACallThatFails() {
		this.memory.commit(note("1").id("n"));
		assertRefused(ConflictException.class,
				() -> this.memory.commit(note("2").id("n"), Change.by("ada").idempotencyKey("k").expecting(7)));
		assertThat(this.memory.commit(note("3").id("n"), KEY).version()).isEqualTo(2);
	}

	@Test
	void keepsNoKeyOfACallThatWritesNothing() {
		assertThat(session("s").discard(KEY)).isZero();
		session("s").commit(note("1"));
		assertThat(session("s").discard(KEY)).isEqualTo(1);
	}

	@Test
	void worksOnOperationsOfATransaction() {
		Draft draft = note("1");
		Fact fact = this.memory.transaction((work) -> work.commit(draft, KEY));
		assertThat(this.memory.<Fact>transaction((work) -> work.commit(draft, KEY))).isEqualTo(fact);
		assertThat(this.memory.commit(draft, KEY)).isEqualTo(fact);
		assertThat(log()).hasSize(1);
	}

	@Test
	void countsWhoAndWhyForNothing() {
		Draft draft = note("1");
		Fact fact = this.memory.commit(draft, KEY);
		assertThat(this.memory.commit(draft, Change.by("bob").because("again").idempotencyKey("k"))).isEqualTo(fact);
	}

	@Test
	void answersBeforeTheExpectedVersionIsChecked() {
		Draft draft = note("1").id("n");
		Change change = Change.by("ada").expecting(0).idempotencyKey("k");
		Fact fact = this.memory.commit(draft, change);
		assertThat(this.memory.commit(draft, change)).isEqualTo(fact);
	}

	@Test
	void isSharedByStores() {
		Draft draft = note("1");
		Fact fact = this.memory.commit(draft, KEY);
		assertThat(store((builder) -> builder).commit(draft, KEY)).isEqualTo(fact);
	}

}
