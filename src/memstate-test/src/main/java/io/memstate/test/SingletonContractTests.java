package io.memstate.test;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactSchema;
import io.memstate.FactValidationException;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Singletons: one current fact for each key in each layer.
 *
 * @since 0.1.0
 */
public abstract class SingletonContractTests extends StorageContract {

	@Test
	void correctsTheFactThatIsThere() {
		Fact first = this.memory.commit(preference("editor", "vi"));
		Fact second = this.memory.commit(preference("editor", "emacs"));
		assertThat(second.id()).isEqualTo(first.id());
		assertThat(second.version()).isEqualTo(2);
		assertThat(second.createdAt()).isEqualTo(first.createdAt());
		assertThat(second.payload()).containsEntry("value", "emacs");
		assertThat(everything()).containsExactly(second);
	}

	@Test
	void replacesAllOfTheFactThatIsThere() {
		this.memory.commit(preference("editor", "vi").source("book").ephemeral());
		Fact second = this.memory.commit(preference("editor", "vi"));
		assertThat(second.source()).isNull();
		assertThat(second.ephemeral()).isFalse();
	}

	@Test
	void keepsOneFactForEachKey() {
		this.memory.commit(preference("editor", "vi"));
		this.memory.commit(preference("shell", "zsh"));
		assertThat(everything()).hasSize(2);
	}

	@Test
	void keepsOneFactInEachLayer() {
		Fact longTerm = this.memory.commit(preference("editor", "vi"));
		Fact first = session("a").commit(preference("editor", "emacs"));
		Fact second = session("b").commit(preference("editor", "nano"));
		assertThat(everything()).containsExactlyInAnyOrder(longTerm, first, second);
		assertThat(session("a").commit(preference("editor", "ed")).id()).isEqualTo(first.id());
		assertThat(this.memory.get(longTerm.id())).contains(longTerm);
		assertThat(session("b").get(second.id())).contains(second);
	}

	@Test
	void keepsOneFactInEachNamespace() {
		Fact fact = this.memory.commit(preference("editor", "vi"));
		Fact other = this.memory.namespace(this.namespace + "-other").commit(preference("editor", "emacs"));
		assertThat(other.id()).isNotEqualTo(fact.id());
		assertThat(this.memory.get(fact.id())).contains(fact);
	}

	@Test
	void keepsTypesApart() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("habit").singleton("role")));
		store.commit(preference("editor", "vi"));
		store.commit(Draft.of("habit", Map.of("role", "editor")));
		assertThat(everything()).hasSize(2);
	}

	@Test
	void acceptsTheIdOfTheFactThatHoldsTheKey() {
		Fact first = this.memory.commit(preference("editor", "vi").id("p"));
		assertThat(this.memory.commit(preference("editor", "emacs").id("p")).version()).isEqualTo(2);
		assertThat(everything()).hasSize(1);
		assertThat(first.id()).isEqualTo("p");
	}

	@Test
	void refusesAnIdOtherThanThatOfTheFactThatHoldsTheKey() {
		this.memory.commit(preference("editor", "vi").id("p"));
		assertRefused(ConflictException.class, () -> this.memory.commit(preference("editor", "emacs").id("q")), "p",
				"q");
		this.memory.commit(preference("shell", "zsh").id("q"));
		assertRefused(ConflictException.class, () -> this.memory.commit(preference("editor", "emacs").id("q")), "p",
				"q");
	}

	@Test
	void movesAFactToAnotherKeyById() {
		this.memory.commit(preference("editor", "vi").id("p"));
		assertThat(this.memory.commit(preference("shell", "vi").id("p")).version()).isEqualTo(2);
		Fact fresh = this.memory.commit(preference("editor", "emacs"));
		assertThat(fresh.id()).isNotEqualTo("p");
		assertThat(everything()).hasSize(2);
	}

	@Test
	void refusesAPatchThatCollides() {
		Fact editor = this.memory.commit(preference("editor", "vi"));
		Fact shell = this.memory.commit(preference("shell", "zsh"));
		assertRefused(ConflictException.class, () -> this.memory.update(shell.id(), Patch.set("role", "editor")),
				editor.id());
	}

	@Test
	void freesTheKeyThatAPatchLeaves() {
		Fact fact = this.memory.commit(preference("editor", "vi"));
		this.memory.update(fact.id(), Patch.set("role", "shell"));
		assertThat(this.memory.commit(preference("shell", "zsh")).id()).isEqualTo(fact.id());
		assertThat(this.memory.commit(preference("editor", "vi")).id()).isNotEqualTo(fact.id());
	}

	@Test
	void freesTheKeyOfADeletedFact() {
		Fact fact = this.memory.commit(preference("editor", "vi"));
		this.memory.delete(fact.id());
		Fact fresh = this.memory.commit(preference("editor", "emacs"));
		assertThat(fresh.id()).isNotEqualTo(fact.id());
		assertThat(fresh.version()).isEqualTo(1);
	}

	@Test
	void exchangesKeysInOneStep() {
		this.memory.commit(preference("editor", "vi").id("p"));
		this.memory.commit(preference("shell", "zsh").id("q"));
		this.memory.transaction((work) -> {
			work.update("p", Patch.set("role", "waiting"));
			work.update("q", Patch.set("role", "editor"));
			return work.update("p", Patch.set("role", "shell"));
		});
		assertThat(this.memory.commit(preference("editor", "ed")).id()).isEqualTo("q");
		assertThat(this.memory.commit(preference("shell", "sh")).id()).isEqualTo("p");
		this.memory.rollback(3);
		assertThat(this.memory.commit(preference("editor", "ed")).id()).isEqualTo("p");
	}

	@Test
	void refusesAMissingKey() {
		assertRefused(FactValidationException.class, () -> this.memory.commit(Draft.of(PREFERENCE, Map.of("value", 1))),
				PREFERENCE, "role");
	}

	@Test
	void refusesANullKey() {
		Map<String, Object> payload = new HashMap<>();
		payload.put("role", null);
		assertRefused(FactValidationException.class, () -> this.memory.commit(Draft.of(PREFERENCE, payload)),
				PREFERENCE, "role");
	}

	@Test
	void refusesAPatchThatRemovesTheKey() {
		Fact fact = this.memory.commit(preference("editor", "vi"));
		assertRefused(FactValidationException.class, () -> this.memory.update(fact.id(), Patch.removing("role")),
				"role");
	}

	@Test
	void comparesNumbersInKeysByValue() {
		Fact one = this.memory.commit(key(1));
		assertThat(this.memory.commit(key(1.0)).id()).isEqualTo(one.id());
		assertThat(this.memory.commit(key(new BigDecimal("1.00"))).id()).isEqualTo(one.id());
		assertThat(this.memory.commit(key(List.of(1, Map.of("a", 2)))).id())
			.isEqualTo(this.memory.commit(key(List.of(1.0, Map.of("a", 2.0)))).id());
		assertThat(this.memory.commit(key((1L << 53) + 1)).id()).isNotEqualTo(this.memory.commit(key(1L << 53)).id());
	}

	@Test
	void neverTakesKeysOfDifferentKindsForEqual() {
		List<Object> keys = List.of(1, "1", true, "true", List.of(1), List.of("1"), Map.of("a", 1), List.of(), Map.of(),
				"", "a", "A", "e\u0301", "\u00E9", 0, false, "[1]", List.of(1, 2), List.of(List.of(1), 2));
		keys.forEach((key) -> this.memory.commit(key(key)));
		assertThat(everything()).hasSize(keys.size());
	}

	@Test
	void keepsKeysOfAnyLength() {
		String key = "\uD83D\uDE00".repeat(200_000);
		Fact fact = this.memory.commit(key(key));
		assertThat(this.memory.commit(key(key)).id()).isEqualTo(fact.id());
		assertThat(this.memory.commit(key(key + "!")).id()).isNotEqualTo(fact.id());
	}

	@Test
	void takesSeveralFieldsForAKey() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("seat").singleton("row", "place.number")));
		store.commit(seat("a", 1));
		store.commit(seat("a", 2));
		store.commit(seat("b", 1));
		store.commit(seat("a", 1));
		assertThat(everything()).hasSize(3);
		assertRefused(FactValidationException.class, () -> store.commit(Draft.of("seat", Map.of("row", "a"))),
				"place.number");
	}

	@Test
	void neverRunsFieldsOfAKeyTogether() {
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of("pair").singleton("a", "b")));
		List<List<Object>> pairs = List.of(List.of("x", "yz"), List.of("xy", "z"), List.of("", "xyz"),
				List.of("x\",\"y", "z"), List.of(List.of("x"), "y"), List.of("x", List.of("y")));
		pairs.forEach((pair) -> store.commit(Draft.of("pair", Map.of("a", pair.get(0), "b", pair.get(1)))));
		assertThat(everything()).hasSize(pairs.size());
	}

	@Test
	void refusesAWriteUnderOtherKeyFields() {
		this.memory.commit(preference("editor", "vi"));
		MemoryStore changed = store((builder) -> builder.schema(FactSchema.of(PREFERENCE).singleton("value")));
		assertRefused(ConflictException.class, () -> changed.commit(preference("editor", "vi")), PREFERENCE, "value");
		MemoryStore none = store((builder) -> builder.schema(FactSchema.of(PREFERENCE)));
		assertRefused(ConflictException.class, () -> none.commit(preference("editor", "vi")), PREFERENCE);
	}

	@Test
	void refusesToMakeATypeASingletonOverFactsThatAreNot() {
		this.memory.commit(note("n"));
		MemoryStore changed = store((builder) -> builder.schema(FactSchema.of(NOTE).singleton("text")));
		assertRefused(ConflictException.class, () -> changed.commit(note("m")), NOTE, "text");
	}

	@Test
	void takesOtherKeyFieldsOnceNoFactIsLeft() {
		Fact fact = this.memory.commit(preference("editor", "vi"));
		this.memory.delete(fact.id());
		MemoryStore changed = store((builder) -> builder.schema(FactSchema.of(PREFERENCE).singleton("value")));
		Fact first = changed.commit(preference("editor", "vi"));
		assertThat(changed.commit(preference("shell", "vi")).id()).isEqualTo(first.id());
		assertRefused(ConflictException.class, () -> this.memory.commit(preference("editor", "vi")), PREFERENCE);
	}

	@Test
	void readsUnderAnySchema() {
		Fact fact = this.memory.commit(preference("editor", "vi"));
		MemoryStore changed = store((builder) -> builder.schema(FactSchema.of(PREFERENCE).singleton("value")));
		assertThat(changed.get(fact.id())).contains(fact);
	}

	@Test
	void changesSeveralSingletonsInOneStep() {
		this.memory.commitAll(List.of(preference("a", 1), preference("b", 1)), Change.anonymous());
		List<Fact> facts = this.memory.commitAll(List.of(preference("b", 2), preference("c", 1)), Change.anonymous());
		assertThat(facts).extracting(Fact::version).containsExactly(2L, 1L);
		assertThat(everything()).hasSize(3);
	}

	private static Draft key(Object key) {
		return Draft.of(PREFERENCE, Map.of("role", key));
	}

	private static Draft seat(String row, int number) {
		return Draft.of("seat", Map.of("row", row, "place", Map.of("number", number)));
	}

}
