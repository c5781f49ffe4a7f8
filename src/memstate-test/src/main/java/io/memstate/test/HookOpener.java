package io.memstate.test;

import io.memstate.ReconcilableHook;

/**
 * Opens a hook in a process of its own. A class that implements it has a public
 * constructor without parameters.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HookOpener {

	/**
	 * Opens a hook.
	 * @param location where its index is, in a form of the opener's own
	 * @return the hook, under the same name in every process
	 * @throws Exception if it can't be opened
	 */
	ReconcilableHook open(String location) throws Exception;

}
