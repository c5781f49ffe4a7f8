package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

import io.memstate.storage.Condition;
import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.redis.IndexReader.Counts;
import io.memstate.storage.redis.IndexReader.IndexNotReadyException;
import io.memstate.storage.redis.Keyspace.Keys;

/**
 * Answers queries: chooses which ranges of the index to read and how.
 */
final class FactQueries {

	private static final int MAX_MERGED = 16;

	private static final int MAX_DUE = 1000;

	private static final int SMALL = 1000;

	private final IndexReader reader;

	private final Keyspace keyspace;

	private final IndexedPaths indexed;

	private final IndexFiller filler;

	FactQueries(IndexReader reader, Keyspace keyspace, IndexedPaths indexed, IndexFiller filler) {
		this.reader = reader;
		this.keyspace = keyspace;
		this.indexed = indexed;
		this.filler = filler;
	}

	List<FactState> query(StorageQuery query) {
		Set<String> ids = AttributeBounds.of(query.condition()).ids();
		if (ids != null && ids.size() <= SMALL) {
			return byId(query, ids);
		}
		Set<Path> paths = usable(query);
		try {
			return query(query, paths);
		}
		catch (IndexNotReadyException ex) {
			this.filler.fill(query.namespace(), java.util.Objects.requireNonNull(query.type()), paths);
			return query(query, Set.of());
		}
	}

	private List<FactState> query(StorageQuery query, Set<Path> paths) {
		IndexScan scan = new IndexScan(this.reader, this.keyspace.namespace(query.namespace()), query);
		List<ValueSpans> candidates = ValueSpans.of(query.condition(), paths);
		if (query.order().isEmpty()) {
			byCreation(query, scan, candidates);
		}
		else {
			byValue(query, scan, candidates, paths.contains(query.order().get(0).path()));
		}
		return scan.result();
	}

	private List<FactState> byId(StorageQuery query, Set<String> ids) {
		IndexScan scan = new IndexScan(this.reader, this.keyspace.namespace(query.namespace()), query);
		scan.select(this.reader.facts(this.keyspace.namespace(query.namespace()), ids).values());
		return scan.result();
	}

	private void byCreation(StorageQuery query, IndexScan scan, List<ValueSpans> candidates) {
		if (candidates.isEmpty()) {
			scan.merge(null, prefixes(query));
			return;
		}
		Choice choice = choose(query, candidates);
		ValueSpans best = choice.best();
		List<byte[]> points = new ArrayList<>();
		if (best.points()) {
			best.spans()
				.forEach((span) -> prefixes(query, best.path())
					.forEach((prefix) -> points.add(new Span(span.low(), span.high()).within(prefix).low())));
		}
		double scanned = choice.all() * Math.min(1.0, (double) query.limit() / Math.max(1, choice.matches()));
		if (best.points() && points.size() <= MAX_MERGED) {
			scan.merge(best.path(), points);
		}
		else if (choice.matches() <= Math.max(SMALL, scanned)) {
			scan.collect(best.path(), ranges(query, best));
		}
		else {
			scan.merge(null, prefixes(query));
		}
	}

	private void byValue(StorageQuery query, IndexScan scan, List<ValueSpans> candidates, boolean sorted) {
		Path first = query.order().get(0).path();
		if (candidates.isEmpty()) {
			if (sorted) {
				scan.sorted(ValueSpans.all(first), prefixes(query, first));
			}
			else {
				AttributeBounds bounds = AttributeBounds.of(query.condition());
				scan.collect(null, prefixes(query).stream().map(bounds::within).toList());
			}
			return;
		}
		Choice choice = choose(query, candidates);
		ValueSpans best = choice.best();
		if (sorted && choice.matches() > Math.max(SMALL, 4L * query.limit())) {
			ValueSpans values = candidates.stream()
				.filter((candidate) -> candidate.path().equals(first))
				.findFirst()
				.orElseGet(() -> ValueSpans.all(first));
			scan.sorted(values, prefixes(query, first));
		}
		else {
			scan.collect(best.path(), ranges(query, best));
		}
	}

	/**
	 * What to read.
	 *
	 * @param best the condition that leaves the fewest facts
	 * @param matches how many it leaves
	 * @param all how many facts there are without a condition
	 */
	private record Choice(ValueSpans best, long matches, long all) {
	}

	private Choice choose(StorageQuery query, List<ValueSpans> candidates) {
		if (candidates.size() == 1 && candidates.get(0).points() && candidates.get(0).spans().size() <= MAX_MERGED / 2
				&& query.order().isEmpty()) {
			return new Choice(candidates.get(0), 0, 0);
		}
		List<List<Span>> groups = new ArrayList<>();
		groups.add(prefixes(query).stream().map(Span::startingWith).toList());
		candidates.forEach((candidate) -> groups.add(ranges(query, candidate)));
		Set<Path> guards = new LinkedHashSet<>();
		candidates.forEach((candidate) -> guards.add(candidate.path()));
		List<Long> numbers = this.reader
			.count(this.keyspace.namespace(query.namespace()), query.type(), guards, IndexMember.due(0), 0, groups)
			.numbers();
		int best = 1;
		for (int i = 2; i < numbers.size(); i++) {
			best = (numbers.get(i) < numbers.get(best)) ? i : best;
		}
		return new Choice(candidates.get(best - 1), numbers.get(best), numbers.get(0));
	}

	OptionalLong count(StorageQuery query) {
		if (query.condition() == null) {
			return countAll(query);
		}
		Set<Path> paths = usable(query);
		List<ValueSpans> candidates = ValueSpans.of(query.condition(), paths);
		if (candidates.size() != 1 || !candidates.get(0).exact() || query.condition() instanceof Condition.And) {
			return OptionalLong.empty();
		}
		try {
			ValueSpans spans = candidates.get(0);
			Counts counts = this.reader.count(this.keyspace.namespace(query.namespace()), query.type(),
					Set.of(spans.path()), IndexMember.due(Path.micros(query.now())), 1, List.of(ranges(query, spans)));
			return counts.due().isEmpty() ? OptionalLong.of(counts.numbers().get(0)) : OptionalLong.empty();
		}
		catch (IndexNotReadyException ex) {
			return OptionalLong.empty();
		}
	}

	private OptionalLong countAll(StorageQuery query) {
		Keys keys = this.keyspace.namespace(query.namespace());
		Counts counts = this.reader.count(keys, null, Set.of(), IndexMember.due(Path.micros(query.now())), MAX_DUE,
				List.of(prefixes(query).stream().map(Span::startingWith).toList()));
		if (counts.due().size() == MAX_DUE) {
			return OptionalLong.empty();
		}
		Set<String> scopes = new HashSet<>(scopes(query));
		long expired = counts.due()
			.stream()
			.map(IndexMember.Due::of)
			.filter((due) -> query.type() == null || query.type().equals(due.type()))
			.filter((due) -> scopes.contains(due.scope()) || query.layers() == StorageQuery.Layers.ANY)
			.count();
		return OptionalLong.of(counts.numbers().get(0) - expired);
	}

	private Set<Path> usable(StorageQuery query) {
		if (query.type() == null || (query.condition() == null && query.order().isEmpty())) {
			return Set.of();
		}
		Set<Path> known = this.indexed.of(query.type());
		Set<Path> used = new HashSet<>();
		ValueSpans.of(query.condition(), known).forEach((spans) -> used.add(spans.path()));
		if (!query.order().isEmpty() && known.contains(query.order().get(0).path())) {
			used.add(query.order().get(0).path());
		}
		return used;
	}

	private static List<Span> ranges(StorageQuery query, ValueSpans values) {
		List<Span> ranges = new ArrayList<>();
		for (byte[] prefix : prefixes(query, values.path())) {
			values.spans().forEach((span) -> ranges.add(span.within(prefix)));
		}
		return ranges;
	}

	private static List<byte[]> prefixes(StorageQuery query) {
		String type = query.type();
		return scopes(query).stream()
			.map((scope) -> (type != null) ? IndexMember.type(type, scope) : IndexMember.layer(scope))
			.toList();
	}

	private static List<byte[]> prefixes(StorageQuery query, Path path) {
		String type = java.util.Objects.requireNonNull(query.type());
		return scopes(query).stream().map((scope) -> IndexMember.path(type, path, scope)).toList();
	}

	private static List<String> scopes(StorageQuery query) {
		String own = FactRecord.scope(query.sessionId());
		return switch (query.layers()) {
			case OWN -> List.of(own);
			case WITH_LONG_TERM ->
				(query.sessionId() != null) ? List.of(own, FactRecord.LONG_TERM) : List.of(FactRecord.LONG_TERM);
			case ANY -> List.of(FactRecord.ANY_SESSION, FactRecord.LONG_TERM);
		};
	}

	static Comparator<FactState> comparator(StorageQuery query) {
		return Comparator.comparing((state) -> java.util.Objects.requireNonNull(state.fact()), query.comparator());
	}

}
