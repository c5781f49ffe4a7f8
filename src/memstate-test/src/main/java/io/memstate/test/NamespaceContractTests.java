package io.memstate.test;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Namespaces: nothing reads or writes across.
 *
 * @since 0.1.0
 */
public abstract class NamespaceContractTests extends StorageContract {

	@Test
	void isToldByTheStore() {
		assertThat(this.memory.namespace()).isEqualTo(this.namespace);
		assertThat(other("x").namespace()).isEqualTo(this.namespace + "x");
		assertThat(other("x").namespace(this.namespace).namespace()).isEqualTo(this.namespace);
	}

	@Test
	void isAViewOfTheSameStorage() {
		Fact fact = other("x").commit(note("1"));
		assertThat(fact.namespace()).isEqualTo(this.namespace + "x");
		assertThat(store((builder) -> builder.namespace(this.namespace + "x")).get(fact.id())).contains(fact);
		assertThat(other("x").schemas()).isSameAs(this.memory.schemas());
	}

	@Test
	void holdsItsOwnFactsOfTheSameId() {
		Fact mine = this.memory.commit(note("1").id("n"));
		Fact theirs = other("x").commit(note("2").id("n"));
		assertThat(theirs.version()).isEqualTo(1);
		other("x").update("n", Patch.set("text", "3"));
		other("x").delete("n");
		assertThat(this.memory.get("n")).contains(mine);
		assertThat(this.memory.query(FactQuery.all().anyLayer())).containsExactly(mine);
		assertThat(this.memory.history("n")).hasSize(1);
	}

	@Test
	void holdsItsOwnSessionsOfTheSameId() {
		Fact mine = session("s").commit(note("1"));
		other("x").session("s").commit(note("2"));
		other("x").session("s").promote();
		assertThat(session("s").query(FactQuery.all())).containsExactly(mine);
		other("x").session("s").commit(note("3"));
		session("s").discard();
		assertThat(other("x").session("s").count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void changesNothingElsewhere() {
		this.memory.commit(note("1").id("n"));
		assertRefused(FactNotFoundException.class, () -> other("x").update("n", Patch.set("text", "2")), "n");
		assertRefused(FactNotFoundException.class, () -> other("x").delete("n"), "n");
		assertThat(other("x").get("n")).isEmpty();
	}

	@Test
	void isNotTakenForAnotherOfASimilarName() {
		for (String suffix : List.of("", " ", "a", "A", "ä", "a:b", "a{b}", "{a}b", "a/b", "%", "_", "*", "é",
				"e\u0301")) {
			other("~" + suffix).commit(note(suffix + ".").id("n"));
		}
		for (String suffix : List.of("", " ", "a", "A", "ä", "a:b", "a{b}", "{a}b", "a/b", "%", "_", "*", "é",
				"e\u0301")) {
			assertThat(texts(other("~" + suffix).query(FactQuery.all()))).containsExactly(suffix + ".");
			assertThat(other("~" + suffix).log(io.memstate.LogQuery.all())).hasSize(1);
		}
	}

	@Test
	void isListedAsLongAsItHoldsFacts() {
		assertThat(listed()).isEmpty();
		other("-b").commit(note("1").id("n"));
		other("-a").session("s").commit(note("1"));
		other("-\uD83D\uDE00").commit(note("1"));
		other("-\uFFFD").commit(note("1"));
		assertThat(listed()).containsExactly("-a", "-b", "-\uFFFD", "-\uD83D\uDE00");
		other("-b").delete("n");
		other("-a").session("s").discard();
		assertThat(listed()).containsExactly("-\uFFFD", "-\uD83D\uDE00");
		other("-b").rollback(1);
		assertThat(listed()).containsExactly("-b", "-\uFFFD", "-\uD83D\uDE00");
	}

	@Test
	void isListedNoMoreOnceAllHasExpiredAndMaintenanceHasRun() {
		other("-a").commit(note("1").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		this.memory.maintenance();
		assertThat(listed()).isEmpty();
	}

	@Test
	void isListedWithManyOthers() {
		List<String> names = IntStream.range(100, 450).mapToObj((i) -> "-" + i).toList();
		names.forEach((name) -> other(name).commit(note("1")));
		assertThat(listed()).isEqualTo(names);
	}

	private MemoryStore other(String suffix) {
		return this.memory.namespace(this.namespace + suffix);
	}

	/** The suffixes of this test's namespaces, however many others there are. */
	private List<String> listed() {
		try (Stream<String> namespaces = this.memory.namespaces()) {
			return namespaces.filter((name) -> name.startsWith(this.namespace))
				.map((name) -> name.substring(this.namespace.length()))
				.toList();
		}
	}

}
