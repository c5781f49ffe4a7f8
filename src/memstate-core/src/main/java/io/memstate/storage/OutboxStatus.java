package io.memstate.storage;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How many changes wait for a hook.
 *
 * @param pending how many are to be delivered, the parked ones aside
 * @param parked how many are parked
 * @param oldest when the oldest of the pending ones was made, or null if there is none
 * @since 0.1.0
 */
public record OutboxStatus(long pending, long parked, @Nullable Instant oldest) {
}
