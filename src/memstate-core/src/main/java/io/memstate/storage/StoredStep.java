package io.memstate.storage;

import org.jspecify.annotations.Nullable;

/**
 * A counted step: one that a rollback counts.
 *
 * @param step the id of the step
 * @param sessionId the session whose layer it wrote, or null if it wrote none
 * @param longTerm whether it wrote long-term memory
 * @param sequence the highest sequence of its entries; 0 in a {@link Unit}
 * @param undoneAt if the step is undone, the sequence of the first entry that undid it,
 * otherwise null
 * @since 0.1.0
 */
public record StoredStep(String step, @Nullable String sessionId, boolean longTerm, long sequence,
		@Nullable Long undoneAt) {
}
