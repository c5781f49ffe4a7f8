package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * A precondition or constraint does not hold: another version, another holder of a
 * singleton key, an immutable fact, a later change. Nothing was written.
 *
 * @since 0.1.0
 */
public class ConflictException extends MemoryStoreException {

	/**
	 * Creates an exception.
	 * @param message what was tried, on which fact, and what to do
	 */
	public ConflictException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with its cause.
	 * @param message what was tried, on which fact, and what to do
	 * @param cause the cause
	 */
	public ConflictException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
