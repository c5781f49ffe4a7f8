package io.memstate;

/**
 * A hook that can be emptied, so that it can be built again from the facts.
 *
 * @see HookOperations#reindex(String)
 * @since 0.1.0
 */
public interface ReindexableHook extends MemoryHook {

	/**
	 * Drops everything the hook holds. It may keep the fences it remembers, and must take
	 * changes as before from then on.
	 * @throws Exception if that failed
	 */
	void clear() throws Exception;

}
