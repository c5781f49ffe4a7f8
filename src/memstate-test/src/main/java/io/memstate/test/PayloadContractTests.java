package io.memstate.test;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.FactValidationException;
import io.memstate.Filter;
import io.memstate.LogEntry;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.PayloadLimits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What payloads survive, and which are refused.
 *
 * @since 0.1.0
 */
public abstract class PayloadContractTests extends StorageContract {

	private static final int MEBIBYTE = 1024 * 1024;

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.memstate.test.PayloadContractTests#storable")
	void survives(String name, Object given, Object expected) {
		this.clock.tick();
		Fact fact = this.memory.commit(Draft.of(NOTE, Map.of("value", given)).id("n"));
		assertSame(fact, expected);
		assertSame(this.memory.get("n").orElseThrow(), expected);
		assertSame(everything().get(0), expected);
		LogEntry entry = lastEntry();
		assertSame(entry.after(), expected);
		this.memory.delete("n");
		this.memory.rollback(1);
		assertSame(this.memory.get("n").orElseThrow(), expected);
		assertSame(this.memory.asOf(entry.at()).get("n").orElseThrow(), expected);
	}

	private void assertSame(@Nullable Fact fact, Object expected) {
		Object value = fact.payload().get("value");
		assertThat(value).isEqualTo(expected);
		// Equal numbers of other classes would be told apart above; the order of keys
		// only here.
		assertThat(value).hasToString(expected.toString());
	}

	@Test
	void keepsAnEmptyPayload() {
		Fact fact = this.memory.commit(Draft.of(NOTE, Map.of()));
		assertThat(fact.payload()).isEmpty();
		assertThat(this.memory.get(fact.id())).contains(fact);
	}

	@Test
	void keepsNullValuesAndTellsThemFromMissing() {
		Map<String, Object> payload = new HashMap<>();
		payload.put("nothing", null);
		payload.put("list", Arrays.asList(1, null));
		Fact fact = this.memory.commit(Draft.of(NOTE, payload));
		assertThat(this.memory.get(fact.id()).orElseThrow().payload()).isEqualTo(payload);
		assertThat(this.memory.count(FactQuery.all().where(Filter.exists("nothing")))).isEqualTo(1);
		assertThat(this.memory.count(FactQuery.all().where(Filter.exists("missing")))).isZero();
	}

	@Test
	void sortsKeysByCodePoint() {
		Map<String, Object> payload = new LinkedHashMap<>();
		for (String key : List.of("b", "\uD83D\uDE00", "\uFFFD", "a", "B", "ä", "", "10", "9")) {
			payload.put(key, 1);
		}
		Fact fact = this.memory.commit(Draft.of(NOTE, payload));
		assertThat(fact.payload().keySet()).containsExactly("", "10", "9", "B", "a", "b", "ä", "\uFFFD",
				"\uD83D\uDE00");
		assertThat(this.memory.get(fact.id()).orElseThrow().payload().keySet())
			.containsExactlyElementsOf(fact.payload().keySet());
	}

	@Test
	void keepsKeysOfEveryKind() {
		Map<String, Object> payload = new HashMap<>();
		for (String key : List.of("", " ", ".", "a.b", "$id", "$", "`", "\"", "'", "\\", "[0]", "{}", "\n", "%", "_",
				"*", "null", "\u0001", "id", "payload", "__proto__", "\u05E9\u05DC\u05D5\u05DD")) {
			payload.put(key, key);
		}
		Fact fact = this.memory.commit(Draft.of(NOTE, payload));
		assertThat(this.memory.get(fact.id()).orElseThrow().payload()).isEqualTo(payload);
	}

	@Test
	void keepsALargePayload() {
		Map<String, Object> payload = new HashMap<>();
		for (int i = 0; i < 5000; i++) {
			payload.put("key " + i, List.of(i, "value " + i, i / 7.0));
		}
		Fact fact = this.memory.commit(Draft.of(NOTE, payload));
		assertThat(this.memory.get(fact.id()).orElseThrow().payload()).isEqualTo(payload);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.memstate.test.PayloadContractTests#refusable")
	void refuses(String name, Object value) {
		this.memory.commit(note("there").id("n"));
		Draft draft = Draft.of(NOTE, Map.of("wrong", value));
		assertRefused(FactValidationException.class, () -> this.memory.commit(draft), "payload");
		assertRefused(FactValidationException.class, () -> this.memory.update("n", Patch.set("wrong", value)),
				"payload");
		assertRefused(FactValidationException.class, () -> this.memory.transaction((work) -> work.commit(draft)),
				"payload");
	}

	@Test
	void saysWhereARefusedValueIs() {
		Map<String, Object> payload = Map.of("good", 1, "list", List.of(0, Map.of("wrong", Double.NaN)));
		assertRefused(FactValidationException.class, () -> this.memory.commit(Draft.of(NOTE, payload)), "NaN",
				"'list.1.wrong'");
	}

	@Test
	void refusesKeysThatSomeStorageCannotHold() {
		assertRefused(FactValidationException.class, () -> this.memory.commit(Draft.of(NOTE, Map.of("a\0b", 1))));
		assertRefused(FactValidationException.class, () -> this.memory.commit(Draft.of(NOTE, Map.of("a\uD83D", 1))));
	}

	@Test
	void refusesKeysThatAreNoStrings() {
		Map<?, ?> map = Map.of(1, "one");
		assertRefused(FactValidationException.class,
				() -> this.memory.commit(Draft.of(NOTE, Map.of("list", List.of(map)))));
	}

	@Test
	void refusesAPatchThatMakesThePayloadTooLarge() {
		this.memory.commit(Draft.of(NOTE, Map.of("a", "x".repeat(MEBIBYTE - 100))).id("n"));
		assertRefused(FactValidationException.class, () -> this.memory.update("n", Patch.set("b", "x".repeat(5000))),
				"n");
	}

	@Test
	void holdsToTheLimitsThatWereSet() {
		MemoryStore small = store((builder) -> builder.payloadLimits(new PayloadLimits(3, 10, 5)));
		assertThat(small.commit(Draft.of(NOTE, Map.of("a", List.of(List.of("0123456789"), 12345)))).version())
			.isEqualTo(1);
		assertRefused(FactValidationException.class,
				() -> small.commit(Draft.of(NOTE, Map.of("a", List.of(List.of(List.of()))))), "3");
		assertRefused(FactValidationException.class, () -> small.commit(Draft.of(NOTE, Map.of("a", "0123456789a"))),
				"10");
		assertRefused(FactValidationException.class, () -> small.commit(Draft.of(NOTE, Map.of("a", 123456))), "5");
	}

	@Test
	void countsBytesAndNotCharacters() {
		MemoryStore small = store((builder) -> builder.payloadLimits(new PayloadLimits(500, 10, 4096)));
		assertThat(small.commit(Draft.of(NOTE, Map.of("a", "ääääa"))).version()).isEqualTo(1);
		assertRefused(FactValidationException.class, () -> small.commit(Draft.of(NOTE, Map.of("a", "äääääa"))), "10");
	}

	@Test
	void keepsNamesOfEveryKind() {
		for (String name : List.of("a", "x".repeat(255), "\uD83D\uDE00".repeat(255), "'\"`;--", "a:b/c{d}", "%_*?[",
				" lead", "\u202Ertl", "ünïcödé", "null")) {
			this.clock.tick();
			Fact fact = this.memory.namespace(this.namespace + name.substring(0, Math.min(100, name.length())))
				.session(name)
				.commit(Draft.of(name, Map.of()).id(name).source(name));
			assertThat(fact.id()).isEqualTo(name);
			assertThat(this.memory.namespace(fact.namespace()).session(name).get(name)).contains(fact);
			assertThat(this.memory.namespace(fact.namespace()).history(name)).hasSize(1);
			assertThat(this.memory.namespace(fact.namespace()).session(name).query(FactQuery.type(name)))
				.containsExactly(fact);
		}
	}

	@Test
	void keepsTheLongestNamesAllAtOnce() {
		Random random = new Random(7);
		String type = longest(random);
		String one = longest(random);
		String other = one.substring(0, one.length() - 2) + "x";
		MemoryStore store = store((builder) -> builder.schema(FactSchema.of(type).singleton("role")))
			.namespace(this.namespace + longest(random).substring(2 * this.namespace.length()));
		List<Fact> facts = new ArrayList<>();
		for (String session : List.of(one, other)) {
			for (String role : List.of("a", "b")) {
				Change change = Change.by(longest(random)).idempotencyKey(longest(random));
				Fact fact = store.session(session)
					.commit(Draft.of(type, Map.of("role", role)).id(longest(random)), change);
				assertThat(store.session(session).commit(Draft.of(type, Map.of("role", role, "more", 1))).version())
					.isEqualTo(2);
				assertThat(store.history(fact.id())).hasSize(2);
				facts.add(store.session(session).get(fact.id()).orElseThrow());
			}
		}
		assertThat(store.session(one).query(FactQuery.type(type)))
			.containsExactlyInAnyOrderElementsOf(facts.subList(0, 2));
		assertThat(store.session(one).promote()).hasSize(2);
		assertThat(store.count(FactQuery.type(type))).isEqualTo(2);
		assertThat(store.rollback(1)).hasSize(2);
		assertThat(store.sessions()).containsExactlyInAnyOrder(one, other);
	}

	/** A name of as many bytes as there may be, which nothing can compress. */
	private static String longest(Random random) {
		return random.ints(255, 0x10000, 0x1F000)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	@Test
	void pagesThroughLongIdsThatStartAlike() {
		List<String> ids = IntStream.range(0, 20)
			.mapToObj((i) -> "https://example.org/a/path/that/many/ids/share/0123456789/" + (i * 7 % 20))
			.toList();
		this.memory.commitAll(ids.stream().map((id) -> Draft.of(NOTE, Map.of("text", "t")).id(id)).toList(),
				Change.anonymous());
		List<String> read = new ArrayList<>();
		FactQuery query = FactQuery.type(NOTE).limit(3);
		List<Fact> page = this.memory.query(query);
		while (!page.isEmpty()) {
			page.forEach((fact) -> read.add(fact.id()));
			page = this.memory.query(query.after(page.get(page.size() - 1)));
		}
		assertThat(read).containsExactlyElementsOf(ids.stream().sorted().toList());
		assertThat(this.memory.query(FactQuery.all())).extracting(Fact::id).isEqualTo(read);
	}

	static Stream<Arguments> storable() {
		String emoji = "\uD83D\uDC69\u200D\uD83D\uDD2C\uD83C\uDFFD";
		String rightToLeft = "\u05E9\u05DC\u05D5\u05DD \u0627\u0644\u0639\u0631\u0628\u064A\u0629";
		return Stream.of(same("zero", 0), same("an int", 42), same("a negative int", -42),
				same("the greatest int", Integer.MAX_VALUE), same("the least int", Integer.MIN_VALUE),
				same("beyond int", Integer.MAX_VALUE + 1L), same("below int", Integer.MIN_VALUE - 1L),
				arguments("a small long", 7L, 7), arguments("a short", (short) 7, 7),
				same("beyond 2^53", (1L << 53) + 1), same("the greatest long", Long.MAX_VALUE),
				same("the least long", Long.MIN_VALUE), same("2^63", BigInteger.TWO.pow(63)),
				same("below -2^63", BigInteger.TWO.pow(63).negate().subtract(BigInteger.ONE)),
				same("2^64", BigInteger.TWO.pow(64)), same("10^1000", BigInteger.TEN.pow(1000)),
				same("4,096 digits", new BigInteger("7".repeat(4096))),
				arguments("a small big integer", BigInteger.valueOf(5), 5), same("a decimal", 1.5),
				same("a tenth", 0.1), arguments("a whole decimal", 100.0, 100.0),
				arguments("an exponent", new BigDecimal("1e2"), 100.0), arguments("minus zero", -0.0, 0.0),
				arguments("a decimal zero", new BigDecimal("0.000"), 0.0),
				arguments("superfluous zeros", new BigDecimal("1.500"), 1.5), arguments("a float", 0.5f, 0.5),
				same("the least double", Double.MIN_VALUE), same("the greatest double", Double.MAX_VALUE),
				same("a small exponent", 1.0e-300), same("a third", 1 / 3.0),
				same("more digits than a double", new BigDecimal("0.12345678901234567890123456789")),
				arguments("beyond a double", new BigDecimal("1.5e400"), new BigDecimal("15" + "0".repeat(399) + ".0")),
				same("below a double", new BigDecimal("0." + "0".repeat(400) + "1")),
				same("a decimal of 4,096 digits", new BigDecimal("1." + "3".repeat(4095))), same("true", true),
				same("false", false), same("an empty string", ""), same("a string", "text"), same("blanks", "  "),
				same("digits in a string", "1e2"), same("null in a string", "null"), same("quotes", "\"'`\\/"),
				same("control characters", "\t\n\r\u0001\u001F\u007F\u0085\u2028"), same("emoji", emoji),
				same("right to left", rightToLeft), same("the last code point", "\uDBFF\uDFFF"),
				same("not normalized", "e\u0301 \u00E9"), same("a byte order mark", "\uFEFFx"),
				same("noncharacters", "\uFFFE\uFFFF"), same("SQL", "'; DROP TABLE fact; --"),
				same("a string of 1 MiB", "x".repeat(MEBIBYTE)),
				same("emoji of 1 MiB", "\uD83D\uDE00".repeat(MEBIBYTE / 4)), arguments("a character", 'c', "c"),
				arguments("an enum", Thread.State.NEW, "NEW"),
				arguments("an instant", Instant.parse("2026-01-31T12:00:00.123456789Z"), "2026-01-31T12:00:00.123456Z"),
				arguments("a date", LocalDate.of(2026, 1, 31), "2026-01-31"),
				arguments("a UUID", new UUID(1, 2), "00000000-0000-0001-0000-000000000002"),
				arguments("another number", new AtomicInteger(5), 5), arguments("a byte", (byte) -1, -1),
				arguments("bytes", new byte[] { 1, 2 }, "AQI="),
				arguments("a Java array", new int[] { 1, 2 }, List.of(1, 2)),
				arguments("an array of Java arrays", new Object[] { new String[] { "a" }, null },
						Arrays.asList(List.of("a"), null)),
				arguments("a set", Collections.singleton(1), List.of(1)), same("an empty array", List.of()),
				same("an array of arrays", List.of(List.of(), List.of(List.of()))),
				same("a mixed array", Arrays.asList(1, "a", null, true, 2.5, List.of(), Map.of())),
				same("an empty object", Map.of()), same("nested objects", Map.of("a", Map.of("b", Map.of()))),
				same("500 levels of arrays", nestedArrays(499)), same("500 levels of objects", nestedObjects(499)));
	}

	private static Arguments same(String name, Object value) {
		return arguments(name, value, value);
	}

	static Stream<Arguments> refusable() {
		return Stream.of(arguments("NUL", "a\0b"), arguments("NUL in a key", Map.of("a\0b", 1)),
				arguments("a lone high surrogate", "a\uD83D"), arguments("a lone low surrogate", "\uDE00a"),
				arguments("surrogates in the wrong order", "\uDE00\uD83D"),
				arguments("a lone surrogate in a key", Map.of("\uD83D", 1)), arguments("NaN", Double.NaN),
				arguments("infinity", Double.POSITIVE_INFINITY), arguments("minus infinity", Double.NEGATIVE_INFINITY),
				arguments("NaN as a float", Float.NaN), arguments("NaN in an array", List.of(1, Double.NaN)),
				arguments("more than 1 MiB", "x".repeat(MEBIBYTE + 1)),
				arguments("more than 1 MiB of emoji", "\uD83D\uDE00".repeat(MEBIBYTE / 4 + 1)),
				arguments("more than 1 MiB in all", Collections.nCopies(20, "x".repeat(60_000))),
				arguments("501 levels", nestedArrays(500)), arguments("501 levels of objects", nestedObjects(500)),
				arguments("100,000 levels", nestedArrays(100_000)),
				arguments("4,097 digits", new BigInteger("7".repeat(4097))),
				arguments("4,097 digits behind an exponent", new BigDecimal("1e4097")),
				arguments("4,097 digits behind the point", new BigDecimal("1e-4097")),
				arguments("more digits than memory", new BigDecimal("1e2000000000")));
	}

	private static Object nestedArrays(int levels) {
		List<Object> value = List.of();
		for (int i = 1; i < levels; i++) {
			List<Object> outer = new ArrayList<>();
			outer.add(value);
			value = outer;
		}
		return value;
	}

	private static Object nestedObjects(int levels) {
		Map<String, Object> value = Map.of();
		for (int i = 1; i < levels; i++) {
			value = Map.of("a", value);
		}
		return value;
	}

}
