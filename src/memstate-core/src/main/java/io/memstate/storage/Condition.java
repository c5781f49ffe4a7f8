package io.memstate.storage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A condition on a fact, with parsed paths and canonical values. A storage may answer it
 * coarsely, with too many facts but never with too few.
 *
 * @since 0.1.0
 */
public sealed interface Condition {

	/**
	 * Whether a fact matches.
	 * @param fact the fact
	 * @return true if it does
	 */
	boolean matches(StoredFact fact);

	/**
	 * How a value is compared. Never across types: a comparison of values of different
	 * types is false.
	 */
	enum Operator {

		/** Equal; numbers by exact value, so that 1 is 1.0. */
		EQ,

		/** Greater. */
		GT,

		/** Greater or equal. */
		GTE,

		/** Less. */
		LT,

		/** Less or equal. */
		LTE,

		/** An array that has the value as an element, or a string that has it within. */
		CONTAINS,

		/** A string that starts with the value. */
		STARTS_WITH

	}

	/**
	 * Compares the value at a path.
	 *
	 * @param path the path
	 * @param operator how to compare
	 * @param value the canonical value to compare with; for a path that is a time, its
	 * microseconds since the epoch
	 */
	record Comparison(Path path, Operator operator, @Nullable Object value) implements Condition {

		@Override
		public boolean matches(StoredFact fact) {
			Object actual = this.path.resolve(fact);
			return switch (this.operator) {
				case EQ -> actual != Path.MISSING && Values.equal(actual, this.value);
				case GT -> comparable(actual) && Values.compare(actual, this.value) > 0;
				case GTE -> comparable(actual) && Values.compare(actual, this.value) >= 0;
				case LT -> comparable(actual) && Values.compare(actual, this.value) < 0;
				case LTE -> comparable(actual) && Values.compare(actual, this.value) <= 0;
				case CONTAINS -> contains(actual);
				case STARTS_WITH ->
					actual instanceof String string && this.value instanceof String prefix && string.startsWith(prefix);
			};
		}

		private boolean comparable(@Nullable Object actual) {
			return actual != Path.MISSING && Values.sameKind(actual, this.value);
		}

		private boolean contains(@Nullable Object actual) {
			if (actual instanceof List<?> list) {
				return list.stream().anyMatch((element) -> Values.equal(element, this.value));
			}
			return actual instanceof String string && this.value instanceof String part && string.contains(part);
		}

	}

	/**
	 * The value at a path equals one of several.
	 *
	 * @param path the path
	 * @param values the canonical values
	 */
	record In(Path path, List<@Nullable Object> values) implements Condition {

		public In {
			values = Collections.unmodifiableList(new ArrayList<>(values));
		}

		@Override
		public boolean matches(StoredFact fact) {
			Object actual = this.path.resolve(fact);
			return actual != Path.MISSING && this.values.stream().anyMatch((value) -> Values.equal(actual, value));
		}

	}

	/**
	 * There is a value at a path, null included.
	 *
	 * @param path the path
	 */
	record Exists(Path path) implements Condition {

		@Override
		public boolean matches(StoredFact fact) {
			return this.path.resolve(fact) != Path.MISSING;
		}

	}

	/**
	 * Every condition matches.
	 *
	 * @param conditions the conditions; none matches everything
	 */
	record And(List<Condition> conditions) implements Condition {

		public And {
			conditions = List.copyOf(conditions);
		}

		@Override
		public boolean matches(StoredFact fact) {
			return this.conditions.stream().allMatch((condition) -> condition.matches(fact));
		}

	}

	/**
	 * At least one condition matches.
	 *
	 * @param conditions the conditions; none matches nothing
	 */
	record Or(List<Condition> conditions) implements Condition {

		public Or {
			conditions = List.copyOf(conditions);
		}

		@Override
		public boolean matches(StoredFact fact) {
			return this.conditions.stream().anyMatch((condition) -> condition.matches(fact));
		}

	}

	/**
	 * The condition does not match.
	 *
	 * @param condition the condition
	 */
	record Not(Condition condition) implements Condition {

		@Override
		public boolean matches(StoredFact fact) {
			return !this.condition.matches(fact);
		}

	}

}
