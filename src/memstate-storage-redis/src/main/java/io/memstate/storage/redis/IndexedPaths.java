package io.memstate.storage.redis;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.memstate.storage.Path;

/**
 * The paths of which this process knows that they are to be indexed. Whether the index of
 * one is complete in a namespace, only the namespace itself can tell.
 */
final class IndexedPaths {

	private final Map<String, Set<Path>> paths = new ConcurrentHashMap<>();

	Set<Path> of(String type) {
		return this.paths.getOrDefault(type, Set.of());
	}

	void add(String type, Collection<Path> added) {
		if (!added.isEmpty() && !of(type).containsAll(added)) {
			this.paths.merge(type, Set.copyOf(added), (left, right) -> {
				Set<Path> both = new HashSet<>(left);
				both.addAll(right);
				return Set.copyOf(both);
			});
		}
	}

}
