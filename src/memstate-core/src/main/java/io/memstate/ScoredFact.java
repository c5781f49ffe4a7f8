package io.memstate;

/**
 * A fact that a search found.
 *
 * @param fact the fact
 * @param score how well it fits, as the index counts it; the higher the better
 * @since 0.1.0
 */
public record ScoredFact(Fact fact, double score) {
}
