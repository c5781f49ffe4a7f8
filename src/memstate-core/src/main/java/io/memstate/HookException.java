package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * A hook failed, and so nothing was written. The cause is what the hook threw; a failure
 * to withdraw what hooks had seen is suppressed under it.
 *
 * @since 0.1.0
 */
public class HookException extends MemoryStoreException {

	/**
	 * Creates an exception.
	 * @param message what was tried, on which fact, and what to do
	 */
	public HookException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with its cause.
	 * @param message what was tried, on which fact, and what to do
	 * @param cause the cause
	 */
	public HookException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
