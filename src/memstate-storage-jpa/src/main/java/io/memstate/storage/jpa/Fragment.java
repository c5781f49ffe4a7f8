package io.memstate.storage.jpa;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A part of a statement with its parameters.
 *
 * @param sql the text; empty for a condition that can't be put into SQL
 * @param parameters one for each question mark, none of them null
 * @param exact whether a condition finds no fact too many
 */
record Fragment(String sql, List<Object> parameters, boolean exact) {

	/** A condition that can't be put into SQL: matches everything. */
	static final Fragment UNKNOWN = new Fragment("", List.of(), false);

	/** A condition that nothing matches. */
	static final Fragment NOTHING = of("1 = 0");

	/** A condition that everything matches. */
	static final Fragment EVERYTHING = of("1 = 1");

	static Fragment of(String sql, Object... parameters) {
		return new Fragment(sql, List.of(parameters), true);
	}

	Fragment coarse() {
		return new Fragment(this.sql, this.parameters, false);
	}

	boolean isUnknown() {
		return this.sql.isEmpty();
	}

	/**
	 * Both conditions.
	 * @param other another condition, of which this one is a consequence or a refinement
	 * @return this and the other; exact as the other is
	 */
	Fragment and(Fragment other) {
		return new Fragment(this.sql + " and " + other.sql, concat(List.of(this, other)), other.exact);
	}

	/**
	 * All of the conditions; those that are unknown are left out.
	 * @param conditions the conditions
	 * @return their conjunction
	 */
	static Fragment all(List<Fragment> conditions) {
		List<Fragment> known = conditions.stream().filter((condition) -> !condition.isUnknown()).toList();
		boolean exact = conditions.stream().allMatch(Fragment::exact);
		if (known.isEmpty()) {
			return exact ? EVERYTHING : UNKNOWN;
		}
		return new Fragment(join(known, " and "), concat(known), exact);
	}

	/**
	 * Any of the conditions; unknown if one of them is.
	 * @param conditions the conditions
	 * @return their disjunction
	 */
	static Fragment any(List<Fragment> conditions) {
		if (conditions.isEmpty()) {
			return NOTHING;
		}
		if (conditions.stream().anyMatch(Fragment::isUnknown)) {
			return UNKNOWN;
		}
		return new Fragment(join(conditions, " or "), concat(conditions),
				conditions.stream().allMatch(Fragment::exact));
	}

	/**
	 * The negation, where what is unknown to SQL counts as false.
	 * @param condition an exact condition
	 * @return its negation
	 */
	static Fragment not(Fragment condition) {
		return new Fragment("not coalesce((" + condition.sql + "), 1 = 0)", condition.parameters, true);
	}

	private static String join(List<Fragment> conditions, String operator) {
		return conditions.stream().map((condition) -> "(" + condition.sql + ")").collect(Collectors.joining(operator));
	}

	private static List<Object> concat(List<Fragment> fragments) {
		List<Object> parameters = new ArrayList<>();
		fragments.forEach((fragment) -> parameters.addAll(fragment.parameters));
		return parameters;
	}

}
