package io.memstate.test;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.Filter;
import io.memstate.LogQuery;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.SearchRequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Bad input of every kind: the right exception, a message that helps, and nothing
 * changed.
 *
 * @since 0.1.0
 */
public abstract class BadInputContractTests extends StorageContract {

	@BeforeEach
	void commitSomething() {
		this.memory.commit(note("there").id("n"));
		session("s").commit(note("there").id("m"));
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("io.memstate.test.BadInputContractTests#names")
	void refusesANameThatCouldNeverBeRight(String argument, String problem, BiConsumer<MemoryStore, String> call,
			String value) {
		assertRefused(IllegalArgumentException.class, () -> call.accept(this.memory, value),
				"'" + argument.split(" ")[0] + "' must");
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("io.memstate.test.BadInputContractTests#texts")
	void refusesATextThatCouldNeverBeRight(String argument, String problem, BiConsumer<MemoryStore, String> call,
			String value) {
		assertRefused(IllegalArgumentException.class, () -> call.accept(this.memory, value), "'" + argument + "' must");
	}

	@Test
	void namesTheLimitAndTheLength() {
		assertRefused(IllegalArgumentException.class, () -> session("x".repeat(10_000)), "255", "10000");
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.memstate.test.BadInputContractTests#nulls")
	void refusesNull(String argument, Consumer<MemoryStore> call) {
		assertRefused(IllegalArgumentException.class, () -> call.accept(this.memory),
				"'" + argument + "' must not be null");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
	void refusesStepsBelowOne(int steps) {
		assertRefused(IllegalArgumentException.class, () -> this.memory.rollback(steps), "'steps'", "at least 1",
				String.valueOf(steps));
		assertRefused(IllegalArgumentException.class, () -> this.memory.redo(steps), "'steps'", "at least 1");
		assertRefused(IllegalArgumentException.class, () -> session("s").rollback(steps), "'steps'", "at least 1");
		assertRefused(IllegalArgumentException.class, () -> session("s").redo(steps, Change.anonymous()), "'steps'",
				"at least 1");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
	void refusesLimitsBelowOne(int limit) {
		assertRefused(IllegalArgumentException.class, () -> FactQuery.all().limit(limit), "'limit'", "at least 1");
		assertRefused(IllegalArgumentException.class, () -> LogQuery.all().limit(limit), "'limit'", "at least 1");
		assertRefused(IllegalArgumentException.class, () -> SearchRequest.of("x").limit(limit), "'limit'",
				"at least 1");
		assertRefused(IllegalArgumentException.class, () -> LogQuery.all().before(limit), "'sequence'", "at least 1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ".", "a.", ".a", "a..b", "a b", "a[0]", "a['b']", "a\"b", "a'b", "$", "$$id",
			"$unknown", "$id.x", "a.$id", "`a", "a`", "`a`b", "a`b`", "`", "a,b", "a/b", "*", "a.*", "a;--", "a\n",
			"a\u0000", "\uD83D", "`a\u0000`", "`\uD83D`" })
	void refusesAMalformedPath(String path) {
		List<Consumer<String>> uses = List.of((p) -> Filter.eq(p, 1), (p) -> Filter.ne(p, 1), (p) -> Filter.gt(p, 1),
				(p) -> Filter.gte(p, 1), (p) -> Filter.lt(p, 1), (p) -> Filter.lte(p, 1), (p) -> Filter.contains(p, 1),
				(p) -> Filter.startsWith(p, "x"), (p) -> Filter.in(p, List.of(1)), Filter::exists,
				(p) -> FactQuery.all().orderBy(p, Direction.ASC), (p) -> FactSchema.of(NOTE).singleton(p),
				(p) -> FactSchema.of(NOTE).indexed(p));
		for (Consumer<String> use : uses) {
			assertRefused(IllegalArgumentException.class, () -> use.accept(path), "path");
		}
	}

	@Test
	void refusesAttributesAsKeysAndIndexes() {
		assertRefused(IllegalArgumentException.class, () -> FactSchema.of(NOTE).singleton("$id"), "$id");
		assertRefused(IllegalArgumentException.class, () -> FactSchema.of(NOTE).indexed("$createdAt"), "$createdAt");
	}

	@Test
	void refusesValuesThatNoPayloadHolds() {
		assertRefused(IllegalArgumentException.class, () -> Filter.eq("a", Double.NaN), "'value'", "a");
		assertRefused(IllegalArgumentException.class, () -> Filter.in("a", List.of(1, Double.POSITIVE_INFINITY)),
				"'value'");
		assertRefused(IllegalArgumentException.class, () -> Filter.eq("a", "\uD83D"), "'value'");
		assertRefused(IllegalArgumentException.class, () -> Filter.eq("a", "a\u0000"), "'value'");
		assertRefused(IllegalArgumentException.class, () -> Filter.startsWith("a", 1), "'value'", "string");
		assertRefused(IllegalArgumentException.class, () -> Filter.gt("$createdAt", "yesterday"), "'value'",
				"$createdAt", "yesterday");
		assertRefused(IllegalArgumentException.class, () -> Filter.gt("$createdAt", 5), "'value'", "$createdAt");
	}

	@ParameterizedTest
	@ValueSource(ints = { 100, 1_000, 100_000 })
	void refusesFiltersNestedTooDeep(int levels) {
		UnaryOperator<Filter> negation = Filter::not;
		UnaryOperator<Filter> choice = (filter) -> Filter.or(Filter.exists("a"), filter);
		UnaryOperator<Filter> both = (filter) -> Filter.and(filter, Filter.exists("a"));
		for (UnaryOperator<Filter> outer : List.of(negation, choice, both)) {
			assertRefused(IllegalArgumentException.class, () -> nested(outer, levels), "'filter' must", "100",
					"flatten");
		}
	}

	private static Filter nested(UnaryOperator<Filter> outer, int levels) {
		Filter filter = Filter.exists("a");
		for (int i = 0; i < levels; i++) {
			filter = outer.apply(filter);
		}
		return filter;
	}

	@Test
	void saysThatThereIsNoStepToUndoOrToRedo() {
		assertRefused(ConflictException.class, () -> this.memory.redo(1), "no step to redo", "after a rollback");
		assertRefused(ConflictException.class, () -> session("empty").rollback(1), "no step to undo", "empty");
		assertRefused(ConflictException.class, () -> this.memory.rollback(2), "1 steps to undo", "at most 1");
	}

	@Test
	void saysWhereAnUnknownFactMayBe() {
		assertRefused(FactNotFoundException.class, () -> this.memory.update("unknown", Map.of()), "unknown",
				this.namespace);
		assertRefused(FactNotFoundException.class, () -> this.memory.delete("unknown"), "unknown", this.namespace);
		assertRefused(FactNotFoundException.class, () -> session("s").delete("n"), "n", "s");
		assertRefused(FactNotFoundException.class, () -> this.memory.update("m", Map.of()), "m", "s");
		assertThat(this.memory.get("unknown")).isEmpty();
		assertThat(this.memory.history("unknown")).isEmpty();
	}

	@Test
	void refusesWhatIsNoDraftWithTheCallToUseInstead() {
		Fact fact = this.memory.get("n").orElseThrow();
		assertRefused(IllegalArgumentException.class, () -> this.memory.commit(Map.of("a", 1)), "Draft.of(type");
		assertRefused(IllegalArgumentException.class, () -> this.memory.commit(List.of(note("1"))), "commitAll");
		assertRefused(IllegalArgumentException.class, () -> this.memory.commit(new Object[0]), "commitAll");
		assertRefused(IllegalArgumentException.class, () -> this.memory.commit(fact), "update", "Draft.of");
		assertRefused(IllegalArgumentException.class, () -> Draft.of(fact), "update");
		assertRefused(IllegalArgumentException.class,
				() -> this.memory.commitAll(List.of(note("1"), Map.of()), Change.anonymous()), "Draft.of(type");
		assertRefused(IllegalArgumentException.class, () -> this.memory.transaction((work) -> work.commit(fact)),
				"update");
	}

	@Test
	void refusesNegativeVersions() {
		assertRefused(IllegalArgumentException.class, () -> Change.by("a").expecting(-1), "'version'", "-1");
	}

	@Test
	void refusesAnExpectedVersionWhereThereIsNoOneFact() {
		Change change = Change.by("a").expecting(1);
		assertRefused(IllegalArgumentException.class, () -> this.memory.commitAll(List.of(note("1")), change));
		assertRefused(IllegalArgumentException.class, () -> session("s").promote(change), "version");
		assertRefused(IllegalArgumentException.class, () -> session("s").discard(change), "version");
		assertRefused(IllegalArgumentException.class, () -> this.memory.rollback(1, change), "version");
		assertRefused(IllegalArgumentException.class, () -> this.memory.redo(1, change), "version");
		assertRefused(IllegalArgumentException.class,
				() -> this.memory.transaction(change, (work) -> work.commit(note("1"))), "version");
		assertRefused(IllegalArgumentException.class,
				() -> this.memory.transaction((work) -> work.commitAll(List.of(note("1")), change)), "version");
	}

	@Test
	void refusesForceWhereThereIsNothingToOverride() {
		Change change = Change.by("a").force();
		assertRefused(IllegalArgumentException.class, () -> this.memory.commit(note("1"), change), "force");
		assertRefused(IllegalArgumentException.class, () -> this.memory.update("n", Map.of(), change), "force");
		assertRefused(IllegalArgumentException.class, () -> this.memory.delete("n", change), "force");
		assertRefused(IllegalArgumentException.class, () -> this.memory.commitAll(List.of(note("1")), change), "force");
		assertRefused(IllegalArgumentException.class, () -> session("s").promote(change), "force");
		assertRefused(IllegalArgumentException.class, () -> session("s").discard(change), "force");
		assertRefused(IllegalArgumentException.class,
				() -> this.memory.transaction(change, (work) -> work.commit(note("1"))), "force");
		assertRefused(IllegalArgumentException.class, () -> this.memory.transaction((work) -> work.delete("n", change)),
				"force");
	}

	@Test
	void refusesAKeyOnATransaction() {
		assertRefused(IllegalArgumentException.class,
				() -> this.memory.transaction(Change.by("a").idempotencyKey("k"), (work) -> work.commit(note("1"))),
				"idempotency key", "inside");
		assertRefused(IllegalArgumentException.class, () -> this.memory.transaction(
				(work) -> work.transaction(Change.by("a").idempotencyKey("k"), (inner) -> inner.commit(note("1")))),
				"idempotency key");
	}

	@Test
	void refusesTimesThatNoStorageHolds() {
		assertRefused(IllegalArgumentException.class, () -> this.memory.commit(note("1").expiresAt(Instant.MAX)),
				"'expiresAt'");
		assertRefused(IllegalArgumentException.class,
				() -> this.memory.commit(note("1").expiresIn(Duration.ofSeconds(Long.MAX_VALUE))), "'expiresIn'");
		assertRefused(IllegalArgumentException.class, () -> this.memory.asOf(Instant.MIN), "'time'");
		assertRefused(IllegalArgumentException.class, () -> LogQuery.all().since(Instant.MAX), "'time'");
	}

	@Test
	void refusesABlankSearch() {
		assertRefused(IllegalArgumentException.class, () -> SearchRequest.of(" "), "'text'");
		assertRefused(IllegalArgumentException.class, () -> SearchRequest.of("x").minScore(Double.NaN), "'minScore'");
	}

	@Test
	void refusesUseAfterClose() {
		MemoryStore other = store((builder) -> builder);
		MemorySession session = other.session("s");
		other.close();
		assertRefused(IllegalStateException.class, () -> other.commit(note("1")), "closed");
		assertRefused(IllegalStateException.class, () -> other.query(FactQuery.all()), "closed");
		assertRefused(IllegalStateException.class, session::discard, "closed");
		assertThat(this.memory.get("n")).isPresent();
	}

	@Test
	void aViewClosesNothing() {
		this.memory.namespace(this.namespace + "-other").close();
		assertThat(this.memory.commit(note("1")).version()).isEqualTo(1);
	}

	static Stream<Arguments> names() {
		Map<String, BiConsumer<MemoryStore, String>> calls = new LinkedHashMap<>();
		calls.put("id", (store, value) -> store.commit(Draft.of(NOTE, Map.of()).id(value)));
		calls.put("id of get", (store, value) -> store.get(value));
		calls.put("id of update", (store, value) -> store.update(value, Map.of()));
		calls.put("id of delete", (store, value) -> store.delete(value));
		calls.put("id of session", (store, value) -> store.session(value).commit(Draft.of(NOTE, Map.of())));
		calls.put("type", (store, value) -> store.commit(Draft.of(value, Map.of())));
		calls.put("type of query", (store, value) -> store.query(FactQuery.type(value)));
		calls.put("type of schema", (store, value) -> FactSchema.of(value));
		calls.put("actor", (store, value) -> store.delete("n", Change.by(value)));
		calls.put("key", (store, value) -> store.delete("n", Change.by("a").idempotencyKey(value)));
		calls.put("name", (store, value) -> store.namespace(value).commit(Draft.of(NOTE, Map.of())));
		calls.put("factId", (store, value) -> store.history(value));
		calls.put("id of log", (store, value) -> store.log(LogQuery.all().fact(value)));
		Map<String, String> values = new LinkedHashMap<>();
		values.put("empty", "");
		values.put("blank", " ");
		values.put("of 256 characters", "x".repeat(256));
		values.put("of 10,000 characters", "\uD83D\uDE00".repeat(10_000));
		values.put("with a line break", "a\nb");
		values.put("with NUL", "a\0b");
		values.put("with a C1 control character", "a\u0085b");
		values.put("with a lone surrogate", "a\uD83D");
		return calls.entrySet()
			.stream()
			.flatMap((call) -> values.entrySet()
				.stream()
				.map((value) -> arguments(call.getKey(), value.getKey(), call.getValue(), value.getValue())));
	}

	static Stream<Arguments> texts() {
		Map<String, BiConsumer<MemoryStore, String>> calls = new LinkedHashMap<>();
		calls.put("source", (store, value) -> store.commit(Draft.of(NOTE, Map.of()).source(value)));
		calls.put("reason", (store, value) -> store.delete("n", Change.by("a").because(value)));
		Map<String, String> values = new LinkedHashMap<>();
		values.put("of 4,097 characters", "x".repeat(4097));
		values.put("with NUL", "a\0b");
		values.put("with a lone surrogate", "a\uD83D");
		return calls.entrySet()
			.stream()
			.flatMap((call) -> values.entrySet()
				.stream()
				.map((value) -> arguments(call.getKey(), value.getKey(), call.getValue(), value.getValue())));
	}

	static Stream<Arguments> nulls() {
		return Stream.of(call("model", (store) -> store.commit(null)),
				call("change", (store) -> store.commit(Draft.of(NOTE, Map.of()), null)),
				call("models", (store) -> store.commitAll(null, Change.anonymous())),
				call("change", (store) -> store.commitAll(List.of(), null)),
				call("model", (store) -> store.commitAll(Arrays.asList((Object) null), Change.anonymous())),
				call("id", (store) -> store.update(null, Map.of())), call("patch", (store) -> store.update("n", null)),
				call("change", (store) -> store.update("n", Map.of(), null)), call("id", (store) -> store.delete(null)),
				call("change", (store) -> store.delete("n", null)), call("id", (store) -> store.get(null)),
				call("model", (store) -> store.get("n", null)), call("query", (store) -> store.query(null)),
				call("query", (store) -> store.count(null)), call("query", (store) -> store.stream(null)),
				call("request", (store) -> store.search(null)), call("work", (store) -> store.transaction(null)),
				call("change", (store) -> store.transaction(null, (work) -> null)),
				call("name", (store) -> store.namespace(null)), call("id", (store) -> store.session(null)),
				call("query", (store) -> store.log(null)), call("factId", (store) -> store.history(null)),
				call("change", (store) -> store.rollback(1, null)), call("change", (store) -> store.redo(1, null)),
				call("time", (store) -> store.asOf(null)),
				call("query", (store) -> store.asOf(Instant.EPOCH).query(null)),
				call("change", (store) -> store.session("s").promote((Change) null)),
				call("selector", (store) -> store.session("s").promote(null, Change.anonymous())),
				call("change", (store) -> store.session("s").discard(null)),
				call("storage", (store) -> MemoryStore.builder(null)), call("model", (store) -> Draft.of(null)),
				call("type", (store) -> Draft.of(null, Map.of())), call("payload", (store) -> Draft.of(NOTE, null)),
				call("actor", (store) -> Change.by(null)), call("reason", (store) -> Change.by("a").because(null)),
				call("filter", (store) -> FactQuery.all().where(null)),
				call("last", (store) -> FactQuery.all().after(null)),
				call("direction", (store) -> FactQuery.all().orderBy("a", null)),
				call("values", (store) -> Filter.in("a", null)), call("filter", (store) -> Filter.not(null)),
				call("filter", (store) -> Filter.and(Filter.exists("a"), null)),
				call("operation", (store) -> LogQuery.all().operation(null)),
				call("schema", (store) -> store.schemas().register(null)),
				call("model", (store) -> FactSchema.of((Class<?>) null)),
				call("paths", (store) -> FactSchema.of(NOTE).singleton((String[]) null)),
				call("path", (store) -> FactSchema.of(NOTE).singleton("a", null)),
				call("path", (store) -> FactSchema.of(NOTE).indexed((String) null)),
				call("text", (store) -> SearchRequest.of(null)));
	}

	private static Arguments call(String argument, Consumer<MemoryStore> call) {
		return arguments(argument, call);
	}

}
