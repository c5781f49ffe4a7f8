package io.memstate;

import java.time.Instant;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CanonicalJson;
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
		Object expiry = this.draft.expirySpec();
		return CanonicalJson.write(Arrays.asList(this.type.name(), this.draft.id(), this.draft.source(),
				this.draft.isEphemeral(), (expiry != null) ? expiry.toString() : null, this.payload.json()));
	}

}
