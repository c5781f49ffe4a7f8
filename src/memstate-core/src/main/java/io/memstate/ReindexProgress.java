package io.memstate;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How far an index has been built again.
 *
 * @param hook the name of the hook
 * @param namespace the namespace that was read last, or null at the very beginning
 * @param lastFactId the fact that was delivered last, or null if the namespace has just
 * begun
 * @param lastCreatedAt when that fact was created, as facts are read in that order; the
 * fact may be deleted and made again meanwhile
 * @param delivered how many facts this run has delivered so far
 * @param done whether that was all
 * @since 0.1.0
 */
public record ReindexProgress(String hook, @Nullable String namespace, @Nullable String lastFactId,
		@Nullable Instant lastCreatedAt, long delivered, boolean done) {
}
