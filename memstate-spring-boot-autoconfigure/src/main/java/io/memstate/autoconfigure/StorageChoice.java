package io.memstate.autoconfigure;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.autoconfigure.MemStateProperties.Backend;
import io.memstate.storage.Storage;

/**
 * Which storage was chosen, and why.
 *
 * @param backend the kind of storage, never {@code AUTO}
 * @param reason why it was chosen, the end of a sentence
 * @param location where the data lies if the storage itself can't tell, or null
 * @param settings what configures its connection, for messages
 * @param opener opens it
 */
record StorageChoice(Backend backend, String reason, @Nullable String location, String settings,
		Supplier<? extends Storage> opener) {

}
