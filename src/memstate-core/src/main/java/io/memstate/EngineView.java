package io.memstate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;

/**
 * A namespace as it was, read from the log.
 */
final class EngineView implements MemoryView {

	private static final int PAGE = 1000;

	private final Engine engine;

	private final String namespace;

	private final Instant time;

	EngineView(Engine engine, String namespace, Instant time) {
		this.engine = engine;
		this.namespace = namespace;
		this.time = time;
	}

	@Override
	public Instant time() {
		return this.time;
	}

	@Override
	public Optional<Fact> get(String id) {
		StorageLogQuery last = new StorageLogQuery(this.namespace, null, Arguments.name(id, "id"), null, null, null,
				null, this.time, null, false, 1);
		return this.engine.storage()
			.log(last)
			.stream()
			.map(StoredEntry::after)
			.filter((fact) -> fact != null && fact.sessionId() == null && !fact.expired(this.time))
			.map(Fact::new)
			.findFirst();
	}

	@Override
	public List<Fact> query(FactQuery query) {
		StorageQuery asked = Arguments.notNull(query, "query").on(this.namespace, null, this.time);
		Comparator<StoredFact> order = asked.comparator();
		PriorityQueue<StoredFact> best = new PriorityQueue<>(order.reversed());
		for (StoredFact fact : new Images()) {
			if (isAsked(fact, asked)) {
				best.add(fact);
				if (best.size() > query.limit()) {
					best.remove();
				}
			}
		}
		return best.stream().sorted(order).map(Fact::new).toList();
	}

	private static boolean isAsked(StoredFact fact, StorageQuery asked) {
		return asked.matches(fact) && (asked.after() == null || asked.comparator().compare(fact, asked.after()) > 0);
	}

	@Override
	public Stream<Fact> stream(FactQuery query) {
		return query(query).stream();
	}

	@Override
	public long count(FactQuery query) {
		StorageQuery asked = Arguments.notNull(query, "query").on(this.namespace, null, this.time);
		long count = 0;
		for (StoredFact fact : new Images()) {
			if (isAsked(fact, asked)) {
				count++;
			}
		}
		return Math.min(count, query.limit());
	}

	/** The facts as they were, in the order of their ids, page by page. */
	private final class Images implements Iterable<StoredFact> {

		@Override
		public java.util.Iterator<StoredFact> iterator() {
			return Stream
				.iterate(page(null), (page) -> !page.isEmpty(),
						(page) -> (page.size() < PAGE) ? List.of() : page(page.get(page.size() - 1).factId()))
				.flatMap(List::stream)
				.map(StoredEntry::after)
				.filter((fact) -> fact != null)
				.iterator();
		}

		private List<StoredEntry> page(@Nullable String after) {
			return EngineView.this.engine.storage()
				.lastEntries(EngineView.this.namespace, EngineView.this.time, after, PAGE);
		}

	}

}
