package io.memstate.storage;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the log as a storage keeps it. Entries are never changed.
 *
 * @param sequence unique in the namespace and rising for each fact; 0 in a {@link Unit},
 * where the storage has yet to give it
 * @param step the step that the entry belongs to
 * @param operation the name of the operation
 * @param sessionId the session concerned, or null for long-term memory alone
 * @param factId the fact
 * @param before the fact before, or null if there was none
 * @param after the fact after, or null if there is none
 * @param version the version that the id had after the entry
 * @param actor who, or null if not told
 * @param reason why, or null if not told
 * @param at when, to the microsecond
 * @param reverts the step that a rollback or redo acted on, or null
 * @param showed the step that the fact showed before, or null if it showed none
 * @param call the idempotent call that wrote the entry, or null
 * @since 0.1.0
 */
public record StoredEntry(long sequence, String step, String operation, @Nullable String sessionId, String factId,
		@Nullable StoredFact before, @Nullable StoredFact after, long version, @Nullable String actor,
		@Nullable String reason, Instant at, @Nullable String reverts, @Nullable String showed,
		@Nullable IdempotentCall call) {

	/**
	 * The entry with the sequence that the storage gave it.
	 * @param sequence the sequence
	 * @return a copy
	 */
	public StoredEntry withSequence(long sequence) {
		return new StoredEntry(sequence, this.step, this.operation, this.sessionId, this.factId, this.before,
				this.after, this.version, this.actor, this.reason, this.at, this.reverts, this.showed, this.call);
	}

}
