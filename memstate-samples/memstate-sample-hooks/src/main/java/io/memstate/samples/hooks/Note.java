package io.memstate.samples.hooks;

import jakarta.validation.constraints.NotBlank;

import io.memstate.FactType;

/**
 * What is remembered and found again by its words.
 *
 * @param text the text
 */
@FactType("note")
public record Note(@NotBlank String text) {
}
