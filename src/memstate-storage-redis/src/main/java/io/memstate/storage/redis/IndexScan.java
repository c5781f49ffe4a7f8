package io.memstate.storage.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;
import io.memstate.storage.redis.IndexPage.Row;
import io.memstate.storage.redis.IndexReader.Guard;
import io.memstate.storage.redis.Keyspace.Keys;
import org.jspecify.annotations.Nullable;

/**
 * One query at work: reads ranges of the index page by page and keeps what matches, up to
 * the limit.
 */
final class IndexScan {

	private static final int MAX_RANGES = 50;

	private final IndexReader reader;

	private final int maxPage;

	private final int filteredPage;

	private final Keys keys;

	private final StorageQuery query;

	private final AttributeBounds bounds;

	private final Comparator<StoredFact> comparator;

	private final List<FactState> result = new ArrayList<>();

	private final Set<String> ids = new HashSet<>();

	IndexScan(IndexReader reader, Keys keys, StorageQuery query) {
		this.reader = reader;
		this.maxPage = reader.maxPage();
		this.filteredPage = Math.max(1, this.maxPage / 4);
		this.keys = keys;
		this.query = query;
		this.bounds = AttributeBounds.of(query.condition());
		this.comparator = query.comparator();
	}

	List<FactState> result() {
		return this.result;
	}

	private boolean full() {
		return this.result.size() >= this.query.limit();
	}

	private boolean wanted(StoredFact fact) {
		StoredFact after = this.query.after();
		return this.query.matches(fact) && (after == null || this.comparator.compare(fact, after) > 0);
	}

	private void add(FactState state) {
		if (this.ids.add(state.id())) {
			this.result.add(state);
		}
	}

	private @Nullable Guard guard(@Nullable Path path) {
		return (path != null) ? new Guard(java.util.Objects.requireNonNull(this.query.type()), path) : null;
	}

	/**
	 * Keeps the first of facts that have been read, in the order of the query.
	 * @param facts the facts, removed ones too
	 */
	void select(Collection<FactState> facts) {
		facts.stream()
			.filter((state) -> state.fact() != null && wanted(state.fact()))
			.sorted(FactQueries.comparator(this.query))
			.limit(this.query.limit())
			.forEach(this::add);
	}

	/**
	 * Merges ranges each of which is in the order of the query.
	 * @param path the path whose index is read, or null
	 * @param prefixes the start of each range, after which the members are in order of
	 * creation
	 */
	void merge(@Nullable Path path, List<byte[]> prefixes) {
		merge(path, prefixes, this.query.after());
	}

	private void merge(@Nullable Path path, List<byte[]> prefixes, @Nullable StoredFact after) {
		List<Cursor> cursors = new ArrayList<>();
		for (byte[] prefix : prefixes) {
			Span all = this.bounds.within(prefix);
			cursors.add(new Cursor((after != null)
					? all.from(new ByteWriter().raw(prefix).raw(IndexMember.after(after)).toByteArray()) : all));
		}
		int size = this.query.limit() - this.result.size();
		if (this.query.condition() != null) {
			size = Math.max(size, this.filteredPage);
		}
		while (!full() && fetch(cursors, guard(path), size)) {
			Row row = next(cursors);
			if (row == null) {
				return;
			}
			if (wanted(row.fact())) {
				add(row.state());
			}
			size = Math.max(size, this.filteredPage);
		}
	}

	private boolean fetch(List<Cursor> cursors, @Nullable Guard guard, int size) {
		List<Cursor> empty = cursors.stream().filter((cursor) -> cursor.rows.isEmpty() && cursor.more).toList();
		if (!empty.isEmpty()) {
			List<Span> ranges = empty.stream().map((cursor) -> cursor.range).toList();
			List<IndexPage> pages = this.reader.pages(this.keys, guard, ranges, false,
					Math.max(1, Math.min(size, this.maxPage / empty.size())));
			for (int i = 0; i < pages.size(); i++) {
				empty.get(i).take(pages.get(i));
			}
			return fetch(cursors, guard, size);
		}
		return true;
	}

	private @Nullable Row next(List<Cursor> cursors) {
		Cursor first = null;
		for (Cursor cursor : cursors) {
			Row row = cursor.rows.peek();
			if (row != null
					&& (first == null || this.comparator.compare(row.fact(), first.rows.element().fact()) < 0)) {
				first = cursor;
			}
		}
		return (first != null) ? first.rows.poll() : null;
	}

	/**
	 * Runs through ranges in any order and keeps the first facts in the order of the
	 * query.
	 * @param path the path whose index is read, or null
	 * @param ranges the ranges
	 */
	void collect(@Nullable Path path, List<Span> ranges) {
		int wanted = this.query.limit() - this.result.size();
		PriorityQueue<FactState> first = new PriorityQueue<>(FactQueries.comparator(this.query).reversed());
		Set<String> kept = new HashSet<>();
		for (int from = 0; from < ranges.size(); from += MAX_RANGES) {
			List<Cursor> cursors = ranges.subList(from, Math.min(ranges.size(), from + MAX_RANGES))
				.stream()
				.map(Cursor::new)
				.toList();
			while (cursors.stream().anyMatch((cursor) -> cursor.more)) {
				fetch(cursors, guard(path), this.maxPage);
				cursors.forEach((cursor) -> {
					cursor.rows.stream()
						.filter((row) -> wanted(row.fact()) && !this.ids.contains(row.state().id()))
						.filter((row) -> kept.add(row.state().id()))
						.forEach((row) -> keep(first, kept, row.state(), wanted));
					cursor.rows.clear();
				});
			}
		}
		List<FactState> sorted = new ArrayList<>(first);
		sorted.sort(FactQueries.comparator(this.query));
		sorted.forEach(this::add);
	}

	private static void keep(PriorityQueue<FactState> first, Set<String> kept, FactState state, int limit) {
		first.add(state);
		if (first.size() > limit) {
			kept.remove(first.remove().id());
		}
	}

	/**
	 * Runs through the values of the path that the query sorts by first.
	 * @param values the values
	 * @param prefixes the start of the range of each layer
	 */
	void sorted(ValueSpans values, List<byte[]> prefixes) {
		boolean descending = this.query.order().get(0).descending();
		List<Span> spans = new ArrayList<>(values.spans());
		if (descending) {
			java.util.Collections.reverse(spans);
		}
		for (Span span : spans) {
			sorted(values.path(), fromCursor(span, values.path(), descending), prefixes, descending);
		}
	}

	private Span fromCursor(Span span, Path path, boolean descending) {
		StoredFact after = this.query.after();
		if (after == null) {
			return span;
		}
		byte[] value = IndexValue.of(path.resolve(after)).bytes();
		return descending ? span.to(Span.next(value)) : span.from(value);
	}

	private void sorted(Path path, Span values, List<byte[]> prefixes, boolean descending) {
		Span rest = values;
		int size = Math.max(1,
				Math.min(Math.max(this.query.limit(), this.filteredPage), this.maxPage / prefixes.size()));
		while (!full() && !rest.isEmpty()) {
			Span span = rest;
			List<IndexPage> pages = this.reader.pages(this.keys, guard(path),
					prefixes.stream().map(span::within).toList(), descending, size);
			byte[] boundary = boundary(pages, prefixes, descending);
			List<Row> whole = whole(pages, prefixes, boundary, descending);
			whole.sort(Comparator.comparing(Row::fact, this.comparator));
			for (Row row : whole) {
				if (!full() && wanted(row.fact())) {
					add(row.state());
				}
			}
			if (boundary == null) {
				return;
			}
			if (whole.isEmpty()) {
				group(path, boundary, prefixes);
				rest = descending ? rest.to(boundary) : rest.from(Span.next(boundary));
			}
			else {
				rest = descending ? rest.to(Span.next(boundary)) : rest.from(boundary);
			}
		}
	}

	/*
	 * The value from which on not every fact has been read.
	 */
	private static byte @Nullable [] boundary(List<IndexPage> pages, List<byte[]> prefixes, boolean descending) {
		byte[] boundary = null;
		for (int i = 0; i < pages.size(); i++) {
			if (pages.get(i).more()) {
				byte[] last = IndexMember.value(pages.get(i).last(), prefixes.get(i).length);
				if (boundary == null || before(last, boundary, descending)) {
					boundary = last;
				}
			}
		}
		return boundary;
	}

	private static List<Row> whole(List<IndexPage> pages, List<byte[]> prefixes, byte @Nullable [] boundary,
			boolean descending) {
		List<Row> whole = new ArrayList<>();
		for (int i = 0; i < pages.size(); i++) {
			for (Row row : pages.get(i).rows()) {
				if (boundary == null
						|| before(IndexMember.value(row.member(), prefixes.get(i).length), boundary, descending)) {
					whole.add(row);
				}
			}
		}
		return whole;
	}

	private static boolean before(byte[] left, byte[] right, boolean descending) {
		int result = Arrays.compareUnsigned(left, right);
		return descending ? result > 0 : result < 0;
	}

	/*
	 * The facts of one value that are more than a page.
	 */
	private void group(Path path, byte[] value, List<byte[]> prefixes) {
		List<byte[]> starts = new ArrayList<>();
		prefixes.forEach((prefix) -> starts.add(new ByteWriter().raw(prefix).raw(value).toByteArray()));
		if (this.query.order().size() == 1 && exact(path, starts)) {
			StoredFact after = this.query.after();
			boolean within = after != null && Arrays.equals(IndexValue.of(path.resolve(after)).bytes(), value);
			merge(path, starts, within ? after : null);
		}
		else {
			collect(path, starts.stream().map(Span::startingWith).toList());
		}
	}

	private boolean exact(Path path, List<byte[]> starts) {
		return this.reader.pages(this.keys, guard(path), starts.stream().map(Span::startingWith).toList(), false, 1)
			.stream()
			.flatMap((page) -> page.rows().stream())
			.allMatch((row) -> IndexValue.of(path.resolve(row.fact())).exact());
	}

	/**
	 * How far a range has been read.
	 */
	private static final class Cursor {

		private Span range;

		private final Deque<Row> rows = new ArrayDeque<>();

		private boolean more = true;

		Cursor(Span range) {
			this.range = range;
		}

		void take(IndexPage page) {
			this.rows.addAll(page.rows());
			this.more = page.more();
			if (!page.rows().isEmpty()) {
				// members end with the length of the id, so none starts with another
				this.range = new Span(new ByteWriter().raw(page.last()).int8(0).toByteArray(), this.range.high());
			}
		}

	}

}
