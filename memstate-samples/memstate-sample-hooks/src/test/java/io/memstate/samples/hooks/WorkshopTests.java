package io.memstate.samples.hooks;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.memstate.HookMode;
import io.memstate.HookStatus;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.SqliteStorage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Facts and index in both modes, without the application around them.
 */
class WorkshopTests {

	@TempDir
	Path directory;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private UnreliableIndex index;

	private Storage storage;

	@BeforeEach
	void open() throws SQLException {
		this.index = new UnreliableIndex(new FullTextIndex(this.directory.resolve("index.db")));
		this.storage = SqliteStorage.open(this.directory.resolve("memory.db"));
	}

	@AfterEach
	void close() throws SQLException {
		this.storage.close();
		this.index.close();
	}

	@ParameterizedTest
	@EnumSource
	void tellsStory(HookMode mode) {
		try (MemoryStore memory = memory(mode)) {
			assertThat(new Story(workshop(memory), print()).tell()).isTrue();
			assertThat(new Story(workshop(memory), print()).tell()).isTrue();
		}
		assertThat(out()).contains("told in mode " + mode,
				(mode == HookMode.STRICT) ? "5 notes from earlier runs" : "6 notes from earlier runs");
	}

	@ParameterizedTest
	@EnumSource
	void staysInStepWithAnIndexThatFails(HookMode mode) {
		try (MemoryStore memory = memory(mode)) {
			Workshop workshop = workshop(memory);
			workshop.write(100, 30);
			long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
			while (!isDone(memory) && System.nanoTime() < end) {
				memory.maintenance();
			}
			assertThat(workshop.compare(true).inStep()).isTrue();
			assertThat(out()).contains("100 facts, 100 entries".repeat((mode == HookMode.OUTBOX) ? 1 : 0));
		}
	}

	private static boolean isDone(MemoryStore memory) {
		HookStatus status = memory.hooks().list().get(0);
		return status.pending() == 0 && status.intents() == 0;
	}

	private MemoryStore memory(HookMode mode) {
		return MemoryStore.builder(this.storage)
			.schema(Note.class)
			.hook(this.index)
			.hookMode(mode)
			.hookBackOff(Duration.ofMillis(1))
			.build();
	}

	private Workshop workshop(MemoryStore memory) {
		return new Workshop(memory, this.index, new Tampering(this.directory.resolve("index.db")), print());
	}

	private PrintStream print() {
		return new PrintStream(this.out, true, StandardCharsets.UTF_8);
	}

	private String out() {
		return this.out.toString(StandardCharsets.UTF_8);
	}

}
