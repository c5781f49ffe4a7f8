package io.memstate.storage.jpa;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * Canonical values as bytes that compare as {@link Values#compare} does, for a database
 * that can't compare numbers exactly.
 */
final class SortKey {

	private static final int END = 0;

	private SortKey() {
	}

	/**
	 * The bytes of a value.
	 * @param value a canonical value or {@code Path.MISSING}
	 * @return bytes in the order of values; none is the start of another
	 */
	static byte[] of(@Nullable Object value) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		write(bytes, value);
		return bytes.toByteArray();
	}

	/**
	 * Where the values of a kind start.
	 * @param kind the kind as {@link Values#kind} counts
	 * @return the lowest bytes of that kind
	 */
	static byte[] start(int kind) {
		return new byte[] { (byte) (kind + 1) };
	}

	private static void write(ByteArrayOutputStream bytes, @Nullable Object value) {
		bytes.write(Values.kind(value) + 1);
		if (value instanceof Boolean bool) {
			bytes.write(bool ? 1 : 0);
		}
		else if (value instanceof Number number) {
			number(bytes, Values.decimal(number));
		}
		else if (value instanceof String string) {
			text(bytes, string);
		}
		else if (value instanceof List<?> list) {
			list.forEach((element) -> write(bytes, element));
			bytes.write(END);
		}
		else if (value instanceof Map<?, ?> map) {
			map.forEach((key, element) -> {
				write(bytes, key);
				write(bytes, element);
			});
			bytes.write(END);
		}
	}

	private static void text(ByteArrayOutputStream bytes, String text) {
		bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8)); // never holds NUL
		bytes.write(END);
	}

	// sign, exponent, digits; the complement where negative, so that more is less
	private static void number(ByteArrayOutputStream bytes, BigDecimal number) {
		bytes.write(number.signum() + 1);
		if (number.signum() == 0) {
			return;
		}
		int flip = (number.signum() < 0) ? 0xFF : 0;
		int exponent = (number.precision() - number.scale()) ^ Integer.MIN_VALUE;
		for (int shift = 24; shift >= 0; shift -= 8) {
			bytes.write((exponent >>> shift) ^ flip);
		}
		String digits = number.unscaledValue().abs().toString();
		for (int i = 0; i < digits.length(); i++) {
			bytes.write(digits.charAt(i) ^ flip);
		}
		bytes.write(END ^ flip);
	}

}
