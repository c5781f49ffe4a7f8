package io.memstate.storage.redis;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Comparison;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * What a condition requires of attributes by which facts are found without an index of
 * their own: the id, and the time of creation, in whose order the indexes are. It may
 * leave too many facts, never too few.
 *
 * @param ids the ids that can match, or null for any
 * @param earliest the earliest time of creation, in microseconds
 * @param latest the latest time of creation, in microseconds
 */
record AttributeBounds(@Nullable Set<String> ids, long earliest, long latest) {

	private static final AttributeBounds NONE = new AttributeBounds(null, Long.MIN_VALUE, Long.MAX_VALUE);

	private static final BigInteger LOWEST = BigInteger.valueOf(Long.MIN_VALUE);

	private static final BigInteger HIGHEST = BigInteger.valueOf(Long.MAX_VALUE);

	static AttributeBounds of(@Nullable Condition condition) {
		if (condition instanceof Condition.And and) {
			return and.conditions().stream().map(AttributeBounds::of).reduce(NONE, AttributeBounds::and);
		}
		if (condition instanceof Comparison comparison) {
			return comparison(comparison);
		}
		if (condition instanceof Condition.In in && in.path().attribute() == Path.Attribute.ID) {
			return ids(in.values());
		}
		return NONE;
	}

	private static AttributeBounds comparison(Comparison comparison) {
		Path.Attribute attribute = comparison.path().attribute();
		if (attribute == Path.Attribute.ID && comparison.operator() == Operator.EQ) {
			return ids(java.util.Collections.singletonList(comparison.value()));
		}
		if (attribute == Path.Attribute.CREATED_AT && comparison.value() instanceof Number number) {
			BigDecimal time = Values.decimal(number);
			return switch (comparison.operator()) {
				case EQ -> new AttributeBounds(null, floor(time), ceiling(time));
				case GT, GTE -> new AttributeBounds(null, floor(time), Long.MAX_VALUE);
				case LT, LTE -> new AttributeBounds(null, Long.MIN_VALUE, ceiling(time));
				case CONTAINS, STARTS_WITH -> NONE;
			};
		}
		return NONE;
	}

	private static AttributeBounds ids(List<? extends @Nullable Object> values) {
		Set<String> ids = values.stream()
			.filter(String.class::isInstance)
			.map(String.class::cast)
			.collect(Collectors.toUnmodifiableSet());
		return new AttributeBounds(ids, Long.MIN_VALUE, Long.MAX_VALUE);
	}

	private static long floor(BigDecimal time) {
		return limited(time.setScale(0, RoundingMode.FLOOR).toBigInteger());
	}

	private static long ceiling(BigDecimal time) {
		return limited(time.setScale(0, RoundingMode.CEILING).toBigInteger());
	}

	private static long limited(BigInteger time) {
		return time.max(LOWEST).min(HIGHEST).longValue();
	}

	private AttributeBounds and(AttributeBounds other) {
		boolean fewer = this.ids == null || (other.ids != null && other.ids.size() < this.ids.size());
		return new AttributeBounds(fewer ? other.ids : this.ids, Math.max(this.earliest, other.earliest),
				Math.min(this.latest, other.latest));
	}

	/**
	 * The part of a range of the index that can match.
	 * @param prefix what the range starts with, after which it is in order of creation
	 * @return the part
	 */
	Span within(byte[] prefix) {
		Span span = Span.startingWith(prefix);
		if (this.earliest > Long.MIN_VALUE) {
			span = span.from(time(prefix, this.earliest));
		}
		return (this.latest < Long.MAX_VALUE) ? span.to(Span.next(time(prefix, this.latest))) : span;
	}

	private static byte[] time(byte[] prefix, long micros) {
		return new ByteWriter().raw(prefix).raw(ByteWriter.sortable(micros)).toByteArray();
	}

}
