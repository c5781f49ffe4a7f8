package io.memstate;

/**
 * When a hook is told of a change.
 *
 * @since 0.1.0
 */
public enum HookMode {

	/**
	 * Before the change is written: if the hook fails, nothing is written.
	 */
	STRICT,

	/**
	 * After the change is written: it is recorded with it and delivered later, in order
	 * for each fact, again and again until the hook takes it.
	 */
	OUTBOX

}
