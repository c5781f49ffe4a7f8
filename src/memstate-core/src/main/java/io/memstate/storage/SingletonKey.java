package io.memstate.storage;

import org.jspecify.annotations.Nullable;

/**
 * A singleton key: in each layer at most one living fact of a type holds it.
 *
 * @param sessionId the session whose layer it is, or null for long-term memory
 * @param type the type
 * @param digest the digest of the key's values, 64 hexadecimal digits
 * @since 0.1.0
 */
public record SingletonKey(@Nullable String sessionId, String type, String digest) {
}
