package io.memstate.storage;

import org.jspecify.annotations.Nullable;

/**
 * Asks for counted steps of one layer.
 *
 * @param namespace the namespace
 * @param sessionId the session whose layer is meant, or null for long-term memory
 * @param selection which steps, and in which order
 * @param limit how many at most, at least 1
 * @since 0.1.0
 */
public record StepQuery(String namespace, @Nullable String sessionId, Selection selection, int limit) {

	/**
	 * Which steps, and in which order.
	 */
	public enum Selection {

		/** Every step, the highest sequence first. */
		ALL,

		/** The steps that are not undone, the highest sequence first. */
		DONE,

		/** The steps that are undone, the highest {@link StoredStep#undoneAt()} first. */
		UNDONE

	}

}
