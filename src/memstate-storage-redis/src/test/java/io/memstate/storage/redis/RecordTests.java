package io.memstate.storage.redis;

import java.util.List;
import java.util.Set;

import io.memstate.storage.FactJson;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class RecordTests {

	private static final StoredFact FACT = new StoredFact("ns", "id", "type",
			Payload.ofJson("{\"a\":\"line\\nbreak\",\"b\":{\"c\":[1,2.50]}}"), "source", "session", true, 7, Units.NOW,
			Units.NOW.plusSeconds(1), Units.NOW.plusSeconds(2));

	@Test
	void keepsAFact() {
		for (String digest : new String[] { null, "ab".repeat(32), "AB".repeat(32), "other" }) {
			FactState state = new FactState("id", 7, "step", FACT, digest);
			byte[] record = FactRecord.write(state, Set.of(Path.parse("a"), Path.parse("b.c")), FactJson::write);
			assertThat(FactRecord.read("id", record)).isEqualTo(state);
		}
	}

	@Test
	void keepsARemovedFactSmall() {
		FactState state = new FactState("id", 123, null, null, null);
		byte[] record = FactRecord.write(state, List.of(), FactJson::write);
		assertThat(FactRecord.read("id", record)).isEqualTo(state);
		assertThat(record).hasSizeLessThan(10);
	}

	@Test
	void refusesAnotherFormatOfAFact() {
		byte[] record = FactRecord.write(new FactState("id", 1, null, null, null), List.of(), FactJson::write);
		record[0] = 9;
		assertThatIllegalStateException().isThrownBy(() -> FactRecord.read("id", record))
			.withMessageContaining("format 9");
	}

	@Test
	void keepsAnEntry() {
		StoredEntry full = new StoredEntry(3, "step", "COMMIT", "session", "id", FACT, FACT, 7, "actor", "rea\nson",
				Units.NOW, "reverts", "showed", new IdempotentCall("key", "print", 4));
		StoredEntry bare = new StoredEntry(3, "step", "DELETE", null, "id", null, null, 7, null, null, Units.NOW, null,
				null, null);
		for (StoredEntry entry : List.of(full, bare)) {
			assertThat(EntryRecord.read(3, EntryRecord.write(entry, FactJson::write))).isEqualTo(entry);
		}
	}

}
