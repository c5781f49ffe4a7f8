package io.memstate;

import java.util.List;
import java.util.function.Consumer;

/**
 * Looks after the hooks of a store, in every namespace of its storage. Thread-safe. What
 * shows something to hooks is an {@link IllegalStateException} in a transaction of the
 * caller that the storage takes part in, as that may yet be rolled back.
 *
 * @see MemoryStore#hooks()
 * @since 0.1.0
 */
public interface HookOperations {

	/**
	 * How each hook is doing. Cheap enough for a health check.
	 * @return the hooks in the order in which they were given
	 */
	List<HookStatus> list();

	/**
	 * Delivers what is due in the outboxes, once. Instances share the work: what another
	 * one has in its hands is left to it.
	 * @return how many changes were delivered
	 */
	int deliver();

	/**
	 * Shows the hooks the stored state of the facts that a process was telling them of
	 * when it died, once; and strict hooks that of the facts whose changes are left in
	 * their outboxes from a time when they were not strict.
	 * @return of how many facts or changes
	 */
	int recover();

	/**
	 * Makes the parked changes of a hook due again, and ends the pauses that its outbox
	 * makes because of failures.
	 * @param name the name of the hook
	 * @return how many there were
	 * @throws IllegalArgumentException if there is no such hook
	 */
	int retryParked(String name);

	/**
	 * Compares an index with the facts and mends it: delivers what is missing or stale,
	 * and removes what has no fact. May run while the store is written to.
	 * @param name the name of a hook that is a {@link ReconcilableHook}
	 * @return what differed
	 * @throws IllegalArgumentException if there is no such hook
	 * @throws HookException if the hook fails
	 */
	ReconcileReport reconcile(String name);

	/**
	 * Compares an index with the facts.
	 * @param name the name of a hook that is a {@link ReconcilableHook}
	 * @param dryRun whether to change nothing; then the counts may include what is being
	 * written meanwhile
	 * @return what differed
	 * @throws IllegalArgumentException if there is no such hook
	 * @throws HookException if the hook fails
	 */
	ReconcileReport reconcile(String name, boolean dryRun);

	/**
	 * Empties an index and builds it again from the facts. May run while the store is
	 * written to.
	 * @param name the name of a hook that is a {@link ReindexableHook}
	 * @return how many facts were delivered
	 * @throws IllegalArgumentException if there is no such hook
	 * @throws HookException if the hook fails
	 */
	ReindexProgress reindex(String name);

	/**
	 * Empties an index and builds it again from the facts, telling how far it is after
	 * each page. If it breaks off, give the last progress to
	 * {@link #reindex(ReindexProgress, Consumer)}.
	 * @param name the name of a hook that is a {@link ReindexableHook}
	 * @param listener is told how far it is
	 * @return the last progress
	 * @throws IllegalArgumentException if there is no such hook
	 * @throws HookException if the hook fails
	 */
	ReindexProgress reindex(String name, Consumer<ReindexProgress> listener);

	/**
	 * Goes on with what {@link #reindex(String, Consumer)} began, without emptying the
	 * index.
	 * @param last where to go on
	 * @param listener is told how far it is
	 * @return the last progress
	 * @throws IllegalArgumentException if there is no such hook
	 * @throws HookException if the hook fails
	 */
	ReindexProgress reindex(ReindexProgress last, Consumer<ReindexProgress> listener);

}
