package io.memstate;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A hook that can tell what it holds, so that it can be compared with the facts.
 *
 * @see HookOperations#reconcile(String)
 * @since 0.1.0
 */
public interface ReconcilableHook extends MemoryHook {

	/**
	 * Everything the hook holds, in any order, in constant memory.
	 * @return one element for each fact; the caller closes the stream
	 */
	Stream<IndexedFact> entries();

	/**
	 * The versions of some facts as the hook holds them.
	 * @param namespace the namespace
	 * @param factIds the facts
	 * @return by id; what the hook does not hold is missing
	 */
	Map<String, Long> versions(String namespace, Collection<String> factIds);

}
