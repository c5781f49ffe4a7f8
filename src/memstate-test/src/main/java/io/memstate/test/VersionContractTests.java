package io.memstate.test;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Versions rise and never go back, and a change may expect one.
 *
 * @since 0.1.0
 */
public abstract class VersionContractTests extends StorageContract {

	@Test
	void startsAtOneAndRisesByOne() {
		assertThat(this.memory.commit(note("1").id("n")).version()).isEqualTo(1);
		assertThat(this.memory.commit(note("2").id("n")).version()).isEqualTo(2);
		assertThat(this.memory.update("n", Patch.set("text", "3")).version()).isEqualTo(3);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(3);
	}

	@Test
	void goesOnAfterADeletion() {
		this.memory.commit(note("1").id("n"));
		this.memory.delete("n");
		assertThat(this.memory.commit(note("2").id("n")).version()).isEqualTo(3);
	}

	@Test
	void goesOnAfterADeletionInAnotherLayer() {
		this.memory.commit(note("1").id("n"));
		this.memory.delete("n");
		assertThat(session("s").commit(note("2").id("n")).version()).isEqualTo(3);
	}

	@Test
	void goesOnAfterADeletionUnderAnotherType() {
		this.memory.commit(note("1").id("n"));
		this.memory.delete("n");
		assertThat(this.memory.commit(decision("2").id("n")).version()).isEqualTo(3);
	}

	@Test
	void goesOnAfterARollback() {
		this.memory.commit(note("1").id("n"));
		this.memory.rollback(1);
		assertThat(this.memory.commit(note("2").id("n")).version()).isEqualTo(3);
		this.memory.rollback(1);
		this.memory.redo(1);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(5);
	}

	@Test
	void goesOnAfterADiscard() {
		session("s").commit(note("1").id("n"));
		session("s").discard();
		assertThat(session("s").commit(note("2").id("n")).version()).isEqualTo(3);
	}

	@Test
	void goesOnAfterExpiry() {
		this.memory.commit(note("1").id("n").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		this.memory.maintenance();
		assertThat(this.memory.commit(note("2").id("n")).version()).isEqualTo(3);
	}

	@Test
	void countsAMoveBetweenLayers() {
		session("s").commit(note("1").id("n"));
		assertThat(session("s").promote().get(0).version()).isEqualTo(2);
		session("s").rollback(1);
		assertThat(session("s").get("n").orElseThrow().version()).isEqualTo(3);
	}

	@Test
	void countsTheRemovalOfAMergedSingleton() {
		this.memory.commit(preference("editor", "vi").id("p"));
		session("s").commit(preference("editor", "ed").id("q"));
		session("s").promote();
		assertThat(this.memory.commit(note("1").id("q")).version()).isEqualTo(3);
	}

	@Test
	void acceptsTheExpectedVersion() {
		assertThat(this.memory.commit(note("1").id("n"), expecting(0)).version()).isEqualTo(1);
		assertThat(this.memory.commit(note("2").id("n"), expecting(1)).version()).isEqualTo(2);
		assertThat(this.memory.update("n", Patch.set("text", "3"), expecting(2)).version()).isEqualTo(3);
		assertThat(this.memory.delete("n", expecting(3)).version()).isEqualTo(3);
		assertThat(this.memory.get("n")).isEmpty();
	}

	@Test
	void refusesAnyOtherVersion() {
		this.memory.commit(note("1").id("n"));
		this.memory.commit(note("2").id("n"));
		for (long version : List.of(0L, 1L, 3L, Long.MAX_VALUE)) {
			assertRefused(ConflictException.class, () -> this.memory.commit(note("3").id("n"), expecting(version)), "n",
					"2", Long.toString(version));
			assertRefused(ConflictException.class,
					() -> this.memory.update("n", Patch.set("text", "3"), expecting(version)), "n", "2");
			assertRefused(ConflictException.class, () -> this.memory.delete("n", expecting(version)), "n", "2");
		}
	}

	@Test
	void refusesAVersionOfAFactThatDoesNotExist() {
		assertRefused(ConflictException.class, () -> this.memory.commit(note("1").id("n"), expecting(1)), "n");
		assertRefused(ConflictException.class, () -> this.memory.commit(note("1"), expecting(1)));
	}

	@Test
	void tellsAtWhichVersionAFactWasRemoved() {
		this.memory.commit(note("1").id("n"));
		this.memory.delete("n");
		assertRefused(FactNotFoundException.class, () -> this.memory.delete("n"), "'n'", "removed at version 2");
		assertRefused(FactNotFoundException.class, () -> this.memory.delete("m"), "'m'", "check the id");
	}

	@Test
	void takesAnExpectedVersionOfZeroForMustNotExist() {
		assertThat(this.memory.commit(note("1"), expecting(0)).version()).isEqualTo(1);
		this.memory.commit(note("1").id("n"));
		this.memory.delete("n");
		assertThat(this.memory.commit(note("2").id("n"), expecting(0)).version()).isEqualTo(3);
	}

	@Test
	void appliesToTheSingletonThatIsThere() {
		this.memory.commit(preference("editor", "vi"), expecting(0));
		assertRefused(ConflictException.class, () -> this.memory.commit(preference("editor", "ed"), expecting(0)), "1");
		assertThat(this.memory.commit(preference("editor", "ed"), expecting(1)).version()).isEqualTo(2);
	}

	@Test
	void appliesToAnImmutableFact() {
		Fact fact = this.memory.commit(decision("yes").id("d"));
		assertThat(this.memory.commit(decision("yes").id("d"), expecting(1))).isEqualTo(fact);
		assertRefused(ConflictException.class, () -> this.memory.commit(decision("yes").id("d"), expecting(2)), "d");
	}

	@Test
	void seesAChangeOfAnotherStore() {
		MemoryStore other = store(UnaryOperator.identity());
		this.memory.commit(note("1").id("n"));
		other.commit(note("2").id("n"));
		assertRefused(ConflictException.class, () -> this.memory.commit(note("3").id("n"), expecting(1)), "n");
		assertThat(this.memory.commit(note("3").id("n"), expecting(2)).version()).isEqualTo(3);
	}

	private static Change expecting(long version) {
		return Change.by("test").expecting(version);
	}

}
