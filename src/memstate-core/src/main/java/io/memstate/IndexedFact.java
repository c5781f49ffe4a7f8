package io.memstate;

/**
 * A fact as a hook holds it.
 *
 * @param namespace the namespace
 * @param factId the fact
 * @param version the version of the fact that the hook took last
 * @since 0.1.0
 */
public record IndexedFact(String namespace, String factId, long version) {
}
