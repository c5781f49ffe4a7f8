package io.memstate;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Operator;

/**
 * A condition on facts. A path is dotted into the payload ({@code address.city}); a
 * segment is Unicode letters, digits, {@code _} and {@code -}, or anything else in
 * backticks; {@code $id}, {@code $type}, {@code $source}, {@code $version},
 * {@code $createdAt} and {@code $updatedAt} address the fact itself. Comparisons never
 * hold across types; numbers compare by exact value, strings by code point. Filters nest
 * up to 100 levels deep. Every method throws an {@link IllegalArgumentException} for a
 * malformed path, a value that no payload can hold or filters that nest deeper.
 *
 * @since 0.1.0
 */
public sealed interface Filter permits ConditionFilter {

	/**
	 * The value at the path equals the given one.
	 * @param path the path
	 * @param value a JSON value; null for JSON null, which is not the same as missing
	 * @return the filter
	 */
	static Filter eq(String path, @Nullable Object value) {
		return ConditionFilter.of(path, Operator.EQ, value);
	}

	/**
	 * The opposite of {@link #eq}; matches where the value is missing, too.
	 * @param path the path
	 * @param value a JSON value
	 * @return the filter
	 */
	static Filter ne(String path, @Nullable Object value) {
		return not(eq(path, value));
	}

	/**
	 * The value at the path is greater than the given one, and of the same type.
	 * @param path the path
	 * @param value a JSON value
	 * @return the filter
	 */
	static Filter gt(String path, Object value) {
		return ConditionFilter.of(path, Operator.GT, value);
	}

	/**
	 * The value at the path is greater than the given one or equal to it.
	 * @param path the path
	 * @param value a JSON value
	 * @return the filter
	 */
	static Filter gte(String path, Object value) {
		return ConditionFilter.of(path, Operator.GTE, value);
	}

	/**
	 * The value at the path is less than the given one, and of the same type.
	 * @param path the path
	 * @param value a JSON value
	 * @return the filter
	 */
	static Filter lt(String path, Object value) {
		return ConditionFilter.of(path, Operator.LT, value);
	}

	/**
	 * The value at the path is less than the given one or equal to it.
	 * @param path the path
	 * @param value a JSON value
	 * @return the filter
	 */
	static Filter lte(String path, Object value) {
		return ConditionFilter.of(path, Operator.LTE, value);
	}

	/**
	 * The value at the path is an array that has the given value as an element, or a
	 * string that has the given string within.
	 * @param path the path
	 * @param value a JSON value
	 * @return the filter
	 */
	static Filter contains(String path, @Nullable Object value) {
		return ConditionFilter.of(path, Operator.CONTAINS, value);
	}

	/**
	 * The value at the path is a string that starts with the given one.
	 * @param path the path
	 * @param value a string
	 * @return the filter
	 */
	static Filter startsWith(String path, Object value) {
		if (!(value instanceof String)) {
			throw new IllegalArgumentException("'value' must be a string to start with, but was " + value);
		}
		return ConditionFilter.of(path, Operator.STARTS_WITH, value);
	}

	/**
	 * The value at the path equals one of the given ones.
	 * @param path the path
	 * @param values JSON values; none matches nothing
	 * @return the filter
	 */
	static Filter in(String path, Collection<?> values) {
		return ConditionFilter.in(path, values);
	}

	/**
	 * There is a value at the path, null included.
	 * @param path the path
	 * @return the filter
	 */
	static Filter exists(String path) {
		return ConditionFilter.exists(path);
	}

	/**
	 * Every filter matches.
	 * @param filters the filters; none matches everything
	 * @return the filter
	 */
	static Filter and(Filter... filters) {
		return ConditionFilter.and(filters);
	}

	/**
	 * At least one filter matches.
	 * @param filters the filters; none matches nothing
	 * @return the filter
	 */
	static Filter or(Filter... filters) {
		return ConditionFilter.or(filters);
	}

	/**
	 * The filter does not match.
	 * @param filter the filter
	 * @return the filter
	 */
	static Filter not(Filter filter) {
		return ConditionFilter.not(filter);
	}

	/**
	 * Whether a fact matches.
	 * @param fact the fact
	 * @return true if it does
	 */
	default boolean matches(Fact fact) {
		return condition().matches(fact.stored());
	}

	/**
	 * The filter with parsed paths and canonical values, as a storage gets it.
	 * @return the condition
	 */
	Condition condition();

}
