package io.memstate.storage;

import java.time.Instant;

/**
 * Hooks are being told, or were told, of a fact, and may have been shown what is not
 * stored.
 *
 * @param namespace the namespace
 * @param factId the fact
 * @param token who leased it
 * @param until until when the lease is valid
 * @since 0.1.0
 */
public record Intent(String namespace, String factId, String token, Instant until) {
}
