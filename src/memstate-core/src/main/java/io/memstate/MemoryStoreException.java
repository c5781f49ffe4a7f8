package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * Something that the memory could not do. The message says what was tried, on which fact,
 * and what to do.
 *
 * @since 0.1.0
 */
public class MemoryStoreException extends RuntimeException {

	/**
	 * Creates an exception.
	 * @param message what was tried, on which fact, and what to do
	 */
	public MemoryStoreException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with its cause.
	 * @param message what was tried, on which fact, and what to do
	 * @param cause the cause
	 */
	public MemoryStoreException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
