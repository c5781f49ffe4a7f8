package io.memstate.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.FactType;
import io.memstate.FactValidationException;
import io.memstate.LogEntry;
import io.memstate.MemoryStore;
import io.memstate.Operation;
import io.memstate.Patch;
import io.memstate.UnregisteredTypes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commit, update and delete.
 *
 * @since 0.1.0
 */
public abstract class CommitContractTests extends StorageContract {

	@Test
	void draftsKeepTheEntriesThatTheyWereMadeOf() {
		Map<String, Object> payload = new HashMap<>(Map.of("text", "1"));
		Draft first = Draft.of(NOTE, payload);
		payload.put("text", "2");
		List<Fact> facts = this.memory.commitAll(List.of(first, Draft.of(NOTE, payload)), Change.anonymous());
		assertThat(texts(facts)).containsExactly("1", "2");
	}

	@Test
	void answersWithTheFactAsItIsStored() {
		Instant expiry = this.clock.instant().plus(Duration.ofDays(1));
		Fact fact = this.memory.commit(note("new").id("n1").source("chat 7").expiresAt(expiry));
		assertThat(fact.id()).isEqualTo("n1");
		assertThat(fact.namespace()).isEqualTo(this.namespace);
		assertThat(fact.type()).isEqualTo(NOTE);
		assertThat(fact.payload()).isEqualTo(Map.of("text", "new"));
		assertThat(fact.source()).isEqualTo("chat 7");
		assertThat(fact.sessionId()).isNull();
		assertThat(fact.ephemeral()).isFalse();
		assertThat(fact.version()).isEqualTo(1);
		assertThat(fact.createdAt()).isEqualTo(this.clock.instant());
		assertThat(fact.updatedAt()).isEqualTo(this.clock.instant());
		assertThat(fact.expiresAt()).isEqualTo(expiry);
		assertThat(this.memory.get("n1")).contains(fact);
		assertThat(this.memory.query(FactQuery.all())).containsExactly(fact);
	}

	@Test
	void leavesOutWhatTheDraftDoesNotTell() {
		Fact fact = this.memory.commit(note("plain"));
		assertThat(fact.source()).isNull();
		assertThat(fact.expiresAt()).isNull();
		assertThat(fact.ephemeral()).isFalse();
		assertThat(this.memory.get(fact.id())).contains(fact);
	}

	@Test
	void keepsTheEphemeralMark() {
		Fact fact = session("s").commit(note("draft").ephemeral());
		assertThat(fact.ephemeral()).isTrue();
		assertThat(session("s").get(fact.id())).contains(fact);
	}

	@Test
	void makesTimeOrderedIds() {
		Fact first = this.memory.commit(note("one"));
		Fact second = this.memory.commit(note("two"));
		assertThat(UUID.fromString(first.id()).version()).isEqualTo(7);
		assertThat(first.id()).isNotEqualTo(second.id());
	}

	@Test
	void keepsTimesToTheMicrosecond() {
		this.clock.advance(Duration.ofNanos(1_234_567));
		Instant expiry = Instant.parse("2030-01-01T00:00:00.123456789Z");
		Fact fact = this.memory.commit(note("n").expiresAt(expiry));
		assertThat(fact.expiresAt()).isEqualTo(Instant.parse("2030-01-01T00:00:00.123456Z"));
		assertThat(fact.createdAt().getNano() % 1000).isZero();
		assertThat(this.memory.get(fact.id())).contains(fact);
		assertThat(lastEntry().at()).isEqualTo(fact.updatedAt());
	}

	@Test
	void replacesAnExistingFact() {
		Fact first = this.memory.commit(note("old").id("n").source("book").expiresIn(Duration.ofDays(1)));
		Fact second = this.memory.commit(Draft.of(NOTE, Map.of("other", 1)).id("n"));
		assertThat(second.payload()).isEqualTo(Map.of("other", 1));
		assertThat(second.source()).isNull();
		assertThat(second.expiresAt()).isNull();
		assertThat(second.version()).isEqualTo(2);
		assertThat(second.createdAt()).isEqualTo(first.createdAt());
		assertThat(everything()).containsExactly(second);
	}

	@Test
	void replacesTheEphemeralMark() {
		session("s").commit(note("old").id("n").ephemeral());
		assertThat(session("s").commit(note("new").id("n")).ephemeral()).isFalse();
		assertThat(session("s").commit(note("new").id("n").ephemeral()).ephemeral()).isTrue();
	}

	@Test
	void tellsTheTimeOfTheChange() {
		Fact first = this.memory.commit(note("one").id("n"));
		Fact second = this.memory.commit(note("two").id("n"));
		assertThat(second.createdAt()).isEqualTo(first.createdAt());
		assertThat(second.updatedAt()).isEqualTo(this.clock.instant()).isAfter(first.updatedAt());
	}

	@Test
	void countsAnUnchangedCommitAsAStepAndAVersion() {
		Draft draft = note("same").id("n");
		this.memory.commit(draft);
		assertThat(this.memory.commit(draft).version()).isEqualTo(2);
		assertThat(log()).hasSize(2);
		this.memory.rollback(2);
		assertThat(everything()).isEmpty();
	}

	@Test
	void countsAnUnchangedUpdateAsAStepAndAVersion() {
		Fact fact = this.memory.commit(note("same"));
		Fact updated = this.memory.update(fact.id(), Map.of());
		assertThat(updated.version()).isEqualTo(2);
		assertThat(updated.payload()).isEqualTo(fact.payload());
		assertThat(log()).hasSize(2);
	}

	@Test
	void refusesAnotherTypeUnderTheSameId() {
		this.memory.commit(note("n").id("x"));
		Draft other = Draft.of("task", Map.of("text", "n")).id("x");
		assertRefused(ConflictException.class, () -> this.memory.commit(other), "x", NOTE);
	}

	@Test
	void refusesAnIdOfAnotherLayer() {
		this.memory.commit(note("n").id("x"));
		session("a").commit(note("n").id("y"));
		assertRefused(ConflictException.class, () -> session("a").commit(note("m").id("x")), "x");
		assertRefused(ConflictException.class, () -> this.memory.commit(note("m").id("y")), "y");
		assertRefused(ConflictException.class, () -> session("b").commit(note("m").id("y")), "y");
	}

	@Test
	void appliesAMergePatch() {
		Fact fact = this.memory.commit(Draft.of(NOTE, Map.of("keep", 1, "drop", 2, "list", List.of(1, 2), "deep",
				Map.of("a", 1, "b", Map.of("c", 1)), "scalar", "x")));
		Fact updated = this.memory.update(fact.id(),
				Patch.set("list", List.of(3))
					.remove("drop")
					.remove("unknown")
					.and("deep", Patch.set("b", Patch.set("d", 2).remove("c")).and("e", true))
					.and("scalar", Map.of("now", "object")));
		assertThat(updated.payload()).isEqualTo(Map.of("keep", 1, "list", List.of(3), "deep",
				Map.of("a", 1, "b", Map.of("d", 2), "e", true), "scalar", Map.of("now", "object")));
		assertThat(this.memory.get(fact.id())).contains(updated);
	}

	@Test
	void updatesThePayloadAlone() {
		Fact fact = session("s").commit(note("n").source("book").ephemeral().expiresIn(Duration.ofDays(1)));
		this.clock.tick();
		Fact updated = session("s").update(fact.id(), Patch.set("more", true));
		assertThat(updated.payload()).isEqualTo(Map.of("text", "n", "more", true));
		assertThat(updated.source()).isEqualTo("book");
		assertThat(updated.ephemeral()).isTrue();
		assertThat(updated.expiresAt()).isEqualTo(fact.expiresAt());
		assertThat(updated.createdAt()).isEqualTo(fact.createdAt());
		assertThat(updated.updatedAt()).isEqualTo(this.clock.instant());
		assertThat(updated.version()).isEqualTo(2);
	}

	@Test
	void deletesAndAnswersWithTheFactAsItWas() {
		Fact fact = this.memory.commit(note("n"));
		assertThat(this.memory.delete(fact.id())).isEqualTo(fact);
		assertThat(this.memory.get(fact.id())).isEmpty();
		assertThat(everything()).isEmpty();
		assertThat(this.memory.count(FactQuery.all())).isZero();
	}

	@Test
	void changesOnlyFactsOfItsLayer() {
		this.memory.commit(note("n").id("x"));
		session("a").commit(note("n").id("y"));
		assertRefused(FactNotFoundException.class, () -> session("a").update("x", Map.of()), "x");
		assertRefused(FactNotFoundException.class, () -> session("a").delete("x"), "x");
		assertRefused(FactNotFoundException.class, () -> this.memory.update("y", Map.of()), "y");
		assertRefused(FactNotFoundException.class, () -> this.memory.delete("y"), "y");
		assertRefused(FactNotFoundException.class, () -> session("b").delete("y"), "y");
		assertThat(this.memory.get("y")).isEmpty();
		assertThat(session("a").get("x")).isEmpty();
		assertThat(session("b").get("y")).isEmpty();
	}

	@Test
	void logsWhoDidWhatAndWhy() {
		Fact first = this.memory.commit(note("n"), Change.by("ada").because("was told"));
		Fact second = this.memory.update(first.id(), Patch.set("more", 1), Change.by("bob"));
		this.memory.delete(first.id(), Change.anonymous().because("tidy up"));
		List<LogEntry> history = this.memory.history(first.id());
		assertThat(history).extracting(LogEntry::operation)
			.containsExactly(Operation.COMMIT, Operation.UPDATE, Operation.DELETE);
		assertThat(history).extracting(LogEntry::actor).containsExactly("ada", "bob", null);
		assertThat(history).extracting(LogEntry::reason).containsExactly("was told", null, "tidy up");
		assertThat(history).extracting(LogEntry::before).containsExactly(null, first, second);
		assertThat(history).extracting(LogEntry::after).containsExactly(first, second, null);
		assertThat(history).extracting(LogEntry::step).doesNotHaveDuplicates();
		assertThat(history).extracting(LogEntry::reverts).containsOnlyNulls();
		assertThat(history).extracting(LogEntry::sessionId).containsOnlyNulls();
	}

	@Test
	void commitsSeveralFactsInOneStep() {
		List<Fact> facts = this.memory.commitAll(List.of(note("c").id("c"), note("a").id("a"), preference("b", 1)),
				Change.by("import"));
		assertThat(texts(facts)).containsExactly("c", "a", null);
		assertThat(log()).hasSize(3).extracting(LogEntry::step).containsOnly(lastEntry().step());
		assertThat(log()).extracting(LogEntry::actor).containsOnly("import");
		assertThat(everything()).containsExactlyInAnyOrderElementsOf(facts);
		this.memory.rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void commitsAllOrNone() {
		this.memory.commit(decision("yes").id("d"));
		List<Draft> drafts = List.of(note("good"), decision("no").id("d"));
		assertRefused(ConflictException.class, () -> this.memory.commitAll(drafts, Change.anonymous()), "d");
		List<Draft> invalid = List.of(note("good"), Draft.of(NOTE, Map.of("bad", Double.NaN)));
		assertRefused(FactValidationException.class, () -> this.memory.commitAll(invalid, Change.anonymous()), "NaN");
	}

	@Test
	void commitsTheSameFactTwiceInOneStep() {
		List<Fact> facts = this.memory.commitAll(List.of(preference("x", 1), preference("x", 2)), Change.anonymous());
		Fact fact = everything().get(0);
		assertThat(everything()).hasSize(1);
		assertThat(fact.payload()).containsEntry("value", 2);
		assertThat(ids(facts)).containsExactly(fact.id(), fact.id());
		this.memory.rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void commitsNothingOfNothing() {
		assertThat(this.memory.commitAll(List.of(), Change.anonymous())).isEmpty();
		assertThat(log()).isEmpty();
	}

	@Test
	void acceptsATypeWithoutASchemaAsItIs() {
		Fact fact = this.memory.commit(Draft.of("anything goes!", Map.of("a b.c", 1)));
		assertThat(fact.type()).isEqualTo("anything goes!");
		assertThat(this.memory.query(FactQuery.type("anything goes!"))).containsExactly(fact);
	}

	@Test
	void refusesATypeWithoutASchemaIfToldSo() {
		MemoryStore strict = store((builder) -> builder.unregisteredTypes(UnregisteredTypes.REJECT));
		assertRefused(FactValidationException.class, () -> strict.commit(note("n")), NOTE);
		assertThat(strict.commit(preference("x", 1)).version()).isEqualTo(1);
	}

	@Test
	void takesInstancesOfRegisteredClasses() {
		MemoryStore store = store((builder) -> builder.schema(Person.class));
		Fact fact = store.commit(new Person("Ada", 36, null));
		assertThat(fact.type()).isEqualTo("person");
		assertThat(fact.payload()).containsEntry("name", "Ada").containsEntry("age", 36);
		assertThat(fact.payloadAs(Person.class)).isEqualTo(new Person("Ada", 36, null));
		assertThat(store.get(fact.id(), Person.class)).contains(new Person("Ada", 36, null));
		assertThat(store.query(Person.class, FactQuery.all())).containsExactly(new Person("Ada", 36, null));
		Fact corrected = store.commit(Draft.of(new Person("Ada", 37, List.of("maths"))).source("birthday"));
		assertThat(corrected.id()).isEqualTo(fact.id());
		assertThat(store.query(Person.class, FactQuery.all())).containsExactly(new Person("Ada", 37, List.of("maths")));
	}

	@Test
	void readsOnlyTheTypeOfTheClass() {
		MemoryStore store = store((builder) -> builder.schema(Person.class));
		store.commit(note("Ada"));
		assertThat(store.query(Person.class, FactQuery.all())).isEmpty();
	}

	@Test
	void refusesAnInstanceOfAnUnregisteredClass() {
		assertRefused(FactValidationException.class, () -> this.memory.commit(new Person("Ada", 36, null)),
				Person.class.getName());
	}

	@Test
	void checksThePayloadAgainstTheModelWithoutCoercion() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("human", Person.class)));
		assertRefused(FactValidationException.class,
				() -> store.commit(Draft.of("human", Map.of("name", "Ada", "age", "36"))), "age");
		assertRefused(FactValidationException.class,
				() -> store.commit(Draft.of("human", Map.of("name", 5, "age", 36))), "name");
		assertRefused(FactValidationException.class,
				() -> store.commit(Draft.of("human", Map.of("name", "Ada", "age", 36.5))), "age");
	}

	@Test
	void keepsPropertiesThatTheModelDoesNotKnow() {
		MemoryStore store = store((builder) -> builder.schema(Person.class));
		Fact fact = store.commit(Draft.of("person", Map.of("name", "Ada", "age", 36, "shoe", 38)));
		assertThat(store.get(fact.id()).orElseThrow().payload()).containsEntry("shoe", 38);
		assertThat(fact.payloadAs(Person.class).name()).isEqualTo("Ada");
	}

	@Test
	void checksAnUpdateAgainstTheModel() {
		MemoryStore store = store((builder) -> builder.schema(Person.class));
		Fact fact = store.commit(new Person("Ada", 36, null));
		assertRefused(FactValidationException.class, () -> store.update(fact.id(), Patch.set("age", "old")), "age");
	}

	@Test
	void refusesToChangeWhatItHandsOut() {
		Fact fact = this.memory.commit(Draft.of(NOTE, Map.of("list", List.of(1), "map", Map.of("a", 1))));
		Fact read = this.memory.get(fact.id()).orElseThrow();
		assertRefused(UnsupportedOperationException.class, () -> read.payload().put("x", 1));
		assertRefused(UnsupportedOperationException.class, () -> ((List<?>) read.payload().get("list")).clear());
		assertRefused(UnsupportedOperationException.class, () -> ((Map<?, ?>) read.payload().get("map")).clear());
	}

	@Test
	void copiesWhatItIsGiven() {
		List<Integer> list = new ArrayList<>(List.of(1, 2));
		Map<String, Object> payload = new HashMap<>(Map.of("list", list));
		Fact fact = this.memory.commit(Draft.of(NOTE, payload));
		list.clear();
		payload.put("more", 1);
		assertThat(this.memory.get(fact.id()).orElseThrow().payload()).isEqualTo(Map.of("list", List.of(1, 2)));
	}

	@Test
	void findsFactsInTheOrderOfTheirCreation() {
		Fact first = this.memory.commit(note("1").id("z"));
		Fact second = this.memory.commit(note("2").id("a"));
		Fact third = this.memory.commit(note("3").id("m"));
		this.memory.update(first.id(), Patch.set("text", "4"));
		assertThat(ids(this.memory.query(FactQuery.all()))).containsExactly(first.id(), second.id(), third.id());
	}

	/**
	 * A model for the tests.
	 *
	 * @param name the key
	 * @param age in years
	 * @param likes whatever, or null
	 */
	@FactType(value = "person", singleton = "name")
	public record Person(String name, int age, @Nullable List<String> likes) {
	}

}
