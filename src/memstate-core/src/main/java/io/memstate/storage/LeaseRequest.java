package io.memstate.storage;

import java.time.Instant;
import java.util.Set;

/**
 * Asks for the intents of some facts.
 *
 * @param namespace the namespace
 * @param token who asks; what already carries this token is granted
 * @param factIds the facts, at least one
 * @param until until when the lease is to be valid
 * @param replaces the tokens whose intents may be taken over; all others are in the way
 * @since 0.1.0
 */
public record LeaseRequest(String namespace, String token, Set<String> factIds, Instant until, Set<String> replaces) {

	public LeaseRequest {
		factIds = Set.copyOf(factIds);
		replaces = Set.copyOf(replaces);
	}

}
