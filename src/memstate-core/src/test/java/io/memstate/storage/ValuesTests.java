package io.memstate.storage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link Values}.
 */
class ValuesTests {

	/** Each is less than the next. */
	private static final List<Object> ASCENDING = Arrays.asList(Path.MISSING, null, false, true,
			new BigDecimal("-1E+400").setScale(1), BigInteger.TWO.pow(63).negate().subtract(BigInteger.ONE),
			Long.MIN_VALUE, Integer.MIN_VALUE, -1.5, -1, -1e-300, 0, Double.MIN_VALUE, 1e-300, 0.1,
			new BigDecimal("0.1000000000000000000001"), 1, 1.0000000000000002, 2, 10, 9007199254740992.0,
			9007199254740993L, 9007199254740994.0, Long.MAX_VALUE, BigInteger.TWO.pow(63).add(BigInteger.ONE),
			9223372036854775808.0, BigInteger.TEN.pow(30), 1e31, Double.MAX_VALUE, new BigDecimal("1E+400").setScale(1),
			"", "\u0001", "A", "a", "aa", "b", "\u00e9", "\uD7FF", "\uE000", "\uFFFF", "\uD800\uDC00", "\uD83D\uDE00",
			"\uD83D\uDE00a", "\uD83D\uDE01", "\uDBFF\uDFFF", List.of(), Collections.singletonList(null), List.of(false),
			List.of(1), List.of(1, 1), List.of(1, 2), List.of(2), List.of("a"), List.of(List.of()), List.of(Map.of()),
			Map.of(), Collections.singletonMap("a", null), Map.of("a", 1), object("a", 1, "b", 1),
			object("a", 1, "c", 0), Map.of("a", 2), Map.of("b", 0));

	private static Map<String, Object> object(String key, Object value, String other, Object otherValue) {
		return CanonicalJson.sorted(new java.util.TreeMap<>(Map.of(key, value, other, otherValue)));
	}

	@Test
	void ordersEveryPair() {
		for (int i = 0; i < ASCENDING.size(); i++) {
			for (int j = 0; j < ASCENDING.size(); j++) {
				Object left = ASCENDING.get(i);
				Object right = ASCENDING.get(j);
				assertThat(Integer.signum(Values.compare(left, right))).as("%s against %s", left, right)
					.isEqualTo(Integer.compare(i, j));
				assertThat(Values.equal(left, right)).isEqualTo(i == j);
			}
		}
	}

	@Test
	void sortsAnyShuffle() {
		List<Object> shuffled = new ArrayList<>(ASCENDING);
		Collections.shuffle(shuffled, new Random(1));
		shuffled.sort(Values::compare);
		assertThat(shuffled).isEqualTo(ASCENDING);
	}

	@Test
	void comparesNumbersByExactValueAcrossTypes() {
		assertThat(Values.equal(1, 1.0)).isTrue();
		assertThat(Values.equal(1L, 1)).isTrue();
		assertThat(Values.equal(0, 0.0)).isTrue();
		assertThat(Values.equal(0.0, -0.0)).isTrue();
		assertThat(Values.equal(BigInteger.TEN.pow(22), 1e22)).isTrue();
		assertThat(Values.equal(new BigDecimal("1.50"), 1.5)).isTrue();
		assertThat(Values.equal(new BigDecimal("0.1"), 0.1)).isTrue();
		assertThat(Values.equal(0.1 + 0.2, 0.3)).isFalse();
		assertThat(Values.equal(Long.MAX_VALUE, 9223372036854775807.0)).isFalse();
		assertThat(Values.equal(List.of(1, Map.of("a", 2)), List.of(1.0, Map.of("a", 2.0)))).isTrue();
		assertThat(Values.equal("1", 1)).isFalse();
		assertThat(Values.equal(true, 1)).isFalse();
		assertThat(Values.equal(null, Path.MISSING)).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "100, 1E+2", "0, 0" })
	void tellsExactDecimal(int number, BigDecimal decimal) {
		for (Number same : List.of(number, (long) number, (double) number, BigInteger.valueOf(number),
				BigDecimal.valueOf(number).setScale(4))) {
			assertThat(Values.decimal(same)).isEqualTo(decimal);
		}
	}

	@Test
	void decimalOfDoubleIsTheShortest() {
		assertThat(Values.decimal(0.1)).isEqualTo(new BigDecimal("0.1"));
		assertThat(Values.decimal(2.0E-3)).isEqualTo(new BigDecimal("0.002"));
	}

	@Test
	void comparesStringsLikeTheirUtf8Bytes() {
		List<String> strings = ASCENDING.stream().filter(String.class::isInstance).map(String.class::cast).toList();
		for (String left : strings) {
			for (String right : strings) {
				assertThat(Integer.signum(Values.compareStrings(left, right))).isEqualTo(
						Integer.signum(Arrays.compareUnsigned(left.getBytes(java.nio.charset.StandardCharsets.UTF_8),
								right.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
			}
		}
	}

	@Test
	void knowsKinds() {
		assertThat(Values.kind(Path.MISSING)).isZero();
		assertThat(Values.kind(null)).isEqualTo(1);
		assertThat(Values.kind(true)).isEqualTo(2);
		assertThat(Values.kind(1L)).isEqualTo(3);
		assertThat(Values.kind("")).isEqualTo(4);
		assertThat(Values.kind(List.of())).isEqualTo(5);
		assertThat(Values.kind(Map.of())).isEqualTo(6);
		assertThat(Values.sameKind(1, 1.5)).isTrue();
		assertThat(Values.sameKind(null, null)).isTrue();
		assertThat(Values.sameKind(null, Path.MISSING)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> Values.kind('c')).withMessageContaining("Character");
	}

}
