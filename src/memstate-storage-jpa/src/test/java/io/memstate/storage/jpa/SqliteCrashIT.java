package io.memstate.storage.jpa;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.storage.FactState;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Unit;
import io.memstate.test.FaultyIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a process leaves in the files of SQLite that dies while it commits.
 */
class SqliteCrashIT {

	// of the index of the log, which other processes look at
	private static final int HEADER = 96;

	@TempDir
	private Path directory;

	/**
	 * A unit is in the log of the database before others can see it. If its process dies
	 * between, it is recovered when nobody has the database open any more and nobody has
	 * written since.
	 */
	@Test
	void staysInStepWithAUnitThatIsRecoveredLater() throws Exception {
		FaultyIndex index = new FaultyIndex("index");
		Path copy = Files.createDirectory(this.directory.resolve("copy"));
		try (SqliteStorage storage = SqliteStorage.open(this.directory.resolve("memstate.db"));
				MemoryStore store = MemoryStore.builder(storage).hook(index).build()) {
			StoredFact fact = new StoredFact(store.namespace(), "n", "note", Payload.of(Map.of("text", "2")), null,
					null, false, 2, Instant.EPOCH, Instant.EPOCH, null);
			store.commit(Draft.of("note", Map.of("text", "1")).id("n"));
			byte[] header = header();
			storage.intents()
				.lease(List.of(new LeaseRequest(store.namespace(), "dead", Set.of("n"), Instant.EPOCH, Set.of())));
			storage.apply(new Unit(store.namespace(), List.of(new Precondition.VersionIs("n", 1)),
					List.of(new FactState("n", 2, null, fact, null)), List.of(), null, List.of(), Map.of()));
			assertThat(store.get("n").orElseThrow().version()).isEqualTo(2);
			restore(header);
			assertThat(store.get("n").orElseThrow().version()).isEqualTo(1);
			store.maintenance();
			assertThat(index.drift(store)).isZero();
			for (String file : List.of("memstate.db", "memstate.db-wal", "memstate.db-hooks",
					"memstate.db-hooks-wal")) {
				Files.copy(this.directory.resolve(file), copy.resolve(file));
			}
		}
		try (SqliteStorage storage = SqliteStorage.open(copy.resolve("memstate.db"));
				MemoryStore store = MemoryStore.builder(storage).hook(index).build()) {
			assertThat(index.drift(store)).isZero();
		}
	}

	private byte[] header() throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(shared(), "r")) {
			byte[] header = new byte[HEADER];
			file.readFully(header);
			return header;
		}
	}

	private void restore(byte[] header) throws IOException {
		try (RandomAccessFile file = new RandomAccessFile(shared(), "rw")) {
			file.write(header);
		}
	}

	private String shared() {
		return this.directory.resolve("memstate.db-shm").toString();
	}

}
