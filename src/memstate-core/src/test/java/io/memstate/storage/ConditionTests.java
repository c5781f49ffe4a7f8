package io.memstate.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.memstate.storage.Condition.And;
import io.memstate.storage.Condition.Comparison;
import io.memstate.storage.Condition.Exists;
import io.memstate.storage.Condition.In;
import io.memstate.storage.Condition.Not;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.Condition.Or;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link Condition}.
 */
class ConditionTests {

	private static final Path PATH = Path.parse("v");

	/** Payloads in the order of their values, two of each kind. */
	private static final Map<String, Object> VALUES = new LinkedHashMap<>();

	static {
		VALUES.put("{}", Path.MISSING);
		for (String json : List.of("null", "false", "true", "1", "1.5", "\"a\"", "\"ab\"", "[]", "[1]", "{}",
				"{\"v\":1}")) {
			String payload = "{\"v\":" + json + "}";
			VALUES.put(payload, CanonicalJson.readObject(payload).get("v"));
		}
	}

	private static boolean matches(Operator operator, Object value, String payload) {
		return new Comparison(PATH, operator, value).matches(SampleFacts.fact(payload));
	}

	@ParameterizedTest
	@EnumSource(names = { "EQ", "GT", "GTE", "LT", "LTE" })
	void comparesWithinAKindAlone(Operator operator) {
		VALUES.forEach((payload,
				actual) -> VALUES.values().stream().filter((value) -> value != Path.MISSING).forEach((value) -> {
					boolean expected = actual != Path.MISSING && Values.sameKind(actual, value)
							&& expected(operator, Values.compare(actual, value));
					assertThat(matches(operator, value, payload)).as("%s %s %s", actual, operator, value)
						.isEqualTo(expected);
				}));
	}

	private static boolean expected(Operator operator, int comparison) {
		return switch (operator) {
			case EQ -> comparison == 0;
			case GT -> comparison > 0;
			case GTE -> comparison >= 0;
			case LT -> comparison < 0;
			case LTE -> comparison <= 0;
			default -> throw new IllegalArgumentException();
		};
	}

	@ParameterizedTest
	@EnumSource
	void neverMatchesMissing(Operator operator) {
		for (Object value : Arrays.asList(null, false, 0, "", List.of(), Map.of())) {
			assertThat(matches(operator, value, "{}")).isFalse();
			assertThat(matches(operator, value, "{\"w\":{\"v\":0}}")).isFalse();
		}
	}

	@Test
	void comparesNumbersByExactValue() {
		assertThat(matches(Operator.EQ, 1, "{\"v\":1.0}")).isTrue();
		assertThat(matches(Operator.EQ, 1.0, "{\"v\":1}")).isTrue();
		assertThat(matches(Operator.GT, 9007199254740992.0, "{\"v\":9007199254740993}")).isTrue();
		assertThat(matches(Operator.EQ, "1", "{\"v\":1}")).isFalse();
	}

	@Test
	void findsSubstringOrElement() {
		assertThat(matches(Operator.CONTAINS, "b", "{\"v\":\"abc\"}")).isTrue();
		assertThat(matches(Operator.CONTAINS, "", "{\"v\":\"\"}")).isTrue();
		assertThat(matches(Operator.CONTAINS, "B", "{\"v\":\"abc\"}")).isFalse();
		assertThat(matches(Operator.CONTAINS, 1, "{\"v\":\"1\"}")).isFalse();
		assertThat(matches(Operator.CONTAINS, null, "{\"v\":\"null\"}")).isFalse();
		assertThat(matches(Operator.CONTAINS, 1, "{\"v\":[0,1.0]}")).isTrue();
		assertThat(matches(Operator.CONTAINS, "a", "{\"v\":[\"abc\"]}")).isFalse();
		assertThat(matches(Operator.CONTAINS, null, "{\"v\":[null]}")).isTrue();
		assertThat(matches(Operator.CONTAINS, null, "{\"v\":[]}")).isFalse();
		assertThat(matches(Operator.CONTAINS, List.of(1), "{\"v\":[[1],2]}")).isTrue();
		assertThat(matches(Operator.CONTAINS, List.of(1), "{\"v\":[1]}")).isFalse();
		assertThat(matches(Operator.CONTAINS, Map.of("a", 1), "{\"v\":[{\"a\":1}]}")).isTrue();
		assertThat(matches(Operator.CONTAINS, Map.of("a", 1), "{\"v\":[{\"a\":1,\"b\":1}]}")).isFalse();
		assertThat(matches(Operator.CONTAINS, "a", "{\"v\":{\"a\":1}}")).isFalse();
		assertThat(matches(Operator.CONTAINS, 1, "{\"v\":11}")).isFalse();
	}

	@Test
	void findsPrefix() {
		assertThat(matches(Operator.STARTS_WITH, "a", "{\"v\":\"abc\"}")).isTrue();
		assertThat(matches(Operator.STARTS_WITH, "", "{\"v\":\"\"}")).isTrue();
		assertThat(matches(Operator.STARTS_WITH, "b", "{\"v\":\"abc\"}")).isFalse();
		assertThat(matches(Operator.STARTS_WITH, "%", "{\"v\":\"abc\"}")).isFalse();
		assertThat(matches(Operator.STARTS_WITH, 1, "{\"v\":\"1\"}")).isFalse();
		assertThat(matches(Operator.STARTS_WITH, null, "{\"v\":null}")).isFalse();
		assertThat(matches(Operator.STARTS_WITH, "a", "{\"v\":[\"a\"]}")).isFalse();
		assertThat(matches(Operator.STARTS_WITH, 1, "{\"v\":12}")).isFalse();
	}

	@Test
	void comparesAttributes() {
		StoredFact fact = SampleFacts.fact("b", "{}");
		long micros = Path.micros(fact.createdAt());
		assertThat(new Comparison(Path.parse("$id"), Operator.GT, "a").matches(fact)).isTrue();
		assertThat(new Comparison(Path.parse("$createdAt"), Operator.GTE, micros).matches(fact)).isTrue();
		assertThat(new Comparison(Path.parse("$createdAt"), Operator.LT, micros).matches(fact)).isFalse();
		assertThat(new Comparison(Path.parse("$version"), Operator.EQ, 1).matches(fact)).isTrue();
		assertThat(new Exists(Path.parse("$source")).matches(fact)).isFalse();
	}

	@Test
	void equalsOneOfSeveral() {
		VALUES.forEach((payload, actual) -> {
			StoredFact fact = SampleFacts.fact(payload);
			assertThat(new In(PATH, List.of()).matches(fact)).isFalse();
			assertThat(new In(PATH, Arrays.asList("none", null)).matches(fact)).isEqualTo(actual == null);
			if (actual != Path.MISSING) {
				assertThat(new In(PATH, Arrays.asList("none", actual)).matches(fact)).isTrue();
			}
		});
		assertThat(new In(PATH, List.of(2, 1.0)).matches(SampleFacts.fact("{\"v\":1}"))).isTrue();
	}

	@Test
	void existsIncludesNull() {
		VALUES.forEach((payload, actual) -> assertThat(new Exists(PATH).matches(SampleFacts.fact(payload)))
			.isEqualTo(actual != Path.MISSING));
	}

	@Test
	void notMatchesMissing() {
		Condition notOne = new Not(new Comparison(PATH, Operator.EQ, 1));
		assertThat(notOne.matches(SampleFacts.fact("{}"))).isTrue();
		assertThat(notOne.matches(SampleFacts.fact("{\"v\":null}"))).isTrue();
		assertThat(notOne.matches(SampleFacts.fact("{\"v\":\"1\"}"))).isTrue();
		assertThat(notOne.matches(SampleFacts.fact("{\"v\":1.0}"))).isFalse();
	}

	@Test
	void joinsConditions() {
		StoredFact fact = SampleFacts.fact("{\"v\":1}");
		Condition yes = new Exists(PATH);
		Condition no = new Not(yes);
		assertThat(new And(List.of()).matches(fact)).isTrue();
		assertThat(new And(List.of(yes, yes)).matches(fact)).isTrue();
		assertThat(new And(List.of(yes, no)).matches(fact)).isFalse();
		assertThat(new Or(List.of()).matches(fact)).isFalse();
		assertThat(new Or(List.of(no, yes)).matches(fact)).isTrue();
		assertThat(new Or(List.of(no, no)).matches(fact)).isFalse();
	}

	@Test
	void copiesWhatItIsGiven() {
		List<Object> values = new ArrayList<>(Collections.singletonList(null));
		In in = new In(PATH, values);
		values.add(1);
		assertThat(in.values()).hasSize(1);
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> in.values().clear());
	}

}
