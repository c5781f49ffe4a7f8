package io.memstate.storage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link CanonicalJson}.
 */
class CanonicalJsonTests {

	@ParameterizedTest
	@CsvSource({ "0, Integer, 0", "-0, Integer, 0", "7, Integer, 7", "999999999, Integer, 999999999",
			"1000000000, Integer, 1000000000", "2147483647, Integer, 2147483647", "-2147483648, Integer, -2147483648",
			"2147483648, Long, 2147483648", "-2147483649, Long, -2147483649",
			"9223372036854775807, Long, 9223372036854775807", "-9223372036854775808, Long, -9223372036854775808",
			"9223372036854775808, BigInteger, 9223372036854775808",
			"-9223372036854775809, BigInteger, -9223372036854775809",
			"1000000000000000000000000000000, BigInteger, 1000000000000000000000000000000", "0.1, Double, 0.1",
			"0.10, Double, 0.1", "1.0, Double, 1.0", "1e2, Double, 100.0", "1E+2, Double, 100.0", "1e-2, Double, 0.01",
			"0.0, Double, 0.0", "-0.0, Double, 0.0", "0e5, Double, 0.0", "-0e-5, Double, 0.0",
			"1e22, Double, 10000000000000000000000.0", "0.30000000000000004, Double, 0.30000000000000004",
			"123456789.123456789123456789, BigDecimal, 123456789.123456789123456789",
			"123456789.1234567891234567890, BigDecimal, 123456789.123456789123456789",
			"9007199254740993.0, BigDecimal, 9007199254740993.0", "9007199254740992.0, Double, 9007199254740992.0",
			"4.9e-324, Double, ", "1.7976931348623157e308, Double, ", "1e-300, Double, ", "1e400, BigDecimal, ",
			"1e-400, BigDecimal, ", "-1.5e400, BigDecimal, " })
	void readsNumberIntoSmallestTypeThatLosesNothing(String text, String type, String written) {
		Object value = CanonicalJson.readObject("{\"n\":" + text + "}").get("n");
		assertThat(value.getClass().getSimpleName()).isEqualTo(type);
		assertThat(new BigDecimal(value.toString())).isEqualByComparingTo(text);
		String canonical = CanonicalJson.write(value);
		assertThat(canonical).doesNotContainIgnoringCase("e").doesNotStartWith("-0.0");
		assertThat(new BigDecimal(canonical)).isEqualByComparingTo(text);
		assertThat(CanonicalJson.readObject("{\"n\":" + canonical + "}").get("n")).isEqualTo(value);
		if (written != null) {
			assertThat(canonical).isEqualTo(written);
		}
	}

	@Test
	void keepsDecimalsAndIntegersApart() {
		assertThat(CanonicalJson.readObject("{\"a\":1,\"b\":1.0}")).isEqualTo(Map.of("a", 1, "b", 1.0));
		assertThat(CanonicalJson.write(1.0)).isEqualTo("1.0");
		assertThat(CanonicalJson.write(1)).isEqualTo("1");
	}

	@Test
	void decimalsOfOneValueAreEqual() {
		assertThat(CanonicalJson.decimal(new BigDecimal("1e400")))
			.isEqualTo(CanonicalJson.decimal(BigDecimal.TEN.pow(400)))
			.isEqualTo(CanonicalJson.decimal(BigDecimal.TEN.pow(400).setScale(9)));
		assertThat(CanonicalJson.decimal(new BigDecimal("0.1234567890123456789000")))
			.isEqualTo(CanonicalJson.decimal(new BigDecimal("0.1234567890123456789")));
		assertThat(CanonicalJson.decimal(new BigDecimal("-0.000"))).isEqualTo(0.0);
		assertThat(CanonicalJson.decimal(new BigDecimal(0.1))).isInstanceOf(BigDecimal.class);
	}

	@Test
	void integersTakeTheSmallestType() {
		assertThat(CanonicalJson.integer(BigInteger.TWO.pow(31))).isEqualTo(1L << 31);
		assertThat(CanonicalJson.integer(BigInteger.TWO.pow(31).subtract(BigInteger.ONE))).isEqualTo(Integer.MAX_VALUE);
		assertThat(CanonicalJson.integer(BigInteger.TWO.pow(63))).isEqualTo(BigInteger.TWO.pow(63));
		assertThat(CanonicalJson.integer(BigInteger.TWO.pow(63).negate())).isEqualTo(Long.MIN_VALUE);
		assertThat(CanonicalJson.integer(Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
		assertThat(CanonicalJson.integer(Integer.MIN_VALUE - 1L)).isEqualTo(Integer.MIN_VALUE - 1L);
	}

	/** Double.toString makes other digits of some of these before Java 19. */
	@ParameterizedTest
	@CsvSource({ "2.0E-3, 0.002", "2.0E23, 200000000000000000000000.0", "1.0E23, 100000000000000000000000.0",
			"9.999999999999999E22, 100000000000000000000000.0" })
	void writesShortestDecimalOnEveryJavaVersion(double real, String text) {
		assertThat(CanonicalJson.write(real)).isEqualTo(text);
		assertThat(CanonicalJson.shortest(real)).isEqualByComparingTo(text);
	}

	@Test
	void writesMinusZeroAsZero() {
		assertThat(CanonicalJson.write(-0.0)).isEqualTo("0.0");
	}

	@Test
	void ordersKeysByCodePoint() {
		String json = "{\"\uD83D\uDE00\":1,\"\uFF5E\":2,\"b\":3,\"a\":{\"z\":0,\"\":1},\"\uE000\":4,\"B\":5,\"aa\":6}";
		assertThat(CanonicalJson.readObject(json).keySet()).containsExactly("B", "a", "aa", "b", "\uE000", "\uFF5E",
				"\uD83D\uDE00");
		assertThat(CanonicalJson.write(CanonicalJson.readObject(json)))
			.startsWith("{\"B\":5,\"a\":{\"\":1,\"z\":0},\"aa\":6,");
	}

	@Test
	void sortsOnlyWhatIsUnsorted() {
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("b", null);
		map.put("a", 1);
		assertThat(CanonicalJson.sorted(map).keySet()).containsExactly("a", "b");
		assertThat(CanonicalJson.sorted(CanonicalJson.sorted(map)).keySet()).containsExactly("a", "b");
		assertThat(CanonicalJson.sorted(Map.of())).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"x\":{\"a\":null,\"b\":1,\"a\":null}}",
			"{\"x\":[{\"\":1,\"\":2}]}" })
	void refusesDuplicateKeys(String json) {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> CanonicalJson.readObject(json));
	}

	@Test
	void allowsOneKeyInDifferentObjects() {
		assertThat(CanonicalJson.readObject("{\"a\":{\"a\":1},\"b\":{\"a\":1}}")).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "[]", "null", "1", "\"a\"", "{", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
			"{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{} {}", "{}x",
			"{\"a\":\"\t\"}", "{/**/}", "{\"a\":[1,]}", "{\"a\":tru}" })
	void refusesWhatIsNoJsonObject(String json) {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> CanonicalJson.readObject(json));
	}

	@Test
	void keepsEveryKindOfValue() {
		String json = "{\"a\":null,\"b\":true,\"c\":false,\"d\":\"\",\"e\":[],\"f\":{},\"g\":[null,[],{},[1,\"x\",1.5]]}";
		assertThat(CanonicalJson.write(CanonicalJson.readObject(json))).isEqualTo(json);
		assertThat(CanonicalJson.readObject(" {\n\t\"a\" : [ 1 , 2 ] }\r\n")).isEqualTo(Map.of("a", List.of(1, 2)));
		assertThat(CanonicalJson.write(null)).isEqualTo("null");
		assertThat(CanonicalJson.write(List.of())).isEqualTo("[]");
	}

	@Test
	void escapesOnlyWhatMustBe() {
		String string = "\"\\/\b\f\n\r\t\u0001\u001f\u007f\u00e9\u2028\uFFFF\uD83D\uDE00";
		String json = CanonicalJson.write(Map.of("k\"", string));
		assertThat(CanonicalJson.readObject(json)).isEqualTo(Map.of("k\"", string));
		assertThat(json).contains("\\\"\\\\/\\b\\f\\n\\r\\t\\u0001", "\u00e9\u2028\uFFFF\uD83D\uDE00");
		assertThat(CanonicalJson.readObject("{\"a\":\"\\ud83d\\ude00\\/\"}")).isEqualTo(Map.of("a", "\uD83D\uDE00/"));
	}

	@Test
	void isDeeplyUnmodifiable() {
		Map<String, Object> map = CanonicalJson.readObject("{\"b\":{\"x\":[{}]},\"a\":[[1]]}");
		assertUnmodifiable(map);
		Map<?, ?> inner = (Map<?, ?>) map.get("b");
		assertUnmodifiable(inner);
		assertUnmodifiable((List<?>) inner.get("x"));
		assertUnmodifiable((Map<?, ?>) ((List<?>) inner.get("x")).get(0));
		assertUnmodifiable((List<?>) map.get("a"));
		assertUnmodifiable((List<?>) ((List<?>) map.get("a")).get(0));
	}

	private static void assertUnmodifiable(List<?> list) {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> list.add(null));
	}

	@SuppressWarnings("unchecked")
	private static void assertUnmodifiable(Map<?, ?> map) {
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> ((Map<String, Object>) map).put("new", 1));
	}

	@ParameterizedTest
	@ValueSource(ints = { 501, 1_000 })
	void nestsDeeplyOnASmallStack(int levels) throws Exception {
		String json = "{\"a\":".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
		String arrays = "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
		List<Throwable> failures = new ArrayList<>();
		Thread thread = new Thread(null, () -> {
			for (String text : List.of(json, arrays)) {
				Payload payload = Payload.ofJson(text);
				assertThat(payload.json()).isEqualTo(text);
				assertThat(payload.hashCode()).isEqualTo(Payload.ofCanonicalJson(text).hashCode());
				assertThat(payload).isEqualTo(Payload.ofCanonicalJson(text));
				assertThat(Values.compare(payload.map(), Payload.ofJson(text).map())).isZero();
			}
		}, "deep", 512 * 1024);
		thread.setUncaughtExceptionHandler((failed, failure) -> failures.add(failure));
		thread.start();
		thread.join();
		assertThat(failures).isEmpty();
	}

	@Test
	void readsAndWritesLongNumbersStringsAndKeys() {
		String digits = "9".repeat(4_096);
		String fraction = "0." + "0".repeat(4_000) + "1";
		String text = "x".repeat(1024 * 1024);
		String json = "{\"" + "k".repeat(100_000) + "\":1,\"n\":" + digits + ",\"o\":" + fraction + ",\"t\":\"" + text
				+ "\"}";
		assertThat(CanonicalJson.write(CanonicalJson.readObject(json))).isEqualTo(json);
	}

	@Test
	void refusesToWriteWhatIsNotCanonical() {
		assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.write(List.of(new Object())))
			.withMessageContaining("java.lang.Object");
		assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.write('c'));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\u0000", "a\u0000b", "\uD83D", "a\uD83D", "\uDE00", "\uDE00\uD83D", "\uD83D\uD83D\uDE00",
			"\uD83Dx", "\uD83D\uDE00\uDE00" })
	void findsWhatSomeStorageCannotHold(String text) {
		assertThat(CanonicalJson.storable(text)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.requireStorable(text, "message"))
			.withMessage("message");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a", "\u0001", "\uD83D\uDE00", "\uFFFF\uFFFE", "a\uD83D\uDE00b\uDBFF\uDFFF" })
	void findsWhatEveryStorageCanHold(String text) {
		assertThat(CanonicalJson.storable(text)).isTrue();
		assertThat(CanonicalJson.requireStorable(text, "message")).isSameAs(text);
	}

}
