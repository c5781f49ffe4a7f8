package io.memstate.storage.memory;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactState;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Values;

/**
 * Living facts in the order of creation, as a whole and by type.
 */
final class Layer {

	static final Comparator<FactState> CREATION = Layer::compareCreation;

	private final NavigableSet<FactState> facts = new TreeSet<>(CREATION);

	private final Map<String, NavigableSet<FactState>> factsByType = new HashMap<>();

	private static int compareCreation(FactState left, FactState right) {
		int byTime = living(left).createdAt().compareTo(living(right).createdAt());
		return (byTime != 0) ? byTime : Values.compareStrings(left.id(), right.id());
	}

	static StoredFact living(FactState state) {
		return Objects.requireNonNull(state.fact());
	}

	void add(FactState state) {
		this.facts.add(state);
		this.factsByType.computeIfAbsent(living(state).type(), (type) -> new TreeSet<>(CREATION)).add(state);
	}

	void remove(FactState state) {
		this.facts.remove(state);
		String type = living(state).type();
		NavigableSet<FactState> ofType = ofType(type);
		ofType.remove(state);
		if (ofType.isEmpty()) {
			this.factsByType.remove(type);
		}
	}

	boolean isEmpty() {
		return this.facts.isEmpty();
	}

	NavigableSet<FactState> ofType(@Nullable String type) {
		return (type != null) ? this.factsByType.getOrDefault(type, Collections.emptyNavigableSet()) : this.facts;
	}

}
