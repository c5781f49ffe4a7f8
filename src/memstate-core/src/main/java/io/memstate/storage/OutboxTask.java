package io.memstate.storage;

/**
 * One change to be delivered to one hook.
 *
 * @param hook the name of the hook
 * @param entry the index of the log entry in {@link Unit#entries()}
 * @since 0.1.0
 */
public record OutboxTask(String hook, int entry) {
}
