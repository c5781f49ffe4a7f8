package io.memstate.storage;

/**
 * Where a fact is.
 *
 * @param namespace the namespace
 * @param factId the id in it
 * @since 0.1.0
 */
public record FactAddress(String namespace, String factId) {
}
