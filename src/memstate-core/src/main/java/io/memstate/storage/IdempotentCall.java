package io.memstate.storage;

/**
 * The idempotent call that wrote an entry.
 *
 * @param key the key that the caller gave, unique in the namespace
 * @param fingerprint a digest of operation, target and input
 * @param ordinal the place of the entry among those of the call, from 0; a storage makes
 * key and ordinal together unique
 * @since 0.1.0
 */
public record IdempotentCall(String key, String fingerprint, int ordinal) {
}
