package io.memstate;

import java.util.List;

/**
 * Something that is kept in step with the facts, such as a vector index.
 * <p>
 * Every store on one storage must have the same hooks: a write or a recovery of a store
 * tells only the hooks that it has.
 *
 * @see ReconcilableHook
 * @see ReindexableHook
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
	 * ignored, also if the fact was removed by it; calls for one fact may overlap where a
	 * call before was given up. In strict mode, no database transaction is open
	 * meanwhile, except just before the commit of a transaction of the caller that the
	 * storage takes part in.
	 * @param changes changes of one namespace: in strict mode those of one step, at most
	 * one for each fact; from an outbox those of any steps, the ones of a fact in order
	 * @throws Exception if the hook can't take them; then nothing is written, or they are
	 * delivered again
	 */
	void apply(List<FactChange> changes) throws Exception;

	/**
	 * What the hook wants to be told of, when, and how long it may take. Overridden by
	 * what is given with the hook to the builder.
	 * @return the options
	 */
	default HookOptions options() {
		return HookOptions.defaults();
	}

}
