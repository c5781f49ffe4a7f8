package io.memstate;

import java.util.List;

/**
 * A hook that can also be searched by meaning.
 *
 * @since 0.1.0
 */
public interface SemanticIndex extends MemoryHook {

	/**
	 * Finds facts. The index only names them: what it names is dropped if it is gone,
	 * expired, in another namespace or layer, or does not match the request.
	 * @param scope where to search
	 * @param request what to search for
	 * @return hits in any order; more than the request's limit are welcome where the
	 * index can't judge the request's filter
	 */
	List<Hit> search(SearchScope scope, SearchRequest request);

	/**
	 * What an index found.
	 *
	 * @param factId the id of the fact
	 * @param score how well it fits; the higher the better
	 */
	record Hit(String factId, double score) {
	}

}
