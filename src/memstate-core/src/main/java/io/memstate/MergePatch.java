package io.memstate;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A JSON Merge Patch, and what it makes of a payload.
 */
final class MergePatch extends AbstractMap<String, @Nullable Object> implements Patch {

	static final MergePatch EMPTY = new MergePatch(Map.of());

	private final Map<String, @Nullable Object> changes;

	private MergePatch(Map<String, @Nullable Object> changes) {
		this.changes = Collections.unmodifiableMap(changes);
	}

	@Override
	public Patch and(String key, @Nullable Object value) {
		Map<String, @Nullable Object> changes = new LinkedHashMap<>(this.changes);
		changes.put(Arguments.notNull(key, "key"), value);
		return new MergePatch(changes);
	}

	@Override
	public Set<Entry<String, @Nullable Object>> entrySet() {
		return this.changes.entrySet();
	}

	/**
	 * Applies a patch as RFC 7396 says: null removes, objects are merged, all else is
	 * replaced.
	 */
	static Map<String, @Nullable Object> apply(Map<String, ?> target, Map<?, ?> patch) {
		Map<String, @Nullable Object> result = new LinkedHashMap<>(target);
		patch.forEach((name, value) -> {
			String key = (String) name;
			if (value == null) {
				result.remove(key);
			}
			else if (value instanceof Map<?, ?> changes) {
				result.put(key, apply(object(result.get(key)), changes));
			}
			else {
				result.put(key, value);
			}
		});
		return result;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, ?> object(@Nullable Object value) {
		return (value instanceof Map<?, ?> map) ? (Map<String, ?>) map : Map.of();
	}

}
