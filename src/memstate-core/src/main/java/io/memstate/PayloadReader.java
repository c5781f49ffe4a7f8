package io.memstate;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Payload;

/**
 * Makes payloads canonical and refuses those that some storage can't hold.
 */
final class PayloadReader {

	// what the keys and the punctuation around a value of the largest size may take
	private static final int ENVELOPE = 1024;

	private final PayloadLimits limits;

	PayloadReader(PayloadLimits limits) {
		this.limits = limits;
	}

	Payload payload(Map<?, ?> raw) {
		Map<String, Object> map = patch(raw);
		return checked(map, CanonicalJson.write(map));
	}

	/** The payload of an instance of a class that Jackson can write. */
	Payload payload(Object model) {
		if (ModelMapper.tree(model) instanceof Map<?, ?> map) {
			return payload(map);
		}
		throw new FactValidationException("An instance of " + model.getClass().getName()
				+ " can't be a payload, because Jackson writes it as something other than a JSON object");
	}

	/** A canonical patch, in which null still means removal. */
	Map<String, Object> patch(Map<?, ?> raw) {
		try {
			return object(raw, 1);
		}
		catch (RefusedValueException ex) {
			throw ex.told();
		}
	}

	@Nullable Object value(@Nullable Object raw) {
		try {
			return canonical(raw, 0);
		}
		catch (RefusedValueException ex) {
			throw ex.told();
		}
	}

	private Payload checked(Map<String, Object> map, String json) {
		if (json.length() > (this.limits.maxBytes() + ENVELOPE) / 3
				&& bytes(json) > this.limits.maxBytes() + ENVELOPE) {
			throw new FactValidationException(tooLarge("The payload has " + bytes(json) + " bytes as JSON"));
		}
		return Payload.of(map, json);
	}

	@SuppressWarnings("NullAway") // JSON null is Java null
	private Object canonical(@Nullable Object raw, int depth) {
		if (raw == null || raw instanceof Boolean) {
			return raw;
		}
		if (raw instanceof CharSequence || raw instanceof Character) {
			return string(raw.toString(), "a string");
		}
		if (raw instanceof Number number && isNumber(number)) {
			return number(number);
		}
		if (raw instanceof Map<?, ?> map) {
			return object(map, depth + 1);
		}
		if (raw instanceof Collection<?> collection) {
			return array(collection, depth + 1);
		}
		if (raw.getClass().isArray() && !(raw instanceof byte[])) {
			return array(elements(raw), depth + 1);
		}
		if (raw instanceof Enum<?> || raw instanceof Instant) {
			return string((raw instanceof Instant time) ? ModelMapper.text(time) : ModelMapper.name((Enum<?>) raw),
					"a string");
		}
		return other(raw, depth);
	}

	private @Nullable Object other(Object raw, int depth) {
		Object tree = ModelMapper.tree(raw);
		if (tree == raw) {
			throw new RefusedValueException(
					"A value of " + raw.getClass().getName() + " can't be part of a payload: give a JSON value");
		}
		return canonical(tree, depth);
	}

	private Map<String, Object> object(Map<?, ?> raw, int depth) {
		checkDepth(depth);
		Map<String, Object> object = new LinkedHashMap<>();
		for (Map.Entry<?, ?> entry : raw.entrySet()) {
			String name = name(entry.getKey());
			try {
				object.put(name, canonical(entry.getValue(), depth));
			}
			catch (RefusedValueException ex) {
				throw ex.within(name);
			}
		}
		return CanonicalJson.sorted(object);
	}

	private String name(@Nullable Object key) {
		if (key instanceof String name) {
			return string(name, "a key");
		}
		throw new RefusedValueException("A key of a payload must be a string, but was " + key
				+ ((key != null) ? " of " + key.getClass().getName() : ""));
	}

	private List<Object> array(Collection<?> raw, int depth) {
		checkDepth(depth);
		List<Object> array = new ArrayList<>(raw.size());
		for (Object element : raw) {
			try {
				array.add(canonical(element, depth));
			}
			catch (RefusedValueException ex) {
				throw ex.within(Integer.toString(array.size()));
			}
		}
		return Collections.unmodifiableList(array);
	}

	private static List<@Nullable Object> elements(Object array) {
		List<@Nullable Object> elements = new ArrayList<>();
		for (int i = 0; i < Array.getLength(array); i++) {
			elements.add(Array.get(array, i));
		}
		return elements;
	}

	private void checkDepth(int depth) {
		if (depth > this.limits.maxDepth()) {
			throw new RefusedValueException("The payload is nested more than " + this.limits.maxDepth()
					+ " levels deep: flatten it, or raise the limit of depth");
		}
	}

	private String string(String value, String what) {
		if (!CanonicalJson.storable(value)) {
			throw new RefusedValueException("The payload holds " + what + " with NUL or a lone surrogate ('"
					+ Arguments.shortened(value.replaceAll("\\p{Cs}", "\uFFFD"))
					+ "'), which not every storage can hold: remove it");
		}
		if (value.length() > this.limits.maxBytes() / 3 && bytes(value) > this.limits.maxBytes()) {
			throw new RefusedValueException(tooLarge("The payload holds " + what + " of " + bytes(value) + " bytes"));
		}
		return value;
	}

	private String tooLarge(String what) {
		return what + ", but at most " + this.limits.maxBytes()
				+ " are allowed: keep it elsewhere and commit a reference, or raise the limit of bytes";
	}

	private static int bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8).length;
	}

	private static boolean isNumber(Number number) {
		return number instanceof Integer || number instanceof Long || number instanceof Double
				|| number instanceof BigDecimal || number instanceof BigInteger || number instanceof Float
				|| number instanceof Short || number instanceof Byte;
	}

	private Number number(Number number) {
		if (number instanceof BigDecimal decimal) {
			return decimal(decimal);
		}
		if (number instanceof BigInteger integer) {
			// 0.30103 is the decimal logarithm of 2: do not print a number to find out
			// that it is too long
			checkDigits((long) (integer.bitLength() * 0.30103));
			checkDigits(new BigDecimal(integer).precision());
			return CanonicalJson.integer(integer);
		}
		if (number instanceof Double || number instanceof Float) {
			return decimal(number);
		}
		checkDigits(digits(number.longValue()));
		return CanonicalJson.integer(number.longValue());
	}

	private static int digits(long number) {
		int digits = 1;
		for (long rest = number / 10; rest != 0; rest /= 10) {
			digits++;
		}
		return digits;
	}

	private Number decimal(Number real) {
		if (!Double.isFinite(real.doubleValue())) {
			throw new RefusedValueException("The payload holds " + real + ", which is no JSON number");
		}
		return decimal(
				(real instanceof Float) ? new BigDecimal(real.toString()) : CanonicalJson.shortest(real.doubleValue()));
	}

	private Number decimal(BigDecimal decimal) {
		checkDigits(Math.max((long) decimal.precision() - decimal.scale(), 1) + Math.max(decimal.scale(), 1));
		return CanonicalJson.decimal(decimal);
	}

	private void checkDigits(long digits) {
		if (digits > this.limits.maxDigits()) {
			throw new RefusedValueException("The payload holds a number of " + digits + " digits in plain notation, "
					+ "but at most " + this.limits.maxDigits() + " are allowed: commit it as a string");
		}
	}

	/**
	 * A value that is refused, on its way up through what holds it.
	 */
	private static final class RefusedValueException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String reason;

		private final Deque<String> path = new ArrayDeque<>();

		RefusedValueException(String reason) {
			super(reason, null, false, false);
			this.reason = reason;
		}

		RefusedValueException within(String segment) {
			this.path.addFirst(segment);
			return this;
		}

		FactValidationException told() {
			String where = this.path.isEmpty() ? ""
					: " (at '" + Arguments.shortened(String.join(".", this.path)) + "')";
			return new FactValidationException(this.reason + where);
		}

	}

}
