package io.memstate.storage.jpa;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactState;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepMark;
import io.memstate.storage.Storage;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import org.jspecify.annotations.Nullable;

/**
 * Raw facts and units, as the engine would make them.
 */
final class Facts {

	static final String NAMESPACE = "n";

	static final Instant START = Instant.parse("2026-01-01T00:00:00.000001Z");

	private Facts() {
	}

	static StoredFact fact(String id, String payload) {
		return fact(id, "t", null, 1, payload);
	}

	static StoredFact fact(String id, String type, @Nullable String session, long version, String payload) {
		return new StoredFact(NAMESPACE, id, type, Payload.ofJson(payload), null, session, false, version, START, START,
				null);
	}

	static StoredFact at(StoredFact fact, Instant createdAt, @Nullable Instant expiresAt) {
		return new StoredFact(fact.namespace(), fact.id(), fact.type(), fact.payload(), fact.source(), fact.sessionId(),
				fact.ephemeral(), fact.version(), createdAt, createdAt, expiresAt);
	}

	static FactState state(StoredFact fact, @Nullable String key) {
		return new FactState(fact.id(), fact.version(), "s" + fact.version(), fact, key);
	}

	static FactState removed(String id, long version) {
		return new FactState(id, version, "s" + version, null, null);
	}

	static Unit unit(List<Precondition> preconditions, List<FactState> facts) {
		String step = UUID.randomUUID().toString();
		List<StoredEntry> entries = new ArrayList<>();
		for (FactState state : facts) {
			entries.add(entry(step, state));
		}
		return new Unit(NAMESPACE, preconditions, facts, entries, new StoredStep(step, null, true, 0, null), List.of(),
				Map.of());
	}

	static StoredEntry entry(String step, FactState state) {
		return new StoredEntry(0, step, "COMMIT", null, state.id(), null, state.fact(), state.version(), "actor", null,
				START, null, null, null);
	}

	static Unit unit(List<StoredEntry> entries, @Nullable StoredStep step, List<StepMark> marks) {
		return new Unit(NAMESPACE, List.of(), List.of(), entries, step, marks, Map.of());
	}

	static ApplyResult put(Storage storage, StoredFact fact) {
		return storage.apply(unit(List.of(is(fact.id(), fact.version() - 1)), List.of(state(fact, null))));
	}

	static ApplyResult putAll(Storage storage, List<StoredFact> facts) {
		return storage.apply(unit(List.of(), facts.stream().map((fact) -> state(fact, null)).toList()));
	}

	static Precondition is(String id, long version) {
		return new Precondition.VersionIs(id, version);
	}

	static Precondition free(String key, @Nullable String holder) {
		return new Precondition.KeyAvailable(key(key), holder);
	}

	static SingletonKey key(String digest) {
		return new SingletonKey(null, "t", digest);
	}

	static StorageQuery query() {
		return new StorageQuery(NAMESPACE, null, StorageQuery.Layers.OWN, null, null, List.of(), null, 1000,
				START.plusSeconds(3600));
	}

	static StorageQuery query(StorageQuery base, List<StorageQuery.SortKey> order) {
		return new StorageQuery(base.namespace(), base.sessionId(), base.layers(), base.type(), base.condition(), order,
				base.after(), base.limit(), base.now());
	}

}
