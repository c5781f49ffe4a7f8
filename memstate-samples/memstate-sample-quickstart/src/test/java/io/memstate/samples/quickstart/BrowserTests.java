package io.memstate.samples.quickstart;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.memstate.Draft;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;

class BrowserTests {

	private final Storage storage = new InMemoryStorage();

	@Test
	void showsEntriesWithNeitherBeforeNorAfter() {
		Instant now = Instant.parse("2026-01-01T00:00:00Z");
		at(now).commit(Draft.of("note", Map.of()).expiresIn(Duration.ofSeconds(1)));
		MemoryStore later = at(now.plusSeconds(2));
		later.rollback(1);
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		new Browser(later, new PrintStream(out, true, StandardCharsets.UTF_8)).log(LogQuery.all(), 20);
		assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(3)
			.satisfiesExactly((line) -> assertThat(line).contains("ROLLBACK", "gone"),
					(line) -> assertThat(line).contains("EXPIRE", "note", "gone"),
					(line) -> assertThat(line).contains("COMMIT", "note", "v1"));
	}

	private MemoryStore at(Instant time) {
		return MemoryStore.builder(this.storage).clock(Clock.fixed(time, ZoneOffset.UTC)).build();
	}

}
