package io.memstate.storage;

import java.util.Set;

/**
 * The answer to {@link Intents#renew}.
 *
 * @param fence the fence issued
 * @param factIds the facts whose intents still carried the token
 * @since 0.1.0
 */
public record Renewal(long fence, Set<String> factIds) {

	public Renewal {
		factIds = Set.copyOf(factIds);
	}

}
