package io.memstate.storage.redis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import org.jspecify.annotations.Nullable;

/**
 * Units to test with.
 */
final class Units {

	static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456Z");

	private Units() {
	}

	static FactState state(String namespace, String id, long version, String payload, @Nullable Instant expiresAt) {
		StoredFact fact = new StoredFact(namespace, id, "note", Payload.ofJson(payload), null, null, false, version,
				NOW, NOW, expiresAt);
		return new FactState(id, version, "step", fact, null);
	}

	static Unit put(String namespace, String id, long version, String payload) {
		return unit(namespace, List.of(state(namespace, id, version, payload, null)), Set.of());
	}

	static Unit remove(String namespace, String id, long version) {
		return unit(namespace, List.of(new FactState(id, version, null, null, null)), Set.of());
	}

	static Unit unit(String namespace, List<FactState> states, Set<Path> indexed) {
		String step = UUID.randomUUID().toString();
		List<Precondition> preconditions = new ArrayList<>();
		List<StoredEntry> entries = new ArrayList<>();
		for (FactState state : states) {
			preconditions.add(new Precondition.VersionIs(state.id(), state.version() - 1));
			entries.add(new StoredEntry(0, step, "COMMIT", null, state.id(), null, state.fact(), state.version(), null,
					null, NOW, null, null, null));
		}
		return new Unit(namespace, preconditions, states, entries, new StoredStep(step, null, true, 0, null), List.of(),
				indexed.isEmpty() ? Map.of() : Map.of("note", indexed));
	}

	static StorageQuery query(String namespace, int limit) {
		return new StorageQuery(namespace, null, StorageQuery.Layers.OWN, "note", null, List.of(), null, limit, NOW);
	}

}
