package io.memstate.storage;

import org.jspecify.annotations.Nullable;

/**
 * What a storage knows of one id: the living fact or, once it is removed, its last
 * version. A state with a fact is one to put, a state without is a removal. The version
 * and the shown step of a removed fact are kept for ever.
 *
 * @param id the id
 * @param version the last version, at least 1
 * @param shows the step whose effect the id shows, or null if it shows none
 * @param fact the living fact, or null if it is removed
 * @param singletonKey the digest of the singleton key that the fact holds in its layer,
 * or null if it holds none
 * @since 0.1.0
 */
public record FactState(String id, long version, @Nullable String shows, @Nullable StoredFact fact,
		@Nullable String singletonKey) {

	/**
	 * The singleton key that the fact holds.
	 * @return the key with its layer and type, or null if the fact is removed or holds
	 * none
	 */
	public @Nullable SingletonKey key() {
		return (this.fact != null && this.singletonKey != null)
				? new SingletonKey(this.fact.sessionId(), this.fact.type(), this.singletonKey) : null;
	}

}
