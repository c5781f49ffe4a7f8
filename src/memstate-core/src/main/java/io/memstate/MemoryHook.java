package io.memstate;

import java.util.List;

/**
 * Something that is kept in step with the facts, such as a vector index.
 *
 * @since 0.1.0
 */
public interface MemoryHook {

	/**
	 * The name of the hook, which must stay the same from start to start.
	 * @return 1 to 255 characters without control characters, unique among the hooks of a
	 * store
	 */
	String name();

	/**
	 * Takes changes. Called at least once for each change, so it must be idempotent; it
	 * may be shown a value that is withdrawn later. A change whose
	 * {@link FactChange#fence()} is below the last one taken for that fact must be
	 * ignored. No database transaction is open meanwhile.
	 * @param changes the changes of one step
	 * @throws Exception if the hook can't take them; then nothing is written
	 */
	void apply(List<FactChange> changes) throws Exception;

}
