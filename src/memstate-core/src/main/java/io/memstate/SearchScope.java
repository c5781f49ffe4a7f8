package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * Where to search. Made by the store.
 *
 * @since 0.1.0
 */
public final class SearchScope {

	/**
	 * Which layers of a namespace to search.
	 */
	public enum Layers {

		/** The layer that is asked: long-term memory, or the session. */
		OWN,

		/** The session and long-term memory. */
		WITH_LONG_TERM,

		/** Long-term memory and every session. */
		ANY

	}

	private final String namespace;

	private final @Nullable String sessionId;

	private final Layers layers;

	SearchScope(String namespace, @Nullable String sessionId, Layers layers) {
		this.namespace = namespace;
		this.sessionId = sessionId;
		this.layers = layers;
	}

	/**
	 * The namespace.
	 * @return its name
	 */
	public String namespace() {
		return this.namespace;
	}

	/**
	 * The session.
	 * @return its id, or null on long-term memory
	 */
	public @Nullable String sessionId() {
		return this.sessionId;
	}

	/**
	 * The layers.
	 * @return which
	 */
	public Layers layers() {
		return this.layers;
	}

}
