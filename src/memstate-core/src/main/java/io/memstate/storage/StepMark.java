package io.memstate.storage;

/**
 * Marks a counted step as undone or as done again.
 *
 * @param step the step
 * @param undone if true, {@link StoredStep#undoneAt()} becomes the sequence of the first
 * entry of the unit that reverts the step; if false, it becomes null
 * @since 0.1.0
 */
public record StepMark(String step, boolean undone) {
}
