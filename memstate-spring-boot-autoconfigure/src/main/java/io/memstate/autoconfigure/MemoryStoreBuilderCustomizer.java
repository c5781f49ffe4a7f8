package io.memstate.autoconfigure;

import io.memstate.MemoryStore;

/**
 * Changes the auto-configured {@link MemoryStore} before it is built. Beans of this type
 * are called in their order, after the {@code memstate.*} properties were applied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface MemoryStoreBuilderCustomizer {

	/**
	 * Changes the builder.
	 * @param builder the builder, with the properties applied
	 */
	void customize(MemoryStore.Builder builder);

}
