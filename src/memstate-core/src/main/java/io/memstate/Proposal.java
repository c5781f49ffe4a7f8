package io.memstate;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Payload;

/**
 * A draft that has been validated: what to commit.
 *
 * @param type the type
 * @param payload the canonical payload
 * @param key the digest of the singleton key, or null if the type has none
 * @param draft the draft, for all that needs no validation
 */
record Proposal(RegisteredType type, Payload payload, @Nullable String key, Draft draft) {

	@Nullable String id() {
		return this.draft.id();
	}

	@Nullable Instant expiresAt(Instant now) {
		return this.draft.expiry(now);
	}

	/** All of the input, for an idempotency fingerprint. */
	String input() {
		return String.join("\n", this.type.name(), String.valueOf(this.draft.id()), String.valueOf(this.draft.source()),
				String.valueOf(this.draft.isEphemeral()), String.valueOf(this.draft.expirySpec()), this.payload.json());
	}

}
