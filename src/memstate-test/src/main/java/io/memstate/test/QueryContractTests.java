package io.memstate.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.memstate.Change;
import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.Filter;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Filters, orders and pages: the same answers on every storage.
 *
 * @since 0.1.0
 */
public abstract class QueryContractTests extends StorageContract {

	private static final Object MISSING = "(missing)";

	private static final long BEYOND_DOUBLE = 1L << 53;

	/**
	 * Values of every kind in their order, by which the expected answers are told. Those
	 * in one row are equal.
	 */
	private static final List<List<@Nullable Object>> ORDERED = List.of(List.of(MISSING), Arrays.asList((Object) null),
			List.of(false), List.of(true), List.of(new BigDecimal("-1e400")), List.of(-1.5), List.of(-1),
			List.of(0, 0.0, -0.0), List.of(new BigDecimal("1e-400")), List.of(0.1), List.of(1, 1.0, 1L),
			List.of(1.5, new BigDecimal("1.50")), List.of(2), List.of(10, new BigDecimal("1e1")),
			List.of(BEYOND_DOUBLE, new BigDecimal(BEYOND_DOUBLE + ".0")), List.of(BEYOND_DOUBLE + 1),
			List.of(new BigDecimal(BEYOND_DOUBLE + 1 + ".5")), List.of(BEYOND_DOUBLE + 2), List.of(Long.MAX_VALUE),
			List.of(BigInteger.TWO.pow(63), new BigDecimal("9223372036854775808.0")),
			List.of(BigInteger.TWO.pow(63).add(BigInteger.ONE)), List.of(1e30, BigInteger.TEN.pow(30)),
			List.of(new BigDecimal("1e400"), BigInteger.TEN.pow(400)), List.of(""), List.of(" "), List.of("%"),
			List.of("1"), List.of("10"), List.of("9"), List.of("A"), List.of("B"), List.of("_"), List.of("a"),
			List.of("aa"), List.of("a\u0300"), List.of("b"), List.of("null"), List.of("\u00E0"), List.of("\uD7FF"),
			List.of("\uFFFD"), List.of("\uD83D\uDE00"), List.of("\uD83D\uDE00a"), List.of(List.of()),
			List.of(Arrays.asList((Object) null)), List.of(List.of(1), List.of(1.0)), List.of(List.of(1, 0)),
			List.of(List.of(2)), List.of(List.of("a")), List.of(List.of(List.of())), List.of(Map.of()),
			List.of(Map.of("a", 1), Map.of("a", 1.0)), List.of(Map.of("a", 1, "b", 0)), List.of(Map.of("a", 2)),
			List.of(Map.of("b", 0)));

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.memstate.test.QueryContractTests#comparisons")
	void compares(String name, Function<@Nullable Object, Filter> filter, BiPredicate<Integer, Integer> expected) {
		Map<String, Integer> rows = commitOrdered();
		assertComparisons(this.memory, filter, expected, rows);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.memstate.test.QueryContractTests#comparisons")
	void comparesOnAnIndexedPath(String name, Function<@Nullable Object, Filter> filter,
			BiPredicate<Integer, Integer> expected) {
		MemoryStore indexing = store((builder) -> builder.schema(FactSchema.of(NOTE).indexed("v")));
		this.memory = indexing;
		Map<String, Integer> rows = commitOrdered();
		assertComparisons(indexing, filter, expected, rows);
	}

	private void assertComparisons(MemoryStore store, Function<@Nullable Object, Filter> filter,
			BiPredicate<Integer, Integer> expected, Map<String, Integer> rows) {
		for (int row = 1; row < ORDERED.size(); row++) {
			int operand = row;
			for (Object value : ORDERED.get(row)) {
				FactQuery query = FactQuery.type(NOTE).where(filter.apply(value));
				List<String> matching = rows.entrySet()
					.stream()
					.filter((entry) -> expected.test(entry.getValue(), operand))
					.map(Map.Entry::getKey)
					.toList();
				assertThat(ids(store.query(query))).as("compared with %s", value)
					.containsExactlyInAnyOrderElementsOf(matching);
				assertThat(store.count(query)).as("compared with %s", value).isEqualTo(matching.size());
			}
		}
	}

	@Test
	void sortsValuesOfEveryKind() {
		Map<String, Integer> rows = commitOrdered();
		List<Fact> ascending = this.memory.query(FactQuery.all().orderBy("v", Direction.ASC));
		assertThat(ascending).extracting((fact) -> rows.get(fact.id())).isSorted().hasSize(rows.size());
		List<Fact> descending = this.memory.query(FactQuery.all().orderBy("v", Direction.DESC));
		assertThat(descending).extracting((fact) -> -rows.get(fact.id())).isSorted().hasSize(rows.size());
	}

	@Test
	void breaksTiesByCreationAndThenById() {
		for (String id : List.of("c", "a", "B")) {
			this.memory.commit(note("same").id(id));
		}
		this.clock.tick();
		for (String id : List.of("z", "\uD83D\uDE01", "\uFFFC", "Z")) {
			this.memory.commit(Draft.of(NOTE, Map.of("text", "same")).id(id));
		}
		List<String> expected = List.of("c", "a", "B", "Z", "z", "\uFFFC", "\uD83D\uDE01");
		assertThat(ids(this.memory.query(FactQuery.all()))).isEqualTo(expected);
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("text", Direction.ASC)))).isEqualTo(expected);
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("text", Direction.DESC)))).isEqualTo(expected);
	}

	@Test
	void sortsBySeveralPaths() {
		commit("1", Map.of("a", 1, "b", 2));
		commit("2", Map.of("a", 2, "b", 1));
		commit("3", Map.of("a", 1, "b", 1));
		commit("4", Map.of("a", 2, "b", 2));
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("a", Direction.DESC).orderBy("b", Direction.ASC))))
			.containsExactly("2", "4", "3", "1");
	}

	@Test
	void sortsByAttributes() {
		this.memory.commit(note("1").id("b"));
		this.memory.commit(note("2").id("a").source("x"));
		this.memory.commit(note("3").id("b"));
		this.memory.commit(preference("p", 1).id("c").source("w"));
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("$id", Direction.DESC)))).containsExactly("c", "b",
				"a");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("$version", Direction.DESC)))).startsWith("b");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("$updatedAt", Direction.ASC)))).containsExactly("a",
				"b", "c");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("$createdAt", Direction.DESC)))).containsExactly("c",
				"a", "b");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("$source", Direction.ASC)))).containsExactly("b", "c",
				"a");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("$type", Direction.DESC)))).containsExactly("c", "b",
				"a");
	}

	@Test
	void filtersByAttributes() {
		Fact first = this.memory.commit(note("1").id("a").source("book, page 7"));
		this.memory.commit(note("2").id("b"));
		Fact third = this.memory.commit(preference("p", 1).id("c"));
		this.memory.update("b", Patch.set("more", 1));
		assertFound(Filter.eq("$id", "a"), "a");
		assertFound(Filter.in("$id", List.of("a", "c", "x")), "a", "c");
		assertFound(Filter.eq("$type", PREFERENCE), "c");
		assertFound(Filter.startsWith("$source", "book"), "a");
		assertFound(Filter.exists("$source"), "a");
		assertFound(Filter.ne("$source", "book, page 7"), "b", "c");
		assertFound(Filter.gt("$version", 1), "b");
		assertFound(Filter.eq("$version", 1.0), "a", "c");
		assertFound(Filter.lte("$createdAt", first.createdAt()), "a");
		assertFound(Filter.gte("$createdAt", third.createdAt().toString()), "c");
		assertFound(Filter.gt("$updatedAt", first.updatedAt()), "b", "c");
		assertFound(Filter.eq("$createdAt", third.createdAt()), "c");
	}

	@Test
	void findsElementsAndSubstrings() {
		commit("array", Map.of("v", List.of(1, "a", List.of("n"), Map.of("k", 1), true)));
		commit("nulls", Map.of("v", Arrays.asList(null, 2)));
		commit("string", Map.of("v", "a%b_\\c'd\"e*[f]\uD83D\uDE00"));
		commit("number", Map.of("v", 1));
		commit("object", Map.of("v", Map.of("a", 1)));
		commit("missing", Map.of());
		assertFound(Filter.contains("v", 1), "array");
		assertFound(Filter.contains("v", 1.0), "array");
		assertFound(Filter.contains("v", "1"));
		assertFound(Filter.contains("v", "a"), "array", "string");
		assertFound(Filter.contains("v", "n"));
		assertFound(Filter.contains("v", List.of("n")), "array");
		assertFound(Filter.contains("v", Map.of("k", 1.0)), "array");
		assertFound(Filter.contains("v", true), "array");
		assertFound(Filter.contains("v", null), "nulls");
		assertFound(Filter.contains("v", 2), "nulls");
		assertFound(Filter.contains("v", ""), "string");
		assertFound(Filter.contains("v", "%b_"), "string");
		assertFound(Filter.contains("v", "%c"));
		assertFound(Filter.contains("v", "\\c'd\"e*[f]"), "string");
		assertFound(Filter.contains("v", "\uD83D\uDE00"), "string");
		assertFound(Filter.contains("v", "A"));
	}

	@Test
	void findsPrefixes() {
		commit("1", Map.of("v", "a%b"));
		commit("2", Map.of("v", "ab"));
		commit("3", Map.of("v", "Ab"));
		commit("4", Map.of("v", "a\\"));
		commit("5", Map.of("v", List.of("ab")));
		commit("6", Map.of("v", "\uD83D\uDE00x"));
		commit("7", Map.of("v", 12));
		assertFound(Filter.startsWith("v", "a"), "1", "2", "4");
		assertFound(Filter.startsWith("v", "a%"), "1");
		assertFound(Filter.startsWith("v", "a_"));
		assertFound(Filter.startsWith("v", "a\\"), "4");
		assertFound(Filter.startsWith("v", ""), "1", "2", "3", "4", "6");
		assertFound(Filter.startsWith("v", "\uD83D\uDE00"), "6");
		assertFound(Filter.startsWith("v", "1"));
	}

	@Test
	void findsPrefixesOfLongStringsOnAnIndexedPath() {
		this.memory = store((builder) -> builder.schema(FactSchema.of(NOTE).indexed("v")));
		String shared = "x".repeat(5000);
		commit("1", Map.of("v", shared + "a"));
		commit("2", Map.of("v", shared + "b"));
		commit("3", Map.of("v", shared));
		assertFound(Filter.eq("v", shared + "a"), "1");
		assertFound(Filter.ne("v", shared + "a"), "2", "3");
		assertFound(Filter.gt("v", shared), "1", "2");
		assertFound(Filter.gte("v", shared + "b"), "2");
		assertFound(Filter.lt("v", shared + "b"), "1", "3");
		assertFound(Filter.startsWith("v", shared + "b"), "2");
		assertFound(Filter.in("v", List.of(shared, shared + "b")), "2", "3");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("v", Direction.DESC)))).containsExactly("2", "1", "3");
	}

	@Test
	void tellsNullFromMissing() {
		Map<String, Object> payload = new HashMap<>();
		payload.put("v", null);
		commit("null", payload);
		commit("missing", Map.of());
		commit("value", Map.of("v", 1));
		assertFound(Filter.exists("v"), "null", "value");
		assertFound(Filter.not(Filter.exists("v")), "missing");
		assertFound(Filter.eq("v", null), "null");
		assertFound(Filter.ne("v", null), "missing", "value");
		assertFound(Filter.ne("v", 1), "null", "missing");
		assertFound(Filter.in("v", Arrays.asList(null, 1)), "null", "value");
		assertFound(Filter.in("v", List.of()));
	}

	@Test
	void combinesFilters() {
		commit("1", Map.of("a", 1, "b", 1));
		commit("2", Map.of("a", 1, "b", 2));
		commit("3", Map.of("a", 2, "b", 2));
		commit("4", Map.of("b", 2));
		assertFound(Filter.and(Filter.eq("a", 1), Filter.eq("b", 2)), "2");
		assertFound(Filter.or(Filter.eq("a", 2), Filter.eq("b", 1)), "1", "3");
		assertFound(Filter.not(Filter.or(Filter.eq("a", 2), Filter.eq("b", 1))), "2", "4");
		assertFound(Filter.not(Filter.and(Filter.eq("a", 1), Filter.eq("b", 2))), "1", "3", "4");
		assertFound(Filter.not(Filter.gt("a", 1)), "1", "2", "4");
		assertFound(Filter.not(Filter.not(Filter.eq("a", 1))), "1", "2");
		assertFound(Filter.and(), "1", "2", "3", "4");
		assertFound(Filter.or());
		assertFound(Filter.not(Filter.and()));
		assertFound(Filter.or(Filter.and(Filter.eq("a", 1), Filter.not(Filter.eq("b", 1))), Filter.eq("a", 2)), "2",
				"3");
		assertThat(ids(this.memory.query(FactQuery.all().where(Filter.eq("a", 1)).where(Filter.eq("b", 1)))))
			.containsExactly("1");
	}

	@Test
	void combinesFiltersHundredLevelsDeep() {
		Fact one = this.memory.commit(note("one"));
		this.memory.commit(note("two"));
		Filter filter = Filter.eq("text", "one");
		for (int i = 0; i < 33; i++) {
			filter = Filter.not(Filter.not(Filter.or(Filter.eq("text", "three"), filter)));
		}
		assertThat(this.memory.query(FactQuery.all().where(filter))).containsExactly(one);
		assertThat(this.memory.count(FactQuery.all().where(filter))).isOne();
		Filter each = Filter.contains("text", "e");
		for (int i = 0; i < 99; i++) {
			each = Filter.and(Filter.startsWith("text", "o"), each);
		}
		assertThat(this.memory.query(FactQuery.all().where(each))).containsExactly(one);
	}

	@Test
	void followsPathsOfEveryKind() {
		commit("deep", Map.of("a", Map.of("b", Map.of("c", 1))));
		commit("dotted", Map.of("a.b", Map.of("c", 1)));
		commit("odd", Map.of("it's \"odd\" [0] {$}`%", 1, "$id", 2, "", 3));
		commit("unicode", Map.of("größe", 1, "\u540D\u524D", 2, "\uD83D\uDE00", 3));
		commit("array", Map.of("a", List.of(Map.of("b", Map.of("c", 1)))));
		commit("digits", Map.of("a", Map.of("0", 1), "0", 5));
		assertFound(Filter.eq("a.b.c", 1), "deep");
		assertFound(Filter.eq("`a.b`.c", 1), "dotted");
		assertFound(Filter.eq("`it's \"odd\" [0] {$}``%`", 1), "odd");
		assertFound(Filter.eq("`$id`", 2), "odd");
		assertFound(Filter.eq("``", 3), "odd");
		assertFound(Filter.eq("größe", 1), "unicode");
		assertFound(Filter.eq("\u540D\u524D", 2), "unicode");
		assertFound(Filter.eq("`\uD83D\uDE00`", 3), "unicode");
		assertFound(Filter.exists("a.b"), "deep");
		assertFound(Filter.eq("a.0", 1), "digits");
		assertFound(Filter.eq("0", 5), "digits");
	}

	@Test
	void limits() {
		IntStream.rangeClosed(1, 5).forEach((i) -> commit("" + i, Map.of("v", 6 - i)));
		assertThat(ids(this.memory.query(FactQuery.all().limit(2)))).containsExactly("1", "2");
		assertThat(ids(this.memory.query(FactQuery.all().orderBy("v", Direction.ASC).limit(2)))).containsExactly("5",
				"4");
		assertThat(this.memory.count(FactQuery.all().limit(2))).isEqualTo(2);
		assertThat(this.memory.count(FactQuery.all().limit(9))).isEqualTo(5);
		assertThat(ids(this.memory.query(FactQuery.all().where(Filter.lt("v", 3)).limit(1)))).containsExactly("4");
	}

	@Test
	void countsFromAPageOn() {
		IntStream.rangeClosed(1, 5).forEach((i) -> commit("" + i, Map.of("v", i)));
		Fact second = this.memory.get("2").orElseThrow();
		assertThat(this.memory.count(FactQuery.all().after(second))).isEqualTo(3);
		assertThat(this.memory.count(FactQuery.all().after(second).limit(2))).isEqualTo(2);
	}

	@ParameterizedTest
	@MethodSource("io.memstate.test.QueryContractTests#orders")
	void pagesThroughEveryOrder(FactQuery query) {
		commitOrdered();
		List<Fact> paged = new ArrayList<>();
		List<Fact> page = this.memory.query(query.limit(7));
		while (!page.isEmpty()) {
			paged.addAll(page);
			assertThat(paged).as("pages that never end").hasSizeLessThan(500);
			page = this.memory.query(query.after(page.get(page.size() - 1)).limit(7));
		}
		assertThat(paged).isEqualTo(this.memory.query(query)).hasSizeGreaterThan(50);
		try (Stream<Fact> stream = this.memory.stream(query)) {
			assertThat(stream).isEqualTo(paged);
		}
	}

	@Test
	void keepsPagesWholeWhileOthersWrite() {
		IntStream.range(0, 10).forEach((i) -> commit("n" + i, Map.of("v", i)));
		FactQuery query = FactQuery.all().orderBy("v", Direction.ASC).limit(4);
		List<Fact> first = this.memory.query(query);
		this.memory.delete("n3");
		this.memory.delete("n0");
		commit("new", Map.of("v", 1.5));
		this.memory.update("n1", Patch.set("v", 100));
		List<Fact> second = this.memory.query(query.after(first.get(3)));
		assertThat(ids(first)).containsExactly("n0", "n1", "n2", "n3");
		assertThat(ids(second)).containsExactly("n4", "n5", "n6", "n7");
	}

	@Test
	void goesOnAfterAFactWhoseValueHasChanged() {
		IntStream.range(0, 6).forEach((i) -> commit("n" + i, Map.of("v", i)));
		FactQuery query = FactQuery.all().orderBy("v", Direction.ASC).limit(3);
		Fact last = this.memory.query(query).get(2);
		this.memory.update("n2", Patch.set("v", 100));
		assertThat(ids(this.memory.query(query.after(last)))).containsExactly("n3", "n4", "n5");
	}

	@Test
	void seesTheLayerThatIsAsked() {
		commit("long", Map.of());
		session("s").commit(note("1").id("s1"));
		session("t").commit(note("2").id("t1"));
		assertThat(ids(this.memory.query(FactQuery.all()))).containsExactly("long");
		assertThat(ids(session("s").query(FactQuery.all()))).containsExactly("s1");
		assertThat(session("s").count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void seesEveryLayerIfAsked() {
		commit("long", Map.of());
		session("s").commit(note("1").id("s1"));
		session("t").commit(note("2").id("t1"));
		this.memory.namespace(this.namespace + "-other").commit(note("3"));
		assertThat(ids(this.memory.query(FactQuery.all().anyLayer()))).containsExactly("long", "s1", "t1");
		assertThat(ids(session("s").query(FactQuery.all().anyLayer()))).containsExactly("long", "s1", "t1");
		assertThat(session("s").count(FactQuery.all().anyLayer())).isEqualTo(3);
		assertThat(ids(session("s").query(FactQuery.all().anyLayer().where(Filter.eq("text", "2")))))
			.containsExactly("t1");
	}

	@Test
	void addsLongTermMemoryToASession() {
		commit("long", Map.of());
		session("s").commit(note("1").id("s1"));
		session("t").commit(note("2").id("t1"));
		assertThat(ids(session("s").query(FactQuery.all().withLongTerm()))).containsExactly("long", "s1");
		assertThat(session("s").count(FactQuery.all().withLongTerm())).isEqualTo(2);
		assertThat(ids(this.memory.query(FactQuery.all().withLongTerm()))).containsExactly("long");
	}

	@Test
	void shadowsLongTermSingletonsOfTheSession() {
		MemorySession session = session("s");
		Fact shadowed = this.memory.commit(preference("editor", "vi"));
		Fact other = this.memory.commit(preference("shell", "zsh"));
		Fact working = session.commit(preference("editor", "emacs"));
		assertThat(session.query(FactQuery.all().withLongTerm())).containsExactlyInAnyOrder(other, working);
		assertThat(session.count(FactQuery.all().withLongTerm())).isEqualTo(2);
		assertThat(session.query(FactQuery.type(PREFERENCE).withLongTerm().where(Filter.eq("value", "vi")))).isEmpty();
		assertThat(session.count(FactQuery.all().withLongTerm().where(Filter.eq("value", "vi")))).isZero();
		assertThat(session("t").query(FactQuery.all().withLongTerm())).containsExactlyInAnyOrder(shadowed, other);
		assertThat(session.query(FactQuery.all().withLongTerm().limit(1))).containsExactly(other);
		session.delete(working.id());
		assertThat(session.query(FactQuery.all().withLongTerm())).containsExactlyInAnyOrder(shadowed, other);
	}

	@Test
	void fillsPagesPastShadowedFacts() {
		for (int i = 0; i < 30; i++) {
			this.memory.commit(preference("role " + i, i));
			if (i % 3 != 0) {
				session("s").commit(preference("role " + i, -i));
			}
		}
		List<Fact> page = session("s").query(FactQuery.all().withLongTerm().orderBy("value", Direction.DESC).limit(8));
		assertThat(page).extracting((fact) -> fact.payload().get("value"))
			.containsExactly(27, 24, 21, 18, 15, 12, 9, 6);
	}

	@Test
	void leavesExpiredFactsOut() {
		this.memory.commit(note("1").expiresIn(Duration.ofMinutes(1)));
		Fact kept = this.memory.commit(note("2"));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(this.memory.query(FactQuery.all())).containsExactly(kept);
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(1);
		try (Stream<Fact> stream = this.memory.stream(FactQuery.all())) {
			assertThat(stream).containsExactly(kept);
		}
	}

	@Test
	void anExpiredSingletonShadowsNothing() {
		Fact longTerm = this.memory.commit(preference("editor", "vi"));
		session("s").commit(preference("editor", "ed").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(session("s").query(FactQuery.all().withLongTerm())).containsExactly(longTerm);
	}

	@Test
	void narrowsToAType() {
		this.memory.commit(note("1"));
		Fact preference = this.memory.commit(preference("editor", "vi"));
		assertThat(this.memory.query(FactQuery.type(PREFERENCE))).containsExactly(preference);
		assertThat(this.memory.query(FactQuery.type("Preference"))).isEmpty();
		assertThat(this.memory.count(FactQuery.type("unknown"))).isZero();
	}

	@Test
	void usesAnIndexThatWasAddedOverStoredFacts() {
		commitOrdered();
		MemoryStore indexing = store((builder) -> builder.schema(FactSchema.of(NOTE).indexed("v")));
		assertThat(indexing.count(FactQuery.type(NOTE).where(Filter.eq("v", 1)))).isEqualTo(3);
		indexing.commit(Draft.of(NOTE, Map.of("v", 1)));
		assertThat(indexing.count(FactQuery.type(NOTE).where(Filter.eq("v", 1)))).isEqualTo(4);
		assertThat(this.memory.count(FactQuery.type(NOTE).where(Filter.eq("v", 1)))).isEqualTo(4);
		this.memory.commit(Draft.of(NOTE, Map.of("v", 1)));
		assertThat(indexing.count(FactQuery.type(NOTE).where(Filter.eq("v", 1)))).isEqualTo(5);
	}

	@Test
	void streamsMoreThanAPage() {
		List<Draft> drafts = IntStream.range(0, 2500).mapToObj((i) -> Draft.of(NOTE, Map.of("v", i))).toList();
		this.memory.commitAll(drafts, Change.anonymous());
		try (Stream<Fact> stream = this.memory.stream(FactQuery.all().orderBy("v", Direction.DESC))) {
			assertThat(stream.map((fact) -> fact.payload().get("v")).toList())
				.isEqualTo(IntStream.range(0, 2500).map((i) -> 2499 - i).boxed().toList());
		}
		assertThat(this.memory.count(FactQuery.all().where(Filter.gte("v", 100)))).isEqualTo(2400);
		assertThat(this.memory.query(FactQuery.all().where(Filter.gte("v", 2000)).limit(400))).hasSize(400);
	}

	@Test
	void mayStopAStreamEarlyAndWriteMeanwhile() {
		IntStream.range(0, 20).forEach((i) -> commit("n" + i, Map.of("v", i)));
		try (Stream<Fact> stream = this.memory.stream(FactQuery.all())) {
			Fact first = stream.iterator().next();
			this.memory.update(first.id(), Patch.set("v", -1));
		}
		assertThat(this.memory.get("n0").orElseThrow().version()).isEqualTo(2);
	}

	static Stream<Arguments> comparisons() {
		return Stream.of(comparison("eq", (value) -> Filter.eq("v", value), Integer::equals),
				comparison("ne", (value) -> Filter.ne("v", value), (row, operand) -> !row.equals(operand)),
				comparison("gt", (value) -> Filter.gt("v", value),
						(row, operand) -> sameKind(row, operand) && row > operand),
				comparison("gte", (value) -> Filter.gte("v", value),
						(row, operand) -> sameKind(row, operand) && row >= operand),
				comparison("lt", (value) -> Filter.lt("v", value),
						(row, operand) -> sameKind(row, operand) && row < operand),
				comparison("lte", (value) -> Filter.lte("v", value),
						(row, operand) -> sameKind(row, operand) && row <= operand),
				comparison("not gt", (value) -> Filter.not(Filter.gt("v", value)),
						(row, operand) -> !(sameKind(row, operand) && row > operand)),
				comparison("in", (value) -> Filter.in("v", Arrays.asList(value, "(none)")), Integer::equals),
				comparison("exists", (value) -> Filter.exists("v"), (row, operand) -> row > 0));
	}

	private static Arguments comparison(String name, Function<@Nullable Object, Filter> filter,
			BiPredicate<Integer, Integer> expected) {
		return arguments(name, filter, expected);
	}

	static Stream<FactQuery> orders() {
		return Stream.of(FactQuery.all(), FactQuery.all().orderBy("v", Direction.ASC),
				FactQuery.all().orderBy("v", Direction.DESC), FactQuery.all().orderBy("$id", Direction.DESC),
				FactQuery.all().orderBy("$source", Direction.DESC).orderBy("v", Direction.ASC),
				FactQuery.all().orderBy("$updatedAt", Direction.DESC),
				FactQuery.all().orderBy("$version", Direction.ASC), FactQuery.all().orderBy("missing", Direction.DESC));
	}

	private static boolean sameKind(int left, int right) {
		return kind(left) == kind(right);
	}

	private static int kind(int row) {
		Object value = ORDERED.get(row).get(0);
		if (row == 0 || value == null) {
			return Math.min(row, 1);
		}
		return (value instanceof Boolean) ? 2
				: (value instanceof Number) ? 3 : (value instanceof String) ? 4 : (value instanceof List) ? 5 : 6;
	}

	/** Commits every value, shuffled; answers with the rows of the facts by their ids. */
	private Map<String, Integer> commitOrdered() {
		Map<String, Integer> rows = new HashMap<>();
		List<Draft> drafts = new ArrayList<>();
		for (int row = 0; row < ORDERED.size(); row++) {
			for (Object value : ORDERED.get(row)) {
				String id = "f" + rows.size();
				rows.put(id, row);
				Map<String, Object> payload = new HashMap<>();
				if (row > 0) {
					payload.put("v", value);
				}
				Draft draft = Draft.of(NOTE, payload).id(id);
				drafts.add((row % 3 == 0) ? draft.source("source " + row % 2) : draft);
			}
		}
		Collections.shuffle(drafts, new Random(7));
		this.clock.tick();
		this.memory.commitAll(drafts.subList(0, 20), Change.anonymous());
		this.clock.tick();
		this.memory.commitAll(drafts.subList(20, drafts.size()), Change.anonymous());
		return rows;
	}

	private void commit(String id, Map<String, ?> payload) {
		this.clock.tick();
		this.memory.commit(Draft.of(NOTE, payload).id(id));
	}

	private void assertFound(Filter filter, String... ids) {
		FactQuery query = FactQuery.all().where(filter);
		assertThat(ids(this.memory.query(query))).containsExactlyInAnyOrder(ids);
		assertThat(this.memory.count(query)).isEqualTo(ids.length);
		assertThat(this.memory.query(FactQuery.all())).filteredOn(filter::matches)
			.extracting(Fact::id)
			.containsExactlyInAnyOrder(ids);
	}

}
