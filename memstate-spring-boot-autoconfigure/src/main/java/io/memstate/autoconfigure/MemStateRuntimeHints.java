package io.memstate.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image must hold: the scripts that make the tables, and those that Redis
 * runs.
 */
final class MemStateRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("memstate/migration/**").registerPattern("io/memstate/storage/redis/*.lua");
	}

}
