package io.memstate.test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.Filter;
import io.memstate.MemoryView;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The past, read as it was.
 *
 * @since 0.1.0
 */
public abstract class AsOfContractTests extends StorageContract {

	@Test
	void showsAFactAsItWas() {
		Fact first = this.memory.commit(note("1").id("n").source("book"));
		this.clock.tick();
		Fact second = this.memory.update("n", Patch.set("text", "2"));
		this.clock.tick();
		Fact third = this.memory.commit(note("3").id("n"));
		assertThat(this.memory.asOf(first.updatedAt()).get("n")).contains(first);
		assertThat(this.memory.asOf(second.updatedAt()).get("n")).contains(second);
		assertThat(this.memory.asOf(third.updatedAt().minusNanos(1000)).get("n")).contains(second);
		assertThat(this.memory.asOf(third.updatedAt()).get("n")).contains(third);
		assertThat(this.memory.asOf(third.updatedAt().plusSeconds(1000)).get("n")).contains(third);
		assertThat(this.memory.asOf(first.createdAt().minusNanos(1000)).get("n")).isEmpty();
	}

	@Test
	void tellsItsTime() {
		Instant time = this.clock.instant();
		assertThat(this.memory.asOf(time).time()).isEqualTo(time);
	}

	@Test
	void showsWhatWasDeletedSince() {
		Fact fact = this.memory.commit(note("1").id("n"));
		this.clock.tick();
		this.memory.delete("n");
		assertThat(this.memory.asOf(fact.updatedAt()).get("n")).contains(fact);
		assertThat(this.memory.asOf(fact.updatedAt()).query(FactQuery.all())).containsExactly(fact);
		assertThat(this.memory.asOf(this.clock.instant()).get("n")).isEmpty();
		assertThat(this.memory.asOf(this.clock.instant()).query(FactQuery.all())).isEmpty();
	}

	@Test
	void showsWhatWasRolledBackSince() {
		Fact fact = this.memory.commit(note("1").id("n"));
		this.clock.tick();
		this.memory.rollback(1);
		assertThat(this.memory.asOf(fact.updatedAt()).get("n")).contains(fact);
		assertThat(this.memory.asOf(this.clock.instant()).get("n")).isEmpty();
	}

	@Test
	void leavesOutWhatHadExpiredThen() {
		Fact fact = this.memory.commit(note("1").id("n").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofHours(1));
		this.memory.maintenance();
		MemoryView then = this.memory.asOf(fact.createdAt().plusSeconds(59));
		assertThat(then.get("n")).contains(fact);
		assertThat(then.count(FactQuery.all())).isEqualTo(1);
		MemoryView after = this.memory.asOf(fact.createdAt().plusSeconds(60));
		assertThat(after.get("n")).isEmpty();
		assertThat(after.query(FactQuery.all())).isEmpty();
	}

	@Test
	void showsLongTermMemoryAsItWas() {
		Fact working = session("s").commit(note("1").id("n"));
		Instant before = this.clock.instant();
		this.clock.tick();
		Fact promoted = session("s").promote().get(0);
		assertThat(this.memory.asOf(before).get("n")).isEmpty();
		assertThat(this.memory.asOf(before).query(FactQuery.all())).isEmpty();
		assertThat(this.memory.asOf(before).query(FactQuery.all().anyLayer())).containsExactly(working);
		assertThat(this.memory.asOf(this.clock.instant()).query(FactQuery.all())).containsExactly(promoted);
	}

	@Test
	void filtersSortsAndPages() {
		for (int i = 0; i < 10; i++) {
			this.clock.tick();
			this.memory.commit(Draft.of(NOTE, Map.of("v", i)).id("n" + i));
		}
		this.memory.commit(preference("p", 1));
		Instant then = this.clock.instant();
		this.clock.tick();
		for (int i = 0; i < 10; i++) {
			this.memory.update("n" + i, Patch.set("v", 100));
		}
		MemoryView view = this.memory.asOf(then);
		FactQuery query = FactQuery.type(NOTE).where(Filter.gte("v", 2)).orderBy("v", Direction.DESC).limit(3);
		List<Fact> first = view.query(query);
		assertThat(ids(first)).containsExactly("n9", "n8", "n7");
		assertThat(ids(view.query(query.after(first.get(2))))).containsExactly("n6", "n5", "n4");
		assertThat(view.count(FactQuery.type(NOTE).where(Filter.gte("v", 2)))).isEqualTo(8);
		assertThat(view.count(FactQuery.all())).isEqualTo(11);
		assertThat(view.count(FactQuery.all().where(Filter.eq("v", 100)))).isZero();
		try (Stream<Fact> stream = view.stream(FactQuery.all())) {
			assertThat(stream.map(Fact::id).limit(3)).containsExactly("n0", "n1", "n2");
		}
	}

	@Test
	void seesManyFacts() {
		List<Draft> drafts = IntStream.range(0, 2500).mapToObj((i) -> Draft.of(NOTE, Map.of("v", i))).toList();
		this.memory.commitAll(drafts, Change.anonymous());
		Instant then = this.clock.instant();
		this.clock.tick();
		this.memory.rollback(1);
		assertThat(this.memory.count(FactQuery.all())).isZero();
		assertThat(this.memory.asOf(then).count(FactQuery.all())).isEqualTo(2500);
	}

	@Test
	void takesTheLastEntryOfTheSameMicrosecond() {
		this.memory.commit(note("1").id("n"));
		Fact second = this.memory.update("n", Patch.set("text", "2"));
		assertThat(this.memory.asOf(second.updatedAt()).get("n")).contains(second);
	}

	@Test
	void isThatOfItsNamespaceAlone() {
		this.memory.namespace(this.namespace + "-other").commit(note("1").id("n"));
		assertThat(this.memory.asOf(this.clock.instant()).get("n")).isEmpty();
		assertThat(this.memory.asOf(this.clock.instant()).count(FactQuery.all())).isZero();
	}

}
