package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IndexValueTests {

	private static final String LONG = "x".repeat(IndexValue.MAX_STRING - 1);

	private final Random random = new Random(42);

	@Test
	void sortsAsValuesDo() {
		List<Object> values = new ArrayList<>(List.of(Path.MISSING, true, false, List.of(), List.of(1), "", "a",
				"a\u0001", "ab", "ä", "\uFFFD", "𝄞", LONG, LONG + "y", LONG + "yy", LONG + "yz", LONG + "𝄞"));
		values.add(null);
		values.add(java.util.Map.of());
		for (int i = 0; i < 300; i++) {
			values.add(number());
		}
		for (Object left : values) {
			for (Object right : values) {
				compare(left, right);
			}
		}
	}

	private Object number() {
		StringBuilder json = new StringBuilder(this.random.nextBoolean() ? "-" : "");
		json.append(this.random.nextInt(1, 20));
		for (int i = this.random.nextInt(60); i > 0; i--) {
			json.append(this.random.nextBoolean() ? 0 : this.random.nextInt(10));
		}
		if (this.random.nextBoolean()) {
			json.append(".0").append(this.random.nextInt(100));
		}
		if (this.random.nextInt(3) == 0) {
			json.append("e").append(this.random.nextInt(-50, 50));
		}
		return CanonicalJson.readObject("{\"v\":" + json + "}").get("v");
	}

	private static void compare(Object left, Object right) {
		IndexValue one = IndexValue.of(left);
		IndexValue other = IndexValue.of(right);
		int expected = Integer.signum(Values.compare(left, right));
		int actual = Integer.signum(Arrays.compareUnsigned(one.bytes(), other.bytes()));
		if (one.exact() && other.exact()) {
			assertThat(actual).as("%s and %s", left, right).isEqualTo(expected);
		}
		else {
			assertThat(actual).as("%s and %s", left, right).isIn(0, expected);
		}
		if (actual != 0) {
			int shorter = Math.min(one.bytes().length, other.bytes().length);
			assertThat(Arrays.equals(one.bytes(), 0, shorter, other.bytes(), 0, shorter))
				.as("%s starts as %s", left, right)
				.isFalse();
		}
	}

	@Test
	void takesEqualNumbersForOne() {
		assertThat(IndexValue.of(1).bytes()).isEqualTo(IndexValue.of(1.0).bytes())
			.isEqualTo(IndexValue.of(new java.math.BigDecimal("1.000")).bytes());
		assertThat(IndexValue.of(0).bytes()).isEqualTo(IndexValue.of(0.0).bytes());
	}

	@Test
	void keepsLongValuesShort() {
		assertThat(IndexValue.of("𝄞".repeat(10_000)).bytes()).hasSizeLessThan(80);
		assertThat(IndexValue.of(new java.math.BigInteger("7".repeat(4096))).bytes()).hasSizeLessThan(40);
	}

}
