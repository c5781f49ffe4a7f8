package io.memstate.storage.jpa;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Condition;
import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on PostgreSQL, whose {@code jsonb} compares numbers exactly. Equality is
 * also asked as containment, which the GIN index answers.
 */
final class PostgresConditions extends Conditions {

	/**
	 * How many characters of a string an index holds: 4 bytes each, far below the most.
	 */
	private static final int PREFIX = 200;

	/** The second column of the GIN index. */
	private static final String STRING_KEYS = "jsonb_path_query_array(f.payload, "
			+ "'$.keyvalue() ? (@.value.type() == \"string\").key')";

	private static final List<String> KINDS = List.of("missing", "null", "boolean", "number", "string", "array",
			"object");

	private final Set<Path> indexed;

	/**
	 * Creates a translator.
	 * @param exactly whether an exact condition is worth more than a cheap one
	 * @param indexed the paths that have an index for the type that is asked for
	 */
	PostgresConditions(boolean exactly, Set<Path> indexed) {
		super(exactly);
		this.indexed = indexed;
	}

	@Override
	Conditions exact() {
		return new PostgresConditions(true, Set.of());
	}

	@Override
	String position() {
		return "strpos";
	}

	@Override
	Fragment payload(Path path, Condition.Operator operator, @Nullable Object value) {
		return switch (operator) {
			case EQ -> equal(path, value);
			case CONTAINS -> contains(path, value);
			case STARTS_WITH -> (value instanceof String prefix) ? startsWith(path, prefix) : Fragment.NOTHING;
			default -> compared(path, operator, value);
		};
	}

	private static Fragment equal(Path path, @Nullable Object value) {
		return containment(path, value)
			.and(Fragment.of(value(path) + " = cast(? as jsonb)", CanonicalJson.write(value)));
	}

	// holds for whatever has the value at the path, and for more
	private static Fragment containment(Path path, @Nullable Object value) {
		Object nested = value;
		for (int i = path.segments().size() - 1; i >= 0; i--) {
			Map<String, Object> object = new LinkedHashMap<>();
			object.put(path.segments().get(i), nested);
			nested = object;
		}
		return Fragment.of("f.payload @> cast(? as jsonb)", CanonicalJson.write(nested));
	}

	private Fragment compared(Path path, Condition.Operator operator, @Nullable Object value) {
		Fragment kind = isKind(path, Values.kind(value));
		if (value instanceof String text) {
			Fragment comparison = kind.and(text(text(path), operator, text));
			return this.indexed.contains(path) ? prefix(path, operator, text).and(comparison) : comparison;
		}
		if (value instanceof Number number) {
			Fragment comparison = kind.and(Fragment.of(value(path) + " " + symbol(operator) + " cast(? as jsonb)",
					CanonicalJson.write(value)));
			return this.indexed.contains(path) ? bounded(path, operator, number).and(comparison) : comparison;
		}
		if (value instanceof Boolean) {
			return kind.and(Fragment.of(value(path) + " " + symbol(operator) + " cast(? as jsonb)",
					CanonicalJson.write(value)));
		}
		if (value == null) {
			return includesEqual(operator) ? kind : Fragment.NOTHING;
		}
		return kind.coarse(); // jsonb has another order of arrays and objects
	}

	private static Fragment prefix(Path path, Condition.Operator operator, String value) {
		String symbol = (operator == Condition.Operator.GT || operator == Condition.Operator.GTE) ? ">=" : "<=";
		return Fragment.of(indexedText(path) + " " + symbol + " left(?, " + PREFIX + ")", value);
	}

	private static Fragment bounded(Path path, Condition.Operator operator, Number value) {
		String symbol = (operator == Condition.Operator.GT || operator == Condition.Operator.GTE) ? ">=" : "<=";
		return Fragment.of(indexedNumber(path) + " " + symbol + " " + bounded("?"), Values.decimal(value));
	}

	private Fragment startsWith(Path path, String prefix) {
		Fragment exact = isKind(path, 4).and(text(text(path), Condition.Operator.STARTS_WITH, prefix));
		String next = next(prefix);
		if (next == null || !this.indexed.contains(path)) {
			return exact;
		}
		return prefix(path, Condition.Operator.GTE, prefix).and(prefix(path, Condition.Operator.LTE, next)).and(exact);
	}

	// a string above all that start with the prefix, or null if that is not simple to
	// tell
	private static @Nullable String next(String prefix) {
		if (prefix.isEmpty()) {
			return null;
		}
		int last = prefix.codePointBefore(prefix.length());
		int next = last + 1;
		if (next > Character.MAX_CODE_POINT || (next >= Character.MIN_SURROGATE && next <= Character.MAX_SURROGATE)) {
			return null;
		}
		return prefix.substring(0, prefix.length() - Character.charCount(last)) + Character.toString(next);
	}

	private Fragment contains(Path path, @Nullable Object value) {
		Fragment array = isKind(path, 5).and(containment(path, Collections.singletonList(value)));
		if (value instanceof List || value instanceof Map) {
			array = array.coarse(); // an element that contains the value is found too
		}
		if (!(value instanceof String part)) {
			return array;
		}
		Fragment within = isKind(path, 4).and(text(text(path), Condition.Operator.CONTAINS, part));
		return Fragment.any(List.of(array, (path.segments().size() > 1) ? within : within.and(stringKey(path))));
	}

	// the GIN index also knows which keys hold strings, so that it finds both halves;
	// it is dear to evaluate and so comes last
	private static Fragment stringKey(Path path) {
		return Fragment.of(STRING_KEYS + " @> cast(? as jsonb)", CanonicalJson.write(List.of(path.segments().get(0))));
	}

	@Override
	Fragment payloadIn(Path path, List<@Nullable Object> values) {
		List<Fragment> equal = new ArrayList<>();
		values.forEach((value) -> equal.add(equal(path, value)));
		return Fragment.any(equal);
	}

	@Override
	Fragment payloadExists(Path path) {
		return Fragment.of(value(path) + " is not null");
	}

	private static Fragment isKind(Path path, int kind) {
		return Fragment.of("jsonb_typeof(" + value(path) + ") = '" + KINDS.get(kind) + "'");
	}

	/**
	 * The value at a path. Unlike {@code #>} it does not take a number for a position in
	 * an array.
	 * @param path a path into the payload
	 * @return the expression, a {@code jsonb}
	 */
	static String value(Path path) {
		StringBuilder expression = new StringBuilder("(f.payload");
		path.segments().forEach((segment) -> expression.append(" -> ").append(literal(segment)));
		return expression.append(')').toString();
	}

	/**
	 * The value at a path as text, without quotes where it is a string.
	 * @param path a path into the payload
	 * @return the expression, in the order of code points
	 */
	static String text(Path path) {
		return "((" + value(path) + " #>> '{}') collate \"C\")";
	}

	static String indexedText(Path path) {
		return "left(" + text(path) + ", " + PREFIX + ")";
	}

	/**
	 * The number at a path, cut to what fits into an index, but in the same order.
	 * @param path a path into the payload
	 * @return the expression, null where there is no number
	 */
	static String indexedNumber(Path path) {
		return bounded(
				"case when jsonb_typeof(" + value(path) + ") = 'number' then cast(" + value(path) + " as numeric) end");
	}

	private static String bounded(String number) {
		return "least(greatest(round(" + number + ", 20), -1e300), 1e300)";
	}

}
