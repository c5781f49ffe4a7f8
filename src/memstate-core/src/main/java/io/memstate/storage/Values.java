package io.memstate.storage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The order and equality of canonical JSON values, the same on every storage: missing,
 * null, boolean, number, string, array, object; strings by code point, numbers by exact
 * value.
 *
 * @since 0.1.0
 */
public final class Values {

	private static final int FEW_ZEROS = 8;

	private Values() {
	}

	/**
	 * Compares two canonical values, {@link Path#MISSING} included.
	 * @param left a value
	 * @param right another
	 * @return negative, zero or positive
	 */
	public static int compare(@Nullable Object left, @Nullable Object right) {
		int kind = kind(left);
		int byKind = Integer.compare(kind, kind(right));
		if (byKind != 0) {
			return byKind;
		}
		if (left instanceof Boolean bool && right instanceof Boolean other) {
			return Boolean.compare(bool, other);
		}
		if (left instanceof Number number && right instanceof Number other) {
			return compareNumbers(number, other);
		}
		if (left instanceof String string && right instanceof String other) {
			return compareStrings(string, other);
		}
		if (left instanceof List<?> list && right instanceof List<?> other) {
			return compareArrays(list.iterator(), other.iterator());
		}
		if (left instanceof Map<?, ?> map && right instanceof Map<?, ?> other) {
			return compareObjects(map, other);
		}
		return 0;
	}

	/**
	 * Whether two canonical values are equal, numbers by exact value.
	 * @param left a value
	 * @param right another
	 * @return true if {@link #compare} finds no difference
	 */
	public static boolean equal(@Nullable Object left, @Nullable Object right) {
		return compare(left, right) == 0;
	}

	/**
	 * Whether two values are of the same kind, so that one can be greater than the other.
	 * @param left a value
	 * @param right another
	 * @return true if both are, say, numbers
	 */
	public static boolean sameKind(@Nullable Object left, @Nullable Object right) {
		return kind(left) == kind(right);
	}

	/**
	 * The place of a value's kind in the order of kinds: missing 0, null 1, boolean 2,
	 * number 3, string 4, array 5, object 6.
	 * @param value a canonical value or {@link Path#MISSING}
	 * @return 0 to 6
	 */
	public static int kind(@Nullable Object value) {
		if (value == Path.MISSING) {
			return 0;
		}
		if (value == null) {
			return 1;
		}
		if (value instanceof Boolean) {
			return 2;
		}
		if (value instanceof Number) {
			return 3;
		}
		if (value instanceof String) {
			return 4;
		}
		if (value instanceof List) {
			return 5;
		}
		if (value instanceof Map) {
			return 6;
		}
		throw new IllegalArgumentException("Not a canonical JSON value: " + value.getClass().getName());
	}

	/**
	 * Compares strings by code point, which is also the order of their UTF-8 bytes.
	 * @param left a string
	 * @param right another
	 * @return negative, zero or positive
	 */
	public static int compareStrings(String left, String right) {
		int length = Math.min(left.length(), right.length());
		for (int i = 0; i < length; i++) {
			char a = left.charAt(i);
			char b = right.charAt(i);
			if (a != b) {
				// a surrogate is part of a code point above every other char
				boolean surrogateA = Character.isSurrogate(a);
				return (surrogateA == Character.isSurrogate(b)) ? a - b : (surrogateA ? 1 : -1);
			}
		}
		return left.length() - right.length();
	}

	/**
	 * The exact decimal value of a canonical number.
	 * @param number a canonical number
	 * @return the value without trailing zeros
	 */
	public static BigDecimal decimal(Number number) {
		if (number instanceof BigDecimal decimal) {
			return stripped(decimal);
		}
		if (number instanceof BigInteger integer) {
			return stripped(new BigDecimal(integer));
		}
		if (number instanceof Double real) {
			return stripped(CanonicalJson.shortest(real));
		}
		return BigDecimal.valueOf(number.longValue()).stripTrailingZeros();
	}

	/**
	 * A number without trailing zeros. The JDK takes them off one by one, and divides the
	 * whole number for each.
	 */
	static BigDecimal stripped(BigDecimal decimal) {
		BigInteger digits = decimal.unscaledValue();
		int scale = decimal.scale();
		// a multiple of a power of ten is one of that power of two
		int zeros = digits.getLowestSetBit();
		if (zeros < FEW_ZEROS || scale < 0) {
			return decimal.stripTrailingZeros();
		}
		for (int power = Integer.highestOneBit(zeros); power >= FEW_ZEROS; power /= 2) {
			BigInteger[] parts = digits.divideAndRemainder(BigInteger.TEN.pow(power));
			if (parts[1].signum() == 0) {
				digits = parts[0];
				scale -= power;
			}
		}
		return new BigDecimal(digits, scale).stripTrailingZeros();
	}

	private static int compareNumbers(Number left, Number right) {
		if (isLong(left) && isLong(right)) {
			return Long.compare(left.longValue(), right.longValue());
		}
		if (left instanceof Double real && right instanceof Double other) {
			// adding 0.0 makes 0.0 of -0.0
			return Double.compare(real + 0.0, other + 0.0);
		}
		return decimal(left).compareTo(decimal(right));
	}

	private static boolean isLong(Number number) {
		return number instanceof Integer || number instanceof Long;
	}

	private static int compareArrays(Iterator<?> left, Iterator<?> right) {
		while (left.hasNext() && right.hasNext()) {
			int result = compare(left.next(), right.next());
			if (result != 0) {
				return result;
			}
		}
		return Boolean.compare(left.hasNext(), right.hasNext());
	}

	private static int compareObjects(Map<?, ?> left, Map<?, ?> right) {
		Iterator<? extends Map.Entry<?, ?>> lefts = left.entrySet().iterator();
		Iterator<? extends Map.Entry<?, ?>> rights = right.entrySet().iterator();
		while (lefts.hasNext() && rights.hasNext()) {
			Map.Entry<?, ?> a = lefts.next();
			Map.Entry<?, ?> b = rights.next();
			int result = compare(a.getKey(), b.getKey());
			if (result == 0) {
				result = compare(a.getValue(), b.getValue());
			}
			if (result != 0) {
				return result;
			}
		}
		return Boolean.compare(lefts.hasNext(), rights.hasNext());
	}

}
