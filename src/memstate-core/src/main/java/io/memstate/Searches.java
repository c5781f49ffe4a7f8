package io.memstate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.memstate.SemanticIndex.Hit;
import io.memstate.storage.StoredFact;

/**
 * Searches one layer: the index finds ids, the storage supplies the facts.
 */
final class Searches {

	private static final int MAX_WIDENING = 8;

	private final @Nullable SemanticIndex index;

	private final Layer layer;

	private final Reads reads;

	Searches(@Nullable SemanticIndex index, Layer layer, Reads reads) {
		this.index = index;
		this.layer = layer;
		this.reads = reads;
	}

	List<ScoredFact> search(SearchRequest request) {
		if (this.index == null) {
			throw new MemoryStoreException("There is no index to search " + this.layer + " with: register a hook that "
					+ "implements SemanticIndex, as a bean or with MemoryStore.builder(storage).hook(index)");
		}
		SearchScope scope = new SearchScope(this.layer.namespace(), this.layer.sessionId(), request.layers());
		int limit = request.limit();
		for (int widening = 1;; widening *= 2) {
			SearchRequest wider = request.limit((int) Math.min((long) limit * widening, Integer.MAX_VALUE));
			List<Hit> hits = hits(this.index, scope, wider);
			List<ScoredFact> found = found(hits, request);
			// what is dropped here may have crowded out what fits
			if (found.size() >= limit || hits.size() < wider.limit() || widening >= MAX_WIDENING) {
				return found.subList(0, Math.min(limit, found.size()));
			}
		}
	}

	private List<Hit> hits(SemanticIndex index, SearchScope scope, SearchRequest request) {
		try {
			return index.search(scope, request);
		}
		catch (MemoryStoreException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new HookException(
					"The index '" + index.name() + "' failed to search " + this.layer + ": see the cause", ex);
		}
	}

	private List<ScoredFact> found(List<Hit> hits, SearchRequest request) {
		Map<String, Double> scores = new LinkedHashMap<>();
		hits.stream()
			.filter((hit) -> hit.score() >= request.minScore())
			.forEach((hit) -> scores.merge(hit.factId(), hit.score(), Math::max));
		Map<String, StoredFact> facts = this.reads.visible(List.copyOf(scores.keySet()), query(request));
		List<ScoredFact> found = new ArrayList<>();
		scores.forEach((id, score) -> {
			StoredFact fact = facts.get(id);
			if (fact != null) {
				found.add(new ScoredFact(new Fact(fact), score));
			}
		});
		found.sort(Comparator.comparingDouble(ScoredFact::score).reversed());
		return found;
	}

	private static FactQuery query(SearchRequest request) {
		FactQuery query = (request.type() != null) ? FactQuery.type(request.type()) : FactQuery.all();
		if (request.filter() != null) {
			query = query.where(request.filter());
		}
		return switch (request.layers()) {
			case OWN -> query;
			case WITH_LONG_TERM -> query.withLongTerm();
			case ANY -> query.anyLayer();
		};
	}

}
