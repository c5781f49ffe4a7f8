package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * There is no such fact in the layer. Nothing was written.
 *
 * @since 0.1.0
 */
public class FactNotFoundException extends MemoryStoreException {

	/**
	 * Creates an exception.
	 * @param message what was tried, on which fact, and what to do
	 */
	public FactNotFoundException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with its cause.
	 * @param message what was tried, on which fact, and what to do
	 * @param cause the cause
	 */
	public FactNotFoundException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
