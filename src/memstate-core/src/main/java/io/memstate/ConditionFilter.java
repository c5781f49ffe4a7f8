package io.memstate;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.Path;

/**
 * The one kind of filter: a condition that is already parsed and canonical.
 *
 * @param condition the condition
 * @param depth how many levels of filters there are
 */
record ConditionFilter(Condition condition, int depth) implements Filter {

	/** Deeper ones some storage could not take: each level may be several of SQL. */
	private static final int MAX_DEPTH = 100;

	private static final PayloadReader READER = new PayloadReader(new PayloadLimits(1000, 1024 * 1024, 16_383));

	ConditionFilter {
		if (depth > MAX_DEPTH) {
			throw new IllegalArgumentException("'filter' must be nested at most " + MAX_DEPTH
					+ " levels deep: flatten it, as and(...), or(...) and in(...) take any number");
		}
	}

	private ConditionFilter(Condition condition) {
		this(condition, 1);
	}

	static Filter and(Filter... filters) {
		return new ConditionFilter(new Condition.And(conditions(filters)), 1 + depth(filters));
	}

	static Filter or(Filter... filters) {
		return new ConditionFilter(new Condition.Or(conditions(filters)), 1 + depth(filters));
	}

	static Filter not(Filter filter) {
		return new ConditionFilter(new Condition.Not(Arguments.notNull(filter, "filter").condition()),
				1 + depth(filter));
	}

	private static List<Condition> conditions(Filter... filters) {
		return Arrays.stream(Arguments.notNull(filters, "filters"))
			.map((filter) -> Arguments.notNull(filter, "filter").condition())
			.toList();
	}

	private static int depth(Filter... filters) {
		return Arrays.stream(filters).mapToInt((filter) -> ((ConditionFilter) filter).depth()).max().orElse(0);
	}

	static Filter of(String text, Operator operator, @Nullable Object value) {
		Path path = Path.parse(text);
		return new ConditionFilter(new Condition.Comparison(path, operator, value(path, value)));
	}

	static Filter in(String text, Collection<?> values) {
		Path path = Path.parse(text);
		List<@Nullable Object> canonical = new ArrayList<>();
		Arguments.notNull(values, "values").forEach((value) -> canonical.add(value(path, value)));
		return new ConditionFilter(new Condition.In(path, canonical));
	}

	static Filter exists(String path) {
		return new ConditionFilter(new Condition.Exists(Path.parse(path)));
	}

	private static @Nullable Object value(Path path, @Nullable Object value) {
		if (path.attribute() != null && path.attribute().isTime()) {
			return Path.micros(time(path, value));
		}
		try {
			return READER.value(value);
		}
		catch (FactValidationException ex) {
			throw new IllegalArgumentException(
					"'value' for the path '" + path + "' can't be compared: " + ex.getMessage(), ex);
		}
	}

	private static Instant time(Path path, @Nullable Object value) {
		if (value instanceof Instant instant) {
			return Arguments.time(instant, "value");
		}
		if (value instanceof OffsetDateTime time) {
			return Arguments.time(time.toInstant(), "value");
		}
		if (value instanceof ZonedDateTime time) {
			return Arguments.time(time.toInstant(), "value");
		}
		if (value instanceof String text) {
			try {
				return Arguments.time(OffsetDateTime.parse(text).toInstant(), "value");
			}
			catch (DateTimeParseException ex) {
				throw new IllegalArgumentException("'value' for the path '" + path
						+ "' must be a time such as 2026-01-31T12:00:00Z, but was '" + Arguments.shortened(text) + "'",
						ex);
			}
		}
		throw new IllegalArgumentException("'value' for the path '" + path
				+ "' must be an Instant, or a text such as 2026-01-31T12:00:00Z, but was " + value);
	}

}
