package io.memstate.storage;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A living fact as a storage keeps it.
 *
 * @param namespace the namespace
 * @param id the id, unique in the namespace
 * @param type the type
 * @param payload the canonical payload; opaque to a storage but for its indexes
 * @param source where the fact came from, or null
 * @param sessionId the session whose layer the fact is in, or null for long-term memory
 * @param ephemeral whether the fact stays behind when its session is promoted
 * @param version the version, at least 1
 * @param createdAt when the id was first committed, to the microsecond
 * @param updatedAt when this version was written, to the microsecond
 * @param expiresAt from when on the fact is not returned any more, or null for never
 * @since 0.1.0
 */
public record StoredFact(String namespace, String id, String type, Payload payload, @Nullable String source,
		@Nullable String sessionId, boolean ephemeral, long version, Instant createdAt, Instant updatedAt,
		@Nullable Instant expiresAt) {

	/**
	 * Whether the fact has expired.
	 * @param now the time to ask for
	 * @return true from the moment of expiry on
	 */
	public boolean expired(Instant now) {
		return this.expiresAt != null && !now.isBefore(this.expiresAt);
	}

}
