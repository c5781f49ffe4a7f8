package io.memstate.storage;

/**
 * A change that was claimed for delivery.
 *
 * @param id tells it from the others of its claim's partition
 * @param fence issued with the claim; see {@link Intents}
 * @param attempts how often its delivery has failed
 * @param namespace the namespace
 * @param entry the log entry
 * @since 0.1.0
 */
public record OutboxRow(long id, long fence, int attempts, String namespace, StoredEntry entry) {
}
