package io.memstate;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A JSON Merge Patch (RFC 7396) for {@link MemoryOperations#update}: a map of keys to
 * what to set them to, or to null to remove them. Unmodifiable; each method answers with
 * a copy.
 *
 * <pre class="code">
 * Patch.set("tone", "warm").and("length", 3).remove("nickname")
 * </pre>
 *
 * @since 0.1.0
 */
public sealed interface Patch extends Map<String, @Nullable Object> permits MergePatch {

	/**
	 * A patch that sets a key.
	 * @param key the key, not a path
	 * @param value the value; a map is merged into an object that is there, null removes
	 * @return the patch
	 */
	static Patch set(String key, @Nullable Object value) {
		return MergePatch.EMPTY.and(key, value);
	}

	/**
	 * A patch that removes a key.
	 * @param key the key, not a path
	 * @return the patch
	 */
	static Patch removing(String key) {
		return MergePatch.EMPTY.and(key, null);
	}

	/**
	 * Sets a further key.
	 * @param key the key, not a path
	 * @param value the value; a map is merged into an object that is there, null removes
	 * @return a copy
	 */
	Patch and(String key, @Nullable Object value);

	/**
	 * Removes a further key.
	 * @param key the key, not a path
	 * @return a copy
	 */
	default Patch remove(String key) {
		return and(key, null);
	}

}
