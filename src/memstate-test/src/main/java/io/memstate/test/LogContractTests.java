package io.memstate.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The log and its queries.
 *
 * @since 0.1.0
 */
public abstract class LogContractTests extends StorageContract {

	@Test
	void holdsEveryWriteNewestFirst() {
		this.memory.commit(note("1").id("a"));
		session("s").commit(note("2").id("b"));
		this.memory.update("a", Patch.set("text", "3"));
		assertThat(log()).extracting(LogEntry::factId).containsExactly("a", "b", "a");
		assertThat(log()).extracting(LogEntry::operation)
			.containsExactly(Operation.UPDATE, Operation.COMMIT, Operation.COMMIT);
		assertThat(log()).extracting(LogEntry::sessionId).containsExactly(null, "s", null);
		assertThat(log()).extracting(LogEntry::sequence)
			.isSortedAccordingTo(Comparator.reverseOrder())
			.doesNotHaveDuplicates()
			.allMatch((sequence) -> sequence > 0);
	}

	@Test
	void holdsTheHistoryOfAFactOldestFirst() {
		this.memory.commit(note("1").id("a"));
		this.memory.commit(note("1").id("b"));
		this.memory.delete("a");
		session("s").commit(note("2").id("a"));
		session("s").promote();
		assertThat(this.memory.history("a")).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.DELETE, Operation.COMMIT, Operation.PROMOTE);
		assertThat(this.memory.history("a")).extracting(LogEntry::sequence).isSorted();
		assertThat(this.memory.history("unknown")).isEmpty();
	}

	@Test
	void isAnUnbrokenChainOfEachFact() {
		this.memory.commit(note("1").id("a"));
		this.memory.update("a", Patch.set("text", "2"));
		this.memory.rollback(1);
		this.memory.redo(1);
		this.memory.delete("a");
		this.memory.commit(note("3").id("a").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		this.memory.maintenance();
		this.memory.commit(note("4").id("a"));
		List<LogEntry> history = this.memory.history("a");
		assertThat(history).hasSize(8);
		for (int i = 1; i < history.size(); i++) {
			assertThat(history.get(i).before()).isEqualTo(history.get(i - 1).after());
		}
		assertThat(history.get(0).before()).isNull();
		assertThat(history.get(7).after()).isEqualTo(this.memory.get("a").orElseThrow());
		assertThat(history).extracting(LogEntry::step).doesNotHaveDuplicates();
	}

	@Test
	void narrowsToAFact() {
		commitThree();
		assertThat(this.memory.log(LogQuery.all().fact("b"))).extracting(LogEntry::factId).containsExactly("b");
	}

	@Test
	void narrowsToASession() {
		commitThree();
		assertThat(this.memory.log(LogQuery.all().session("s"))).extracting(LogEntry::factId).containsExactly("c");
		assertThat(this.memory.log(LogQuery.all().session("unknown"))).isEmpty();
	}

	@Test
	void narrowsToAnOperation() {
		commitThree();
		this.memory.delete("a");
		assertThat(this.memory.log(LogQuery.all().operation(Operation.DELETE))).extracting(LogEntry::factId)
			.containsExactly("a");
		assertThat(this.memory.log(LogQuery.all().operation(Operation.COMMIT))).hasSize(3);
		assertThat(this.memory.log(LogQuery.all().operation(Operation.ERASE))).isEmpty();
	}

	@Test
	void narrowsToATime() {
		Instant first = this.memory.commit(note("1").id("a")).updatedAt();
		Instant second = this.memory.commit(note("2").id("b")).updatedAt();
		this.memory.commit(note("3").id("c"));
		assertThat(this.memory.log(LogQuery.all().since(second))).extracting(LogEntry::factId)
			.containsExactly("c", "b");
		assertThat(this.memory.log(LogQuery.all().until(second))).extracting(LogEntry::factId)
			.containsExactly("b", "a");
		assertThat(this.memory.log(LogQuery.all().since(second).until(second))).extracting(LogEntry::factId)
			.containsExactly("b");
		assertThat(this.memory.log(LogQuery.all().until(first.minusNanos(1000)))).isEmpty();
	}

	@Test
	void narrowsToSeveralAtOnce() {
		commitThree();
		session("s").update("c", Patch.set("text", "4"));
		assertThat(this.memory.log(LogQuery.all().session("s").fact("c").operation(Operation.UPDATE))).hasSize(1);
		assertThat(this.memory.log(LogQuery.all().session("s").fact("a"))).isEmpty();
	}

	@Test
	void limits() {
		commitThree();
		assertThat(this.memory.log(LogQuery.all().limit(2))).isEqualTo(log().subList(0, 2));
		assertThat(this.memory.log(LogQuery.all().limit(100))).isEqualTo(log());
	}

	@Test
	void pages() {
		for (int i = 0; i < 25; i++) {
			this.memory.commit(note("n" + i));
		}
		List<LogEntry> paged = new ArrayList<>();
		List<LogEntry> page = this.memory.log(LogQuery.all().limit(7));
		while (!page.isEmpty()) {
			paged.addAll(page);
			assertThat(paged).as("pages that never end").hasSizeLessThan(100);
			page = this.memory.log(LogQuery.all().limit(7).before(page.get(page.size() - 1).sequence()));
		}
		assertThat(paged).isEqualTo(log()).hasSize(25);
	}

	@Test
	void holdsMoreThanAPageOfOneFact() {
		this.memory.commit(note("0").id("n"));
		this.memory.transaction((work) -> {
			for (int i = 1; i < 1500; i++) {
				work.update("n", Patch.set("text", "" + i));
			}
			return null;
		});
		assertThat(this.memory.history("n")).hasSize(1500);
		assertThat(log()).hasSize(1500);
	}

	@Test
	void keepsEntriesAsTheyWereWritten() {
		this.memory.commit(note("1").id("n"), Change.by("ada").because("line one, \"two\" \uD83D\uDE00"));
		LogEntry entry = lastEntry();
		this.memory.delete("n");
		this.memory.rollback(2);
		assertThat(this.memory.history("n").get(0)).isEqualTo(entry);
		assertThat(entry.reason()).isEqualTo("line one, \"two\" \uD83D\uDE00");
	}

	@Test
	void isThatOfItsNamespaceAlone() {
		MemoryStore other = this.memory.namespace(this.namespace + "-other");
		other.commit(note("1").id("n"));
		assertThat(log()).isEmpty();
		assertThat(this.memory.history("n")).isEmpty();
		assertThat(other.history("n")).hasSize(1);
	}

	@Test
	void tellsTheTimeOfTheClock() {
		Fact fact = this.memory.commit(note("1"));
		assertThat(lastEntry().at()).isEqualTo(this.clock.instant()).isEqualTo(fact.updatedAt());
	}

	private void commitThree() {
		this.memory.commit(note("1").id("a"));
		this.memory.commit(note("2").id("b"));
		session("s").commit(note("3").id("c"));
	}

}
