package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * The storage failed or could not be reached. The cause is what it threw.
 *
 * @since 0.1.0
 */
public class StorageException extends MemoryStoreException {

	/**
	 * Creates an exception.
	 * @param message what was tried, on which fact, and what to do
	 */
	public StorageException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with its cause.
	 * @param message what was tried, on which fact, and what to do
	 * @param cause the cause
	 */
	public StorageException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
