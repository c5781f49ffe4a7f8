package io.memstate.storage.redis;

import java.math.BigDecimal;

import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * A value as bytes that sort as {@link Values} does. No value's bytes are the start of
 * another's. Long values are cut and arrays and objects left out: what sorts together
 * then need not be equal.
 *
 * @param bytes the bytes
 * @param exact whether only equal values have these bytes
 */
record IndexValue(byte[] bytes, boolean exact) {

	/** The bytes of a string that count. */
	static final int MAX_STRING = 64;

	/** The pairs of digits of a number that count. */
	static final int MAX_PAIRS = 20;

	static final int STRING = kind(4);

	private static final int END = 0;

	private static final int CUT = 1;

	private static final int NEGATIVE = 1;

	private static final int ZERO = 2;

	private static final int POSITIVE = 3;

	/**
	 * The first byte of values of a kind.
	 * @param order the place in the order of kinds
	 */
	static int kind(int order) {
		return (order + 1) << 4;
	}

	static IndexValue of(@Nullable Object value) {
		int kind = kind(Values.kind(value));
		ByteWriter bytes = new ByteWriter().int8(kind);
		if (value instanceof Boolean bool) {
			return new IndexValue(bytes.int8(bool ? 1 : 0).toByteArray(), true);
		}
		if (value instanceof Number number) {
			return number(bytes, Values.decimal(number));
		}
		if (value instanceof String string) {
			return string(bytes, ByteWriter.utf8(string));
		}
		return new IndexValue(bytes.toByteArray(), value == null || value == Path.MISSING);
	}

	/**
	 * The bytes with which every string starts that starts with the prefix.
	 */
	static byte[] stringStart(String prefix) {
		byte[] utf8 = ByteWriter.utf8(prefix);
		return new ByteWriter().int8(STRING).raw(cut(utf8, MAX_STRING)).toByteArray();
	}

	private static IndexValue string(ByteWriter bytes, byte[] utf8) {
		boolean exact = utf8.length <= MAX_STRING;
		bytes.raw(exact ? utf8 : cut(utf8, MAX_STRING)).int8(exact ? END : CUT);
		return new IndexValue(bytes.toByteArray(), exact);
	}

	private static byte[] cut(byte[] bytes, int length) {
		return (bytes.length <= length) ? bytes : java.util.Arrays.copyOf(bytes, length);
	}

	/*
	 * Sign, then the exponent, then the digits in pairs; all but the sign turned over for
	 * a negative number.
	 */
	private static IndexValue number(ByteWriter bytes, BigDecimal number) {
		if (number.signum() == 0) {
			return new IndexValue(bytes.int8(ZERO).toByteArray(), true);
		}
		boolean negative = number.signum() < 0;
		int turn = negative ? 0xFF : 0;
		String digits = number.unscaledValue().abs().toString();
		int pairs = (digits.length() + 1) / 2;
		int exponent = digits.length() - number.scale();
		bytes.int8(negative ? NEGATIVE : POSITIVE);
		bytes.int32((exponent ^ Integer.MIN_VALUE) ^ (negative ? -1 : 0));
		for (int i = 0; i < Math.min(pairs, MAX_PAIRS); i++) {
			int tens = digits.charAt(2 * i) - '0';
			int ones = (2 * i + 1 < digits.length()) ? digits.charAt(2 * i + 1) - '0' : 0;
			bytes.int8((10 * tens + ones + 2) ^ turn);
		}
		boolean exact = pairs <= MAX_PAIRS;
		bytes.int8((exact ? END : CUT) ^ turn);
		return new IndexValue(bytes.toByteArray(), exact);
	}

}
