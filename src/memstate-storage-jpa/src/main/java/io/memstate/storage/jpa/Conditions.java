package io.memstate.storage.jpa;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

import io.memstate.storage.Condition;
import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * Puts conditions into SQL: coarsely where that is cheaper or all that can be done, with
 * too many facts but never too few. Attributes of a fact are the same on every database;
 * paths into the payload are the subclass's business.
 */
abstract class Conditions {

	/** As many as a database takes in one statement without complaint. */
	private static final int MOST = 200;

	private static final BigInteger LOWEST = BigInteger.valueOf(Long.MIN_VALUE);

	private static final BigInteger HIGHEST = BigInteger.valueOf(Long.MAX_VALUE);

	private final boolean exactly;

	/**
	 * Creates a translator.
	 * @param exactly whether an exact condition is worth more than a cheap one
	 */
	Conditions(boolean exactly) {
		this.exactly = exactly;
	}

	/**
	 * Whether an exact condition is worth more than a cheap one.
	 * @return true to count, and below a negation
	 */
	boolean exactly() {
		return this.exactly;
	}

	/**
	 * The translator for what is below a negation.
	 * @return one that is exact wherever it can be
	 */
	abstract Conditions exact();

	/**
	 * The function that finds one string in another.
	 * @return its name; it takes the string and the part and answers 0 for none
	 */
	abstract String position();

	abstract Fragment payload(Path path, Condition.Operator operator, @Nullable Object value);

	abstract Fragment payloadIn(Path path, List<@Nullable Object> values);

	abstract Fragment payloadExists(Path path);

	Fragment translate(Condition condition) {
		if (condition instanceof Condition.Comparison comparison) {
			return comparison(comparison.path(), comparison.operator(), comparison.value());
		}
		if (condition instanceof Condition.In in) {
			return in(in.path(), in.values());
		}
		if (condition instanceof Condition.Exists exists) {
			return exists(exists.path());
		}
		if (condition instanceof Condition.And and) {
			return (and.conditions().size() > MOST) ? Fragment.UNKNOWN
					: Fragment.all(and.conditions().stream().map(this::translate).toList());
		}
		if (condition instanceof Condition.Or or) {
			return (or.conditions().size() > MOST) ? Fragment.UNKNOWN
					: Fragment.any(or.conditions().stream().map(this::translate).toList());
		}
		return not(((Condition.Not) condition).condition());
	}

	private Fragment not(Condition condition) {
		Fragment inner = exact().translate(condition);
		return (inner.exact() && !inner.isUnknown()) ? Fragment.not(inner) : Fragment.UNKNOWN;
	}

	private Fragment comparison(Path path, Condition.Operator operator, @Nullable Object value) {
		Path.Attribute attribute = path.attribute();
		return (attribute != null) ? attribute(attribute, operator, value) : payload(path, operator, value);
	}

	private Fragment in(Path path, List<@Nullable Object> values) {
		Path.Attribute attribute = path.attribute();
		if (values.isEmpty()) {
			return Fragment.NOTHING;
		}
		if (values.size() > MOST) {
			return Fragment.UNKNOWN;
		}
		if (attribute == null) {
			return payloadIn(path, values);
		}
		List<Fragment> equal = new ArrayList<>();
		values.forEach((value) -> equal.add(attribute(attribute, Condition.Operator.EQ, value)));
		return Fragment.any(equal);
	}

	private Fragment exists(Path path) {
		if (path.attribute() == null) {
			return payloadExists(path);
		}
		return (path.attribute() == Path.Attribute.SOURCE) ? Fragment.of("f.source is not null") : Fragment.EVERYTHING;
	}

	static String column(Path.Attribute attribute) {
		return switch (attribute) {
			case ID -> "f.id";
			case TYPE -> "f.type";
			case SOURCE -> "f.source";
			case VERSION -> "f.version";
			case CREATED_AT -> "f.created_at";
			case UPDATED_AT -> "f.updated_at";
		};
	}

	static boolean isText(Path.Attribute attribute) {
		return switch (attribute) {
			case ID, TYPE, SOURCE -> true;
			case VERSION, CREATED_AT, UPDATED_AT -> false;
		};
	}

	private Fragment attribute(Path.Attribute attribute, Condition.Operator operator, @Nullable Object value) {
		if (isText(attribute) && value instanceof String text) {
			return text(column(attribute), operator, text);
		}
		if (!isText(attribute) && value instanceof Number number) {
			return integer(column(attribute), operator, Values.decimal(number));
		}
		return Fragment.NOTHING;
	}

	/**
	 * Compares an expression that is a string.
	 * @param expression the expression
	 * @param operator how to compare
	 * @param value the string to compare with
	 * @return the comparison, exact
	 */
	Fragment text(String expression, Condition.Operator operator, String value) {
		return switch (operator) {
			case CONTAINS -> Fragment.of(position() + "(" + expression + ", ?) > 0", value);
			case STARTS_WITH -> Fragment.of("substr(" + expression + ", 1, ?) = ?", codePoints(value), value);
			default -> Fragment.of(expression + " " + symbol(operator) + " ?", value);
		};
	}

	private static int codePoints(String value) {
		return value.codePointCount(0, value.length());
	}

	private static Fragment integer(String column, Condition.Operator operator, BigDecimal value) {
		BigInteger floor = value.setScale(0, RoundingMode.FLOOR).toBigInteger();
		BigInteger ceiling = value.setScale(0, RoundingMode.CEILING).toBigInteger();
		return switch (operator) {
			case EQ -> floor.equals(ceiling) ? integer(column, "=", floor, false, false) : Fragment.NOTHING;
			case GT -> integer(column, ">", floor, true, false);
			case GTE -> integer(column, ">=", ceiling, true, false);
			case LT -> integer(column, "<", ceiling, false, true);
			case LTE -> integer(column, "<=", floor, false, true);
			case CONTAINS, STARTS_WITH -> Fragment.NOTHING;
		};
	}

	private static Fragment integer(String column, String symbol, BigInteger value, boolean ifBelow, boolean ifAbove) {
		if (value.compareTo(LOWEST) < 0) {
			return ifBelow ? Fragment.EVERYTHING : Fragment.NOTHING;
		}
		if (value.compareTo(HIGHEST) > 0) {
			return ifAbove ? Fragment.EVERYTHING : Fragment.NOTHING;
		}
		return Fragment.of(column + " " + symbol + " ?", value.longValueExact());
	}

	static String symbol(Condition.Operator operator) {
		return switch (operator) {
			case EQ -> "=";
			case GT -> ">";
			case GTE -> ">=";
			case LT -> "<";
			case LTE -> "<=";
			case CONTAINS, STARTS_WITH -> throw new IllegalArgumentException("Not a comparison: " + operator);
		};
	}

	/**
	 * Whether two equal values fulfil a comparison.
	 * @param operator the comparison
	 * @return true for those that include equality
	 */
	static boolean includesEqual(Condition.Operator operator) {
		return operator == Condition.Operator.EQ || operator == Condition.Operator.GTE
				|| operator == Condition.Operator.LTE;
	}

	/**
	 * A string as a literal.
	 * @param value the string
	 * @return the literal
	 */
	static String literal(String value) {
		return "'" + value.replace("'", "''") + "'";
	}

}
