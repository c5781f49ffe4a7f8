package io.memstate.storage.jpa;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

import io.memstate.storage.Condition;
import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on SQLite, whose numbers are not exact: strings are compared natively,
 * numbers natively with some latitude and, where it must be exact, by {@link SortKey}.
 */
final class SqliteConditions extends Conditions {

	SqliteConditions(boolean exactly) {
		super(exactly);
	}

	@Override
	Conditions exact() {
		return exactly() ? this : new SqliteConditions(true);
	}

	@Override
	String position() {
		return "instr";
	}

	@Override
	Fragment payload(Path path, Condition.Operator operator, @Nullable Object value) {
		return switch (operator) {
			case CONTAINS -> contains(path, value);
			case STARTS_WITH -> (value instanceof String text) ? string(path, operator, text) : Fragment.NOTHING;
			default -> comparison(path, operator, value);
		};
	}

	private Fragment comparison(Path path, Condition.Operator operator, @Nullable Object value) {
		if (value instanceof String text && jsonPath(path) != null) {
			return string(path, operator, text);
		}
		if (value instanceof Number number && jsonPath(path) != null) {
			Fragment coarse = number(extract(path), operator, number).coarse();
			return exactly() ? coarse.and(byKey(path, operator, value)) : coarse;
		}
		return byKey(path, operator, value);
	}

	private Fragment string(Path path, Condition.Operator operator, String value) {
		if (jsonPath(path) == null) {
			return Fragment.UNKNOWN;
		}
		return text(extract(path), operator, value).and(Fragment.of(type(path) + " = 'text'"));
	}

	// a stored number that differs from the value by less than a double tells is found
	// too
	private static Fragment number(String expression, Condition.Operator operator, Number value) {
		double real = Values.decimal(value).doubleValue();
		double below = Math.nextDown(Math.nextDown(real));
		double above = Math.nextUp(Math.nextUp(real));
		return switch (operator) {
			case EQ -> Fragment.of(expression + " between ? and ?", below, above);
			case GT, GTE -> Fragment.of(expression + " >= ? and " + expression + " < ''", below);
			case LT, LTE -> Fragment.of(expression + " <= ?", above);
			case CONTAINS, STARTS_WITH -> throw new IllegalArgumentException("Not a comparison: " + operator);
		};
	}

	private static Fragment byKey(Path path, Condition.Operator operator, @Nullable Object value) {
		String key = key(path);
		Fragment comparison = Fragment.of(key + " " + symbol(operator) + " ?", SortKey.of(value));
		return switch (operator) {
			case GT, GTE -> comparison.and(Fragment.of(key + " < ?", (Object) SortKey.start(Values.kind(value) + 1)));
			case LT, LTE -> comparison.and(Fragment.of(key + " >= ?", (Object) SortKey.start(Values.kind(value))));
			default -> comparison;
		};
	}

	private Fragment contains(Path path, @Nullable Object value) {
		String json = jsonPath(path);
		if (json == null) {
			return Fragment.UNKNOWN;
		}
		Fragment element = element(value);
		Fragment within = new Fragment(
				"exists (select 1 from json_each(f.payload, " + json + ") e where " + element.sql() + ")",
				element.parameters(), element.exact());
		Fragment array = Fragment.of(type(path) + " = 'array'").and(within);
		return (value instanceof String text)
				? Fragment.any(List.of(array, string(path, Condition.Operator.CONTAINS, text))) : array;
	}

	private static Fragment element(@Nullable Object value) {
		if (value == null) {
			return Fragment.of("e.type = 'null'");
		}
		if (value instanceof Boolean bool) {
			return Fragment.of("e.type = '" + bool + "'");
		}
		if (value instanceof String text) {
			return Fragment.of("e.type = 'text' and e.value = ?", text);
		}
		if (value instanceof Number number) {
			return number("e.value", Condition.Operator.EQ, number).coarse();
		}
		return Fragment.of("e.type = '" + ((value instanceof List) ? "array" : "object") + "' and "
				+ SqliteConnections.SORT_KEY + "(e.value) = ?", (Object) SortKey.of(value));
	}

	@Override
	Fragment payloadIn(Path path, List<@Nullable Object> values) {
		List<Fragment> equal = new ArrayList<>();
		List<Object> strings = new ArrayList<>();
		for (Object value : values) {
			if (value instanceof String text && jsonPath(path) != null) {
				strings.add(text);
			}
			else {
				equal.add(comparison(path, Condition.Operator.EQ, value));
			}
		}
		if (!strings.isEmpty()) {
			String marks = Collections.nCopies(strings.size(), "?").stream().collect(Collectors.joining(", "));
			equal.add(
					new Fragment(extract(path) + " in (" + marks + ") and " + type(path) + " = 'text'", strings, true));
		}
		return Fragment.any(equal);
	}

	@Override
	Fragment payloadExists(Path path) {
		return (jsonPath(path) != null) ? Fragment.of(type(path) + " is not null")
				: Fragment.of(key(path) + " >= ?", (Object) SortKey.start(Values.kind(null)));
	}

	/**
	 * The value at a path as SQLite sees it; what an index of the path holds.
	 * @param path a path that SQLite can follow
	 * @return the expression
	 */
	static String extract(Path path) {
		return "json_extract(f.payload, " + jsonPath(path) + ")";
	}

	private static String type(Path path) {
		return "json_type(f.payload, " + jsonPath(path) + ")";
	}

	/**
	 * The value at a path as bytes that sort.
	 * @param path any path into the payload
	 * @return the expression
	 */
	static String key(Path path) {
		String json = jsonPath(path);
		return (json != null) ? SqliteConnections.SORT_KEY + "(f.payload -> " + json + ")"
				: SqliteConnections.SORT_KEY + "(f.payload, " + literal(path.toString()) + ")";
	}

	/**
	 * The path in SQLite's notation.
	 * @param path a path into the payload
	 * @return a literal, or null if SQLite has no way to write it
	 */
	static @Nullable String jsonPath(Path path) {
		StringBuilder text = new StringBuilder("$");
		for (String segment : path.segments()) {
			if (segment.isEmpty() || !segment.chars().allMatch((c) -> c >= ' ' && c != '"' && c != '\\')) {
				return null;
			}
			text.append(".\"").append(segment).append('"');
		}
		return literal(text.toString());
	}

}
