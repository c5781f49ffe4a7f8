package io.memstate.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An index that always works. It remembers the fences of what was removed.
 */
final class MapIndex implements Index {

	private final Map<String, Entry> entries = new HashMap<>();

	@Override
	public synchronized void take(List<Entry> entries) {
		for (Entry entry : entries) {
			this.entries.merge(entry.id(), entry, (last, next) -> (next.fence() < last.fence()) ? last : next);
		}
	}

	synchronized Map<String, String> texts() {
		Map<String, String> texts = new HashMap<>();
		this.entries.values()
			.stream()
			.filter((entry) -> entry.text() != null)
			.forEach((entry) -> texts.put(entry.id(), entry.text()));
		return texts;
	}

}
