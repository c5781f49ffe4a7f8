package io.memstate.samples.quickstart;

import jakarta.validation.constraints.NotBlank;

import io.memstate.FactType;

/**
 * What a user prefers on a topic: one current value each.
 */
@FactType(value = "preference", singleton = { "user", "topic" })
record Preference(@NotBlank String user, @NotBlank String topic, @NotBlank String value) {
}
