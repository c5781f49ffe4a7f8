package io.memstate.storage.memory;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactState;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Unit;

/**
 * Checks that {@link InMemoryStorage} answers as if its calls came one after the other,
 * however threads interleave.
 */
@Param(name = "id", gen = IntGen.class, conf = "0:1")
@Param(name = "version", gen = IntGen.class, conf = "0:2")
public class InMemoryStorageLinearizabilityTests {

	private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

	private final InMemoryStorage storage = new InMemoryStorage();

	@Operation
	public String put(@Param(name = "id") int id, @Param(name = "version") int version) {
		return apply(List.of(new Precondition.VersionIs("f" + id, version)), state(id, version + 1, null));
	}

	@Operation
	public String claim(@Param(name = "id") int id, @Param(name = "version") int version) {
		return apply(
				List.of(new Precondition.VersionIs("f" + id, version),
						new Precondition.KeyAvailable(new SingletonKey(null, "t", "k"), "f" + id)),
				state(id, version + 1, "k"));
	}

	@Operation
	public String putBoth(@Param(name = "version") int version) {
		return apply(List.of(new Precondition.VersionIs("f0", version), new Precondition.VersionIs("f1", version)),
				state(0, version + 1, null), state(1, version + 1, null));
	}

	@Operation
	public String remove(@Param(name = "id") int id, @Param(name = "version") int version) {
		return apply(List.of(new Precondition.VersionIs("f" + id, version)),
				new FactState("f" + id, version + 1, null, null, null));
	}

	@Operation
	public String facts() {
		Map<String, Long> versions = new TreeMap<>();
		this.storage.facts("ns", List.of("f0", "f1")).forEach((id, state) -> versions.put(id, state.version()));
		return versions.toString();
	}

	@Operation
	public String query() {
		return this.storage
			.query(new StorageQuery("ns", null, StorageQuery.Layers.OWN, null, null, List.of(), null, 10, T0))
			.stream()
			.map((state) -> state.id() + state.version())
			.toList()
			.toString();
	}

	@Operation
	public String holder() {
		return this.storage.singletons("ns", List.of(new SingletonKey(null, "t", "k")))
			.values()
			.stream()
			.map(FactState::id)
			.toList()
			.toString();
	}

	@Operation
	public String log() {
		return this.storage.log(StorageLogQuery.newest("ns", 10))
			.stream()
			.map((entry) -> entry.factId() + entry.version())
			.toList()
			.toString();
	}

	private String apply(List<Precondition> preconditions, FactState... states) {
		List<StoredEntry> entries = List.of(states)
			.stream()
			.map((state) -> new StoredEntry(0, "s", "COMMIT", null, state.id(), null, null, state.version(), null, null,
					T0, null, null, null))
			.toList();
		ApplyResult result = this.storage
			.apply(new Unit("ns", preconditions, List.of(states), entries, null, List.of(), Map.of()));
		return (result instanceof ApplyResult.Applied applied) ? applied.sequences().toString() : "rejected";
	}

	private static FactState state(int id, long version, String key) {
		return new FactState("f" + id, version, null,
				new StoredFact("ns", "f" + id, "t", Payload.of(Map.of()), null, null, false, version, T0, T0, null),
				key);
	}

	/**
	 * With real threads: the model checker of Lincheck takes a tenth of a second for one
	 * interleaving here.
	 */
	@Test
	void concurrentCallsAreLinearizable() {
		new StressOptions().iterations(5)
			.invocationsPerIteration(100)
			.threads(2)
			.actorsBefore(2)
			.actorsPerThread(3)
			.actorsAfter(2)
			.check(InMemoryStorageLinearizabilityTests.class);
	}

}
