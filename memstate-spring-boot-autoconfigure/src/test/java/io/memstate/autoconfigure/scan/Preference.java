package io.memstate.autoconfigure.scan;

import jakarta.validation.constraints.NotBlank;

import io.memstate.FactType;

@FactType(value = "preference", singleton = "role")
public record Preference(@NotBlank String role, String tone) {

}
