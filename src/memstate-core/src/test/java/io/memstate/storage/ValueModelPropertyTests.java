package io.memstate.storage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Laws of the value model, tried on generated values.
 */
class ValueModelPropertyTests {

	@Property(edgeCases = EdgeCasesMode.NONE)
	void textBecomesTheSameValues(@ForAll("objects") Map<String, Object> object) {
		String json = CanonicalJson.write(object);
		assertThat(CanonicalJson.readObject(json)).isEqualTo(object);
		assertThat(CanonicalJson.write(CanonicalJson.readObject(json))).isEqualTo(json);
		assertThat(Values.equal(CanonicalJson.readObject(json), object)).isTrue();
	}

	@Property(edgeCases = EdgeCasesMode.NONE)
	void orderIsTotal(@ForAll("values") Object a, @ForAll("values") Object b, @ForAll("values") Object c) {
		assertThat(Integer.signum(Values.compare(a, b))).isEqualTo(-Integer.signum(Values.compare(b, a)));
		if (Values.compare(a, b) <= 0 && Values.compare(b, c) <= 0) {
			assertThat(Values.compare(a, c)).isLessThanOrEqualTo(0);
		}
		if (Values.equal(a, b)) {
			assertThat(Values.compare(a, c)).isEqualTo(Values.compare(b, c));
		}
	}

	@Property(edgeCases = EdgeCasesMode.NONE)
	void numbersCompareByExactValue(@ForAll("numbers") Number a, @ForAll("numbers") Number b) {
		assertThat(Values.compare(a, b))
			.isEqualTo(new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())));
	}

	@Property
	void doublesCompareLikeTheirShortestDecimals(@ForAll double a, @ForAll double b) {
		assertThat(Integer.signum(Values.compare(a, b)))
			.isEqualTo(CanonicalJson.shortest(a).compareTo(CanonicalJson.shortest(b)));
	}

	@Property
	void shortestDecimalGivesTheDoubleBack(@ForAll long bits) {
		double real = Double.longBitsToDouble(bits);
		if (Double.isFinite(real)) {
			assertThat(CanonicalJson.shortest(real).doubleValue()).isEqualTo(real + 0.0);
			assertThat(new BigDecimal(CanonicalJson.write(real)).doubleValue()).isEqualTo(real + 0.0);
		}
	}

	@Property
	void stripsTrailingZerosAsTheJdkDoes(@ForAll BigInteger digits, @ForAll @IntRange(max = 500) int zeros,
			@ForAll @IntRange(min = -600, max = 600) int scale) {
		BigDecimal decimal = new BigDecimal(digits.multiply(BigInteger.TEN.pow(zeros)), scale);
		assertThat(Values.stripped(decimal)).isEqualTo(decimal.stripTrailingZeros());
	}

	@Property
	void decimalLosesNothing(@ForAll BigDecimal decimal) {
		Number number = CanonicalJson.decimal(decimal);
		assertThat(new BigDecimal(CanonicalJson.write(number))).isEqualByComparingTo(decimal);
		assertThat(CanonicalJson.decimal(decimal.setScale(decimal.scale() + 3))).isEqualTo(number);
	}

	@Property
	void stringsCompareLikeTheirUtf8Bytes(@ForAll("strings") String a, @ForAll("strings") String b) {
		int expected = Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
		assertThat(Integer.signum(Values.compareStrings(a, b))).isEqualTo(Integer.signum(expected));
	}

	@Property
	void pathOfAnyKeysIsReadBack(@ForAll("keys") List<String> keys) {
		StringBuilder text = new StringBuilder();
		for (String key : keys) {
			text.append(text.isEmpty() ? "" : ".").append('`').append(key.replace("`", "``")).append('`');
		}
		Path path = Path.parse(text.toString());
		assertThat(path.segments()).isEqualTo(keys);
		assertThat(Path.parse(path.toString())).isEqualTo(path);
	}

	@Property
	void textIsAPathOrRefused(@ForAll("pathLike") String text) {
		try {
			Path path = Path.parse(text);
			assertThat(Path.parse(path.toString())).isEqualTo(path);
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex).hasMessageStartingWith("'path' must");
		}
	}

	@Provide
	Arbitrary<String> pathLike() {
		return Arbitraries.strings().withChars("ab.`$_-0 [\"\uD835\uDC9C").ofMaxLength(8);
	}

	@Provide
	Arbitrary<List<String>> keys() {
		return strings().list().ofMinSize(1).ofMaxSize(4);
	}

	@Provide
	Arbitrary<String> strings() {
		Arbitrary<String> characters = Arbitraries.of("a", "b", "Z", "0", "`", ".", "\"", "\\", "\n", "\u0001",
				"\u00e9", "\uD7FF", "\uE000", "\uFFFF", "\uD800\uDC00", "\uD83D\uDE00", "\uDBFF\uDFFF");
		return characters.list().ofMaxSize(5).map((parts) -> String.join("", parts));
	}

	@Provide
	Arbitrary<Number> numbers() {
		return Arbitraries.oneOf(Arbitraries.longs().map(CanonicalJson::integer),
				Arbitraries.integers().between(-3, 3).map((n) -> n),
				Arbitraries.bigIntegers()
					.between(BigInteger.TEN.pow(30).negate(), BigInteger.TEN.pow(30))
					.map(CanonicalJson::integer),
				Arbitraries.doubles().map((real) -> CanonicalJson.decimal(CanonicalJson.shortest(real))),
				Arbitraries.bigDecimals().ofScale(25).map(CanonicalJson::decimal));
	}

	@Provide
	Arbitrary<Object> values() {
		return values(2);
	}

	@Provide
	Arbitrary<Map<String, Object>> objects() {
		return objects(2);
	}

	private Arbitrary<Object> values(int depth) {
		Arbitrary<Object> scalars = Arbitraries.oneOf(Arbitraries.just(null), Arbitraries.of(true, false),
				numbers().map((number) -> number), strings().map((string) -> string));
		return (depth == 0) ? scalars : Arbitraries.oneOf(scalars,
				values(depth - 1).list().ofMaxSize(3).map((list) -> list), objects(depth - 1).map((object) -> object));
	}

	private Arbitrary<Map<String, Object>> objects(int depth) {
		return Arbitraries.maps(strings(), values(depth))
			.ofMaxSize(4)
			.map((map) -> CanonicalJson.sorted(new LinkedHashMap<>(map)));
	}

}
