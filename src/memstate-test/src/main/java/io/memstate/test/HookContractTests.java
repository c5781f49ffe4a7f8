package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.ConflictException;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.HookException;
import io.memstate.LogEntry;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Strict hooks: told before anything is written, and told again if it was not.
 *
 * @since 0.1.0
 */
public abstract class HookContractTests extends StorageContract {

	private final RecordingHook first = new RecordingHook("first");

	private final RecordingHook second = new RecordingHook("second");

	@Override
	Duration retryTimeout() {
		return PATIENTLY;
	}

	@BeforeEach
	void registerHooks() {
		assumeHooks();
		this.memory = store((builder) -> builder.hook(this.first).hook(this.second));
	}

	@Test
	void tellsOfACommit() {
		Fact fact = this.memory.commit(note("1"));
		FactChange change = this.first.changes().get(0);
		assertThat(this.first.changes()).hasSize(1);
		assertThat(change.namespace()).isEqualTo(this.namespace);
		assertThat(change.factId()).isEqualTo(fact.id());
		assertThat(change.operation()).isEqualTo(Operation.COMMIT);
		assertThat(change.step()).isEqualTo(lastEntry().step());
		assertThat(change.before()).isNull();
		assertThat(change.after()).isEqualTo(fact);
	}

	@Test
	void tellsOfAnUpdateAndADelete() {
		Fact committed = this.memory.commit(note("1").id("n"));
		Fact updated = this.memory.update("n", Patch.set("text", "2"));
		this.memory.delete("n");
		assertThat(this.first.changes()).extracting(FactChange::operation)
			.containsExactly(Operation.COMMIT, Operation.UPDATE, Operation.DELETE);
		assertThat(this.first.changes()).extracting(FactChange::before).containsExactly(null, committed, updated);
		assertThat(this.first.changes()).extracting(FactChange::after).containsExactly(committed, updated, null);
	}

	@Test
	void tellsEveryHookInTheOrderOfRegistration() {
		List<String> order = new ArrayList<>();
		this.first.atNextDelivery(() -> order.add("first"));
		this.second.atNextDelivery(() -> order.add("second"));
		this.memory.commit(note("1"));
		assertThat(order).containsExactly("first", "second");
	}

	@Test
	void tellsBeforeAnythingIsWritten() {
		List<Boolean> written = new ArrayList<>();
		this.first.atNextDelivery(() -> written.add(this.memory.get("n").isPresent()));
		this.memory.commit(note("1").id("n"));
		assertThat(written).containsExactly(false);
	}

	@Test
	void tellsAStepAtOnce() {
		this.memory.commitAll(List.of(note("1").id("a"), note("2").id("b")), Change.anonymous());
		assertThat(this.first.deliveries()).hasSize(1);
		assertThat(this.first.changes()).extracting(FactChange::factId).containsExactly("a", "b");
		assertThat(this.first.changes()).extracting(FactChange::step).containsOnly(lastEntry().step());
	}

	@Test
	void raisesTheFenceOfAFact() {
		this.memory.commit(note("1").id("n"));
		this.memory.update("n", Patch.set("text", "2"));
		this.memory.delete("n");
		this.memory.commit(note("3").id("n"));
		List<Long> fences = this.first.changes().stream().map(FactChange::fence).toList();
		assertThat(fences).isSorted().doesNotHaveDuplicates().hasSize(4);
	}

	@Test
	void writesNothingIfAHookFails() {
		this.memory.commit(note("0").id("n"));
		IllegalStateException cause = new IllegalStateException("index is down");
		this.first.forget();
		this.second.atNextDelivery(() -> {
			throw cause;
		});
		assertRefused(HookException.class, () -> this.memory.commit(note("1").id("n")), "second");
		assertThat(this.first.index()).isEqualTo(stored());
	}

	@Test
	void namesTheFactsOfAFailure() {
		List<Draft> drafts = new ArrayList<>();
		for (String id : List.of("a", "b", "c", "d", "e")) {
			drafts.add(note("1").id(id));
			this.second.atNextDelivery(() -> {
				throw new IllegalStateException("index is down");
			});
			String named = switch (drafts.size()) {
				case 1 -> "failed on the fact 'a',";
				case 2 -> "failed on the facts 'a', 'b',";
				case 3 -> "failed on the facts 'a', 'b', 'c',";
				default -> "failed on the facts 'a', 'b', 'c' and " + (drafts.size() - 3) + " more,";
			};
			assertRefused(HookException.class, () -> this.memory.commitAll(drafts, Change.anonymous()), named);
		}
	}

	@Test
	void keepsTheCauseOfAFailure() {
		IllegalStateException cause = new IllegalStateException("index is down");
		this.first.atNextDelivery(() -> {
			throw cause;
		});
		assertThatThrownBy(() -> this.memory.commit(note("1"))).isInstanceOf(HookException.class).hasCause(cause);
	}

	@Test
	void withdrawsWhatTheHooksSaw() {
		Fact fact = this.memory.commit(note("0").id("n"));
		this.first.forget();
		this.second.atNextDelivery(() -> {
			throw new IllegalStateException("index is down");
		});
		assertThatThrownBy(() -> this.memory.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class);
		List<FactChange> changes = this.first.changes();
		assertThat(changes).hasSize(2);
		FactChange withdrawal = changes.get(1);
		assertThat(withdrawal.operation()).isNull();
		assertThat(withdrawal.step()).isNull();
		assertThat(withdrawal.before()).isNull();
		assertThat(withdrawal.after()).isEqualTo(fact);
		assertThat(withdrawal.fence()).isGreaterThan(changes.get(0).fence());
		assertThat(this.second.index()).isEqualTo(stored());
	}

	@Test
	void withdrawsAFactThatNeverWas() {
		this.second.atNextDelivery(() -> {
			throw new IllegalStateException("index is down");
		});
		assertThatThrownBy(() -> this.memory.commit(note("1").id("n"))).isInstanceOf(HookException.class);
		assertThat(this.first.changes()).last().extracting(FactChange::after).isNull();
		assertThat(this.first.index()).isEmpty();
	}

	@Test
	void suppressesAFailureOfTheWithdrawal() {
		this.second.atNextDelivery(() -> {
			this.second.atNextDelivery(() -> {
				throw new IllegalStateException("still down");
			});
			this.first.atNextDelivery(() -> {
				throw new IllegalStateException("down too");
			});
			throw new IllegalStateException("down");
		});
		assertThatThrownBy(() -> this.memory.commit(note("1").id("n"))).isInstanceOf(HookException.class)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).isNotEmpty());
		assertThat(everything()).isEmpty();
		this.memory.commit(note("2").id("n"));
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.second.index()).isEqualTo(stored());
	}

	@Test
	void goesOnAfterAFailure() {
		this.first.atNextDelivery(() -> {
			throw new IllegalStateException("index is down");
		});
		assertThatThrownBy(() -> this.memory.commit(note("1").id("n"))).isInstanceOf(HookException.class);
		assertThat(this.memory.commit(note("2").id("n")).version()).isEqualTo(1);
		assertThat(this.first.index()).isEqualTo(stored());
	}

	@Test
	void tellsNothingOfWhatIsRefused() {
		this.memory.commit(decision("yes").id("d"));
		this.first.forget();
		assertThatThrownBy(() -> this.memory.commit(decision("no").id("d"))).isInstanceOf(ConflictException.class);
		this.memory.commit(decision("yes").id("d"));
		assertThat(this.first.deliveries()).isEmpty();
	}

	@Test
	void tellsTheTruthAfterALostRace() {
		MemoryStore other = store((builder) -> builder);
		this.memory.commit(note("0").id("n"));
		this.first.atNextDelivery(() -> Threads.run(List.of(() -> other.update("n", Patch.set("more", 1)))));
		Fact fact = this.memory.update("n", Patch.set("text", "1"));
		assertThat(fact.payload()).containsEntry("text", "1").containsEntry("more", 1);
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.second.index()).isEqualTo(stored());
	}

	@Test
	void tellsOfPromoteAndDiscard() {
		this.memory.commit(preference("editor", "vi").id("p"));
		session("s").commit(preference("editor", "ed"));
		session("s").commit(note("1"));
		session("s").promote();
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.first.changes()).last().extracting(FactChange::operation).isEqualTo(Operation.PROMOTE);
		session("s").commit(note("2"));
		session("s").discard();
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.first.changes()).last().extracting(FactChange::operation).isEqualTo(Operation.DISCARD);
	}

	@Test
	void tellsOfRollbackAndRedo() {
		this.memory.commit(note("1").id("a"));
		this.memory.commit(note("2").id("a"));
		this.memory.delete("a");
		this.memory.rollback(2);
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.first.changes()).last().extracting(FactChange::operation).isEqualTo(Operation.ROLLBACK);
		this.memory.redo(2);
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.first.changes()).last().extracting(FactChange::operation).isEqualTo(Operation.REDO);
	}

	@Test
	void tellsOfExpiry() {
		this.memory.commit(note("1").id("n").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		this.memory.maintenance();
		assertThat(this.first.changes()).last().extracting(FactChange::operation).isEqualTo(Operation.EXPIRE);
		assertThat(this.first.index()).isEmpty();
	}

	@Test
	void tellsOfAnExpiryThatAWriteMeets() {
		Fact expired = this.memory.commit(preference("editor", "vi").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		this.memory.commit(preference("editor", "ed"));
		assertThat(this.first.index()).isEqualTo(stored()).doesNotContainKey(expired.id());
		assertThat(this.first.changes()).extracting(FactChange::operation)
			.containsExactly(Operation.COMMIT, Operation.EXPIRE, Operation.COMMIT);
	}

	@Test
	void tellsOfATransactionAtOnce() {
		this.memory.transaction((work) -> {
			work.commit(note("1").id("a"));
			work.commit(note("2").id("b"));
			return work.update("a", Patch.set("text", "3"));
		});
		assertThat(this.first.deliveries()).hasSize(1);
		assertThat(this.first.index()).isEqualTo(stored());
	}

	@Test
	void mayReadTheStore() {
		List<Object> seen = new ArrayList<>();
		this.memory.commit(note("1").id("n"));
		this.first.atNextDelivery(() -> seen.add(this.memory.get("n").orElseThrow().payload().get("text")));
		this.memory.commit(note("2").id("n"));
		assertThat(seen).containsExactly("1");
	}

	@Test
	void staysInStepUnderConcurrency() {
		this.memory.commit(note("0").id("n"));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 20; i++) {
				this.memory.update("n", Patch.set("field " + thread, i));
			}
		});
		assertThat(this.first.index()).isEqualTo(stored());
		assertThat(this.memory.history("n")).hasSize(81);
		assertThat(this.memory.history("n")).extracting(LogEntry::after).doesNotContainNull();
	}

	private java.util.Map<String, Fact> stored() {
		return everything().stream().collect(Collectors.toMap(Fact::id, Function.identity()));
	}

}
