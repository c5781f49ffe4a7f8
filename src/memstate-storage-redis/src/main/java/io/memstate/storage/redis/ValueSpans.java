package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Comparison;
import io.memstate.storage.Path;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * The values of an indexed path that a condition can match.
 *
 * @param path the path
 * @param spans the values, in order and without overlap; perhaps too many, never too few
 * @param points whether each span is one value
 * @param exact whether all that lies in the spans matches
 */
record ValueSpans(Path path, List<Span> spans, boolean points, boolean exact) {

	private static final byte[] PRESENT = { (byte) IndexValue.kind(1) };

	private static final byte[] END = { (byte) IndexValue.kind(7) };

	private static final byte[] START = { (byte) IndexValue.kind(0) };

	/**
	 * Every value, a missing one included.
	 */
	static ValueSpans all(Path path) {
		return new ValueSpans(path, List.of(new Span(START, END)), false, true);
	}

	/**
	 * What the condition says of indexed paths; each element alone is required of every
	 * match.
	 */
	static List<ValueSpans> of(@Nullable Condition condition, Set<Path> paths) {
		List<ValueSpans> found = new ArrayList<>();
		if (condition != null && !paths.isEmpty()) {
			collect(condition, paths, found);
		}
		return found;
	}

	private static void collect(Condition condition, Set<Path> paths, List<ValueSpans> found) {
		if (condition instanceof Condition.And and) {
			and.conditions().forEach((part) -> collect(part, paths, found));
		}
		else if (condition instanceof Comparison comparison && paths.contains(comparison.path())) {
			if (comparison.operator() != Condition.Operator.CONTAINS) {
				found.add(comparison(comparison));
			}
		}
		else if (condition instanceof Condition.In in && paths.contains(in.path())) {
			found.add(in(in));
		}
		else if (condition instanceof Condition.Exists exists && paths.contains(exists.path())) {
			found.add(new ValueSpans(exists.path(), List.of(new Span(PRESENT, END)), false, true));
		}
	}

	private static ValueSpans in(Condition.In in) {
		List<IndexValue> values = new ArrayList<>();
		in.values().forEach((value) -> values.add(IndexValue.of(value)));
		values.sort((left, right) -> Arrays.compareUnsigned(left.bytes(), right.bytes()));
		List<Span> spans = new ArrayList<>();
		byte[] last = null;
		for (IndexValue value : values) {
			if (!Arrays.equals(last, value.bytes())) {
				spans.add(Span.startingWith(value.bytes()));
			}
			last = value.bytes();
		}
		return new ValueSpans(in.path(), spans, true, values.stream().allMatch(IndexValue::exact));
	}

	private static ValueSpans comparison(Comparison comparison) {
		Object value = comparison.value();
		if (comparison.operator() == Condition.Operator.STARTS_WITH) {
			return startsWith(comparison.path(), value);
		}
		IndexValue bound = IndexValue.of(value);
		Span same = Span.startingWith(bound.bytes());
		Span kind = Span.startingWith(new byte[] { bound.bytes()[0] });
		boolean exact = bound.exact();
		Span span = switch (comparison.operator()) {
			case GT -> new Span(exact ? same.high() : same.low(), kind.high());
			case GTE -> new Span(same.low(), kind.high());
			case LT -> new Span(kind.low(), exact ? same.low() : same.high());
			case LTE -> new Span(kind.low(), same.high());
			default -> same;
		};
		boolean point = comparison.operator() == Condition.Operator.EQ;
		return new ValueSpans(comparison.path(), span.isEmpty() ? List.of() : List.of(span), point, exact);
	}

	private static ValueSpans startsWith(Path path, @Nullable Object value) {
		if (!(value instanceof String prefix) || Values.kind(value) != 4) {
			return new ValueSpans(path, List.of(), true, true);
		}
		byte[] start = IndexValue.stringStart(prefix);
		return new ValueSpans(path, List.of(Span.startingWith(start)), false, start.length <= IndexValue.MAX_STRING);
	}

}
