package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SqliteStorageIT extends AbstractJpaStorageTests {

	@TempDir
	private static Path files;

	private static Path file;

	@TempDir
	private Path directory;

	@Override
	JpaStorage open() {
		file = files.resolve("some/where/" + UUID.randomUUID() + ".db");
		return SqliteStorage.open(file).synchronous(SqliteStorage.Synchronous.NORMAL);
	}

	@Override
	Connection connect() throws SQLException {
		return DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=5000");
	}

	@Test
	void saysWhatToDoAboutStreamsThatAreLeftOpen() {
		JpaStorage storage = SqliteStorage.open(this.directory.resolve("streams.db"))
			.connectionTimeout(Duration.ofMillis(300))
			.poolSize(1);
		try (storage; MemoryStore memory = MemoryStore.builder(storage).build()) {
			memory.commit(Draft.of("note", Map.of("n", 1)));
			try (Stream<Fact> stream = memory.stream(FactQuery.all().orderBy("n", Direction.ASC))) {
				assertThat(stream.iterator().next().type()).isEqualTo("note");
				assertThatExceptionOfType(StorageException.class).isThrownBy(() -> memory.count(FactQuery.all()))
					.withMessageContaining("close the streams");
			}
			assertThat(memory.count(FactQuery.all())).isOne();
		}
	}

	// SQLite itself does not wait when a file is to be switched to WAL meanwhile
	@ParameterizedTest
	@ValueSource(strings = { "new.db", "new.db-hooks" })
	void waitsForAnotherThatWritesToTheNewFile(String name) throws Exception {
		FutureTask<Long> work = new FutureTask<>(() -> {
			JpaStorage storage = SqliteStorage.open(this.directory.resolve("new.db"));
			MemoryHook hook = new QuietHook();
			try (storage; MemoryStore memory = MemoryStore.builder(storage).hook(hook).build()) {
				memory.commit(Draft.of("note", Map.of("n", 1)));
				return memory.count(FactQuery.all());
			}
		});
		Thread worker = new Thread(work);
		try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + this.directory.resolve(name));
				Statement statement = other.createStatement()) {
			statement.execute("begin immediate");
			worker.start();
			long start = System.nanoTime();
			while (!isOpening(worker) && !work.isDone() && System.nanoTime() - start < 30_000_000_000L) {
				Thread.onSpinWait();
			}
			statement.execute("commit");
		}
		assertThat(work.get()).isOne();
	}

	@Test
	void saysThatTheThreadWasInterruptedWhileTheNewFileWasBusy() throws SQLException {
		Path busy = this.directory.resolve("busy.db");
		try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + busy);
				Statement statement = other.createStatement();
				JpaStorage storage = SqliteStorage.open(busy)) {
			statement.execute("begin immediate");
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(StorageException.class).isThrownBy(storage::initialize)
				.withMessageContaining("the thread was interrupted");
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	private static boolean isOpening(Thread worker) {
		return worker.getState() == Thread.State.TIMED_WAITING && Arrays.stream(worker.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(SqliteFiles.class.getName()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ":memory:", "file:memstate.db", "jdbc:sqlite:memstate.db" })
	void refusesWhatIsNoFile(String name) {
		Path file = Path.of(name);
		assertThatIllegalArgumentException().isThrownBy(() -> SqliteStorage.open(file))
			.withMessageContaining("'" + name + "'")
			.withMessageContaining("in-memory");
	}

}
