package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * What was given can't be a fact of its type: the payload is refused by the schema or by
 * the limits that hold for every storage. Nothing was written.
 *
 * @since 0.1.0
 */
public class FactValidationException extends MemoryStoreException {

	/**
	 * Creates an exception.
	 * @param message what was tried, on which fact, and what to do
	 */
	public FactValidationException(String message) {
		super(message);
	}

	/**
	 * Creates an exception with its cause.
	 * @param message what was tried, on which fact, and what to do
	 * @param cause the cause
	 */
	public FactValidationException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
