package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * Where facts are: long-term memory or a session of a namespace.
 *
 * @param namespace the namespace
 * @param sessionId the session, or null for long-term memory
 */
record Layer(String namespace, @Nullable String sessionId) {

	static Layer longTerm(String namespace) {
		return new Layer(namespace, null);
	}

	/** The layer for a message. */
	@Override
	public String toString() {
		return (this.sessionId != null) ? "session '" + this.sessionId + "' of namespace '" + this.namespace + "'"
				: "the long-term memory of namespace '" + this.namespace + "'";
	}

}
