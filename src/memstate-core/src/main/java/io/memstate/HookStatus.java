package io.memstate;

import java.time.Duration;

/**
 * How a hook is doing.
 *
 * @param name the name of the hook
 * @param mode when the hook is told
 * @param pending how many changes are still to be delivered, the parked ones aside; those
 * that wait behind a parked one of the same fact count
 * @param parked how many changes were given up after too many failures and wait for
 * {@link HookOperations#retryParked(String)}
 * @param lag how old the oldest pending change is; zero if there is none
 * @param intents how many facts hooks are being told of right now, or were told of by a
 * process that died; ids leased ahead for new facts aside; the same for every strict
 * hook, 0 for others
 * @since 0.1.0
 */
public record HookStatus(String name, HookMode mode, long pending, long parked, Duration lag, long intents) {
}
