package io.memstate.storage;

import java.time.Instant;

/**
 * A change whose delivery failed.
 *
 * @param row the change
 * @param attempts how often it has failed by now
 * @param due when it is to be tried again
 * @param parked whether it is not to be tried again until it is asked for
 * @since 0.1.0
 */
public record OutboxRetry(OutboxRow row, int attempts, Instant due, boolean parked) {
}
