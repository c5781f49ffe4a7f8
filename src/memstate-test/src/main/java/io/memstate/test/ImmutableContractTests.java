package io.memstate.test;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactSchema;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Immutable facts.
 *
 * @since 0.1.0
 */
public abstract class ImmutableContractTests extends StorageContract {

	@Test
	void refusesACommitOfAnotherPayload() {
		Fact fact = this.memory.commit(decision("yes"));
		assertRefused(ConflictException.class, () -> this.memory.commit(decision("no").id(fact.id())), fact.id());
	}

	@Test
	void refusesAnUpdateThatChangesThePayload() {
		Fact fact = this.memory.commit(decision("yes"));
		assertRefused(ConflictException.class, () -> this.memory.update(fact.id(), Patch.set("text", "no")), fact.id());
	}

	@Test
	void refusesADelete() {
		Fact fact = this.memory.commit(decision("yes"));
		assertRefused(ConflictException.class, () -> this.memory.delete(fact.id()), fact.id());
	}

	@Test
	void answersTheSamePayloadWithTheFactThatIsThere() {
		Fact fact = this.memory.commit(decision("yes").id("d"));
		assertThat(this.memory.commit(decision("yes").id("d"))).isEqualTo(fact);
		assertThat(this.memory.update("d", Patch.set("text", "yes"))).isEqualTo(fact);
		assertThat(this.memory.update("d", Map.of())).isEqualTo(fact);
		assertThat(log()).hasSize(1);
	}

	@Test
	void comparesCanonicalPayloads() {
		Fact fact = this.memory.commit(Draft.of(DECISION, Map.of("n", 100.0)).id("d"));
		assertThat(this.memory.commit(Draft.of(DECISION, Map.of("n", new BigDecimal("1e2"))).id("d"))).isEqualTo(fact);
	}

	@Test
	void keepsSourceAndExpiryWhenThePayloadIsTheSame() {
		Fact fact = this.memory.commit(decision("yes").id("d").source("board"));
		Fact again = this.memory.commit(decision("yes").id("d").source("chat").expiresIn(Duration.ofDays(1)));
		assertThat(again).isEqualTo(fact);
		assertThat(log()).hasSize(1);
	}

	@Test
	void makesNoStepOutOfAnUnchangedCommit() {
		this.memory.commit(note("before").id("n"));
		this.memory.commit(decision("yes").id("d"));
		this.memory.commit(decision("yes").id("d"));
		this.memory.rollback(1);
		assertThat(this.memory.get("d")).isEmpty();
		assertThat(this.memory.get("n")).isPresent();
	}

	@Test
	void isRemovedByTheRollbackOfItsStepAndRestoredByTheRedo() {
		Fact fact = this.memory.commit(decision("yes").id("d"));
		this.memory.rollback(1);
		assertThat(this.memory.get("d")).isEmpty();
		this.memory.redo(1);
		assertThat(this.memory.get("d").orElseThrow().payload()).isEqualTo(fact.payload());
		assertRefused(ConflictException.class, () -> this.memory.commit(decision("no").id("d")), "d");
	}

	@Test
	void mayBeMadeAnewOnceItsStepIsUndone() {
		this.memory.commit(decision("yes").id("d"));
		this.memory.rollback(1);
		assertThat(this.memory.commit(decision("no").id("d")).payload()).containsEntry("text", "no");
	}

	@Test
	void isRemovedByDiscard() {
		session("s").commit(decision("yes").id("d"));
		assertThat(session("s").discard()).isEqualTo(1);
		assertThat(session("s").get("d")).isEmpty();
	}

	@Test
	void isRemovedByExpiry() {
		this.memory.commit(decision("yes").id("d").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(this.memory.get("d")).isEmpty();
		this.memory.maintenance();
		assertThat(this.memory.commit(decision("no").id("d")).payload()).containsEntry("text", "no");
	}

	@Test
	void isPromoted() {
		session("s").commit(decision("yes").id("d"));
		session("s").promote();
		assertThat(this.memory.get("d")).isPresent();
		assertRefused(ConflictException.class, () -> this.memory.commit(decision("no").id("d")), "d");
	}

	@Test
	void refusesAPromoteOntoASingletonWithAnotherPayload() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("birthday").singleton("who").immutable()));
		Fact longTerm = store.commit(birthday("ada", 1815));
		store.session("s").commit(birthday("ada", 1816));
		store.session("s").commit(birthday("bob", 1900));
		assertRefused(ConflictException.class, () -> store.session("s").promote(), longTerm.id());
	}

	@Test
	void promotesTheSamePayloadOntoASingletonWithoutChangingIt() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("birthday").singleton("who").immutable()));
		Fact longTerm = store.commit(birthday("ada", 1815));
		Fact working = store.session("s").commit(birthday("ada", 1815));
		store.session("s").promote();
		assertThat(store.get(longTerm.id())).contains(longTerm);
		assertThat(store.session("s").get(working.id())).isEmpty();
		assertThat(everything()).containsExactly(longTerm);
	}

	@Test
	void answersTheSameSingletonWithTheFactThatIsThere() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("birthday").singleton("who").immutable()));
		Fact fact = store.commit(birthday("ada", 1815));
		assertThat(store.commit(birthday("ada", 1815))).isEqualTo(fact);
		assertRefused(ConflictException.class, () -> store.commit(birthday("ada", 1816)), fact.id());
		assertThat(log()).hasSize(1);
	}

	@Test
	void refusesAChangeInAStepWithOthers() {
		this.memory.commit(decision("yes").id("d"));
		List<Draft> drafts = List.of(note("n"), decision("no").id("d"));
		assertRefused(ConflictException.class, () -> this.memory.commitAll(drafts, Change.anonymous()), "d");
	}

	@Test
	void refusesAChangeInTheStepThatMadeIt() {
		assertRefused(ConflictException.class, () -> this.memory.transaction((work) -> {
			work.commit(decision("yes").id("d"));
			return work.delete("d");
		}), "d");
	}

	private static Draft birthday(String who, int year) {
		return Draft.of("birthday", Map.of("who", who, "year", year));
	}

}
