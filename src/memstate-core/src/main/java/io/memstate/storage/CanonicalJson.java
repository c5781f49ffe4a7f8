package io.memstate.storage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.io.schubfach.DoubleToDecimal;
import tools.jackson.core.json.JsonFactory;

/**
 * Canonical JSON: one text and one tree of Java values for all payloads that mean the
 * same. Keys in code-point order; integers as {@code Integer}, {@code Long} or
 * {@code BigInteger}, the smallest that fits; decimals in plain notation with a point, as
 * {@code Double} where that loses nothing and else as {@code BigDecimal}.
 *
 * @since 0.1.0
 */
public final class CanonicalJson {

	private static final JsonFactory FACTORY = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder()
			.maxNestingDepth(Integer.MAX_VALUE)
			.maxNumberLength(Integer.MAX_VALUE)
			.maxStringLength(Integer.MAX_VALUE)
			.maxNameLength(Integer.MAX_VALUE)
			.build())
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.build();

	private CanonicalJson() {
	}

	/**
	 * Writes a canonical value as text.
	 * @param value a canonical value
	 * @return the text, without white space
	 */
	public static String write(@Nullable Object value) {
		StringBuilder text = new StringBuilder();
		write(text, value);
		return text.toString();
	}

	/**
	 * Reads a JSON object into canonical values.
	 * @param json the text
	 * @return the canonical map, deeply unmodifiable
	 * @throws tools.jackson.core.JacksonException if the text is no JSON object or has a
	 * key twice
	 */
	public static Map<String, Object> readObject(String json) {
		try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
			if (parser.nextToken() != JsonToken.START_OBJECT) {
				throw new tools.jackson.core.exc.StreamReadException(parser, "Not a JSON object");
			}
			Map<String, Object> object = object(parser);
			if (parser.nextToken() != null) {
				throw new tools.jackson.core.exc.StreamReadException(parser, "More text after the JSON object");
			}
			return object;
		}
	}

	/**
	 * The canonical form of an integer.
	 * @param integer the integer
	 * @return the smallest of {@code Integer}, {@code Long} and {@code BigInteger} that
	 * holds it
	 */
	public static Number integer(BigInteger integer) {
		return (integer.bitLength() < Long.SIZE) ? integer(integer.longValue()) : integer;
	}

	/**
	 * The canonical form of an integer.
	 * @param integer the integer
	 * @return an {@code Integer} if it fits, otherwise a {@code Long}
	 */
	public static Number integer(long integer) {
		if (integer == (int) integer) {
			return (int) integer;
		}
		return integer;
	}

	/**
	 * The canonical form of a decimal.
	 * @param decimal the decimal
	 * @return a {@code Double} if that loses nothing, otherwise a {@code BigDecimal}
	 * without superfluous zeros
	 */
	public static Number decimal(BigDecimal decimal) {
		double real = decimal.doubleValue();
		if (Double.isFinite(real) && shortest(real).compareTo(decimal) == 0) {
			return (real == 0) ? 0.0 : real;
		}
		BigDecimal stripped = Values.stripped(decimal);
		return (stripped.scale() < 1) ? stripped.setScale(1) : stripped;
	}

	/**
	 * The shortest decimal that is nearest to a double, the same on every Java version.
	 * @param real a finite double
	 * @return the decimal
	 */
	public static BigDecimal shortest(double real) {
		return new BigDecimal(DoubleToDecimal.toString(real));
	}

	/**
	 * Refuses text that some storage can't hold.
	 * @param text the text
	 * @param message what to say
	 * @return the text
	 * @throws IllegalArgumentException if it holds NUL or a lone surrogate
	 */
	public static String requireStorable(String text, String message) {
		if (!storable(text)) {
			throw new IllegalArgumentException(message);
		}
		return text;
	}

	/**
	 * Whether every storage can hold a text.
	 * @param text the text
	 * @return false if it holds NUL or a lone surrogate
	 */
	public static boolean storable(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == 0 || Character.isLowSurrogate(c)) {
				return false;
			}
			if (Character.isHighSurrogate(c)) {
				i++;
				if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
					return false;
				}
			}
		}
		return true;
	}

	/**
	 * A map of canonical values in code-point order of its keys.
	 * @param entries the entries in any order
	 * @return unmodifiable
	 */
	public static Map<String, Object> sorted(Map<String, Object> entries) {
		String last = null;
		for (String key : entries.keySet()) {
			if (last != null && Values.compareStrings(last, key) > 0) {
				List<String> keys = new ArrayList<>(entries.keySet());
				keys.sort(Values::compareStrings);
				Map<String, Object> sorted = new LinkedHashMap<>();
				keys.forEach((next) -> sorted.put(next, entries.get(next)));
				return Collections.unmodifiableMap(sorted);
			}
			last = key;
		}
		return Collections.unmodifiableMap(entries);
	}

	static JsonFactory factory() {
		return FACTORY;
	}

	static void write(StringBuilder text, @Nullable Object value) {
		if (value instanceof String string) {
			quote(text, string);
		}
		else if (value instanceof Map<?, ?> map) {
			char separator = '{';
			// plain loops, because a level of nesting must not take more stack than it
			// needs
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				quote(text.append(separator), (String) entry.getKey());
				write(text.append(':'), entry.getValue());
				separator = ',';
			}
			text.append(map.isEmpty() ? "{}" : "}");
		}
		else if (value instanceof List<?> list) {
			char separator = '[';
			for (Object element : list) {
				write(text.append(separator), element);
				separator = ',';
			}
			text.append(list.isEmpty() ? "[]" : "]");
		}
		else if (value instanceof Number number) {
			text.append(text(number));
		}
		else if (value == null || value instanceof Boolean) {
			text.append(value);
		}
		else {
			throw new IllegalArgumentException("Not a canonical JSON value: " + value.getClass().getName());
		}
	}

	static void quote(StringBuilder text, String string) {
		text.append('"');
		if (needsEscape(string)) {
			JsonStringEncoder.getInstance().quoteAsString(string, text);
		}
		else {
			text.append(string);
		}
		text.append('"');
	}

	private static boolean needsEscape(String string) {
		for (int i = 0; i < string.length(); i++) {
			char c = string.charAt(i);
			if (c < ' ' || c == '"' || c == '\\') {
				return true;
			}
		}
		return false;
	}

	static Map<String, Object> object(JsonParser parser) {
		Map<String, Object> object = new LinkedHashMap<>();
		for (String name = parser.nextName(); name != null; name = parser.nextName()) {
			parser.nextToken();
			object.put(name, value(parser));
		}
		return sorted(object);
	}

	private static String text(Number number) {
		if (number instanceof Double real) {
			return plain(shortest(real));
		}
		return (number instanceof BigDecimal decimal) ? plain(decimal) : number.toString();
	}

	private static String plain(BigDecimal decimal) {
		BigDecimal stripped = Values.stripped(decimal);
		return ((stripped.scale() < 1) ? stripped.setScale(1) : stripped).toPlainString();
	}

	@SuppressWarnings("NullAway") // JSON null is Java null
	private static Object value(JsonParser parser) {
		return switch (parser.currentToken()) {
			case START_OBJECT -> object(parser);
			case START_ARRAY -> array(parser);
			case VALUE_STRING -> parser.getString();
			case VALUE_NUMBER_INT -> integer(parser);
			case VALUE_NUMBER_FLOAT -> decimal(new BigDecimal(parser.getString()));
			case VALUE_TRUE -> true;
			case VALUE_FALSE -> false;
			case VALUE_NULL -> null;
			default -> throw new IllegalStateException("Unexpected token " + parser.currentToken());
		};
	}

	private static Number integer(JsonParser parser) {
		String text = parser.getString();
		return (text.length() < 10) ? Integer.valueOf(text) : integer(new BigInteger(text));
	}

	private static List<Object> array(JsonParser parser) {
		List<Object> array = new ArrayList<>();
		while (parser.nextToken() != JsonToken.END_ARRAY) {
			array.add(value(parser));
		}
		return Collections.unmodifiableList(array);
	}

}
