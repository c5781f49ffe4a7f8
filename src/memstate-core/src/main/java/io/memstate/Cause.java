package io.memstate;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.IdempotentCall;

/**
 * What an entry says of a change, but for the fact itself.
 *
 * @param operation the operation
 * @param step the step that the entry belongs to
 * @param shows the step that the fact shows afterwards, or null if none
 * @param sessionId the session concerned, or null
 * @param change who and why
 * @param reverts the step that a rollback or redo acts on, or null
 * @param call the idempotent call, or null
 */
record Cause(Operation operation, String step, @Nullable String shows, @Nullable String sessionId, Change change,
		@Nullable String reverts, @Nullable IdempotentCall call) {
}
