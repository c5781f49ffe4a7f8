package io.memstate.storage.jpa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import io.memstate.test.ChildProcess;
import io.memstate.test.RandomLoad;
import io.memstate.test.StoreAudit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * A file that can't be written any more.
 */
class SqliteFullIT {

	private static final String NAMESPACE = "full";

	@TempDir
	Path directory;

	private SQLiteDataSource dataSource;

	@BeforeEach
	void configure() {
		SQLiteConfig config = new SQLiteConfig();
		config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
		config.setJournalMode(SQLiteConfig.JournalMode.WAL);
		config.setBusyTimeout(5_000);
		this.dataSource = new SQLiteDataSource(config);
		this.dataSource.setUrl("jdbc:sqlite:" + this.directory.resolve("memory.db"));
	}

	@Test
	void leavesEverythingAsItWasWhenTheFileMayNotGrow() throws Exception {
		try (HikariDataSource pool = pool()) {
			assertFails(pool, "pragma max_page_count = 1", "pragma max_page_count = 1073741823", "disk is full");
		}
	}

	@Test
	void leavesEverythingAsItWasWhenTheFileMayNotBeWritten() throws Exception {
		try (HikariDataSource pool = pool()) {
			assertFails(pool, "pragma query_only = true", "pragma query_only = false", "can't be written");
		}
	}

	// of one connection, as the settings are those of a connection
	private HikariDataSource pool() {
		HikariConfig config = new HikariConfig();
		config.setDataSource(this.dataSource);
		config.setMaximumPoolSize(1);
		return new HikariDataSource(config);
	}

	private void assertFails(HikariDataSource pool, String forbid, String allow, String advice) throws Exception {
		try (SqliteStorage storage = SqliteStorage.using(pool);
				MemoryStore store = RandomLoad.store(storage, NAMESPACE)) {
			store.commit(note("before"), Change.by("w").because("before#1"));
			execute(pool, forbid);
			String before = stored().content();
			for (int i = 0; i < 20; i++) {
				assertThatExceptionOfType(StorageException.class).isThrownBy(() -> {
					for (int n = 0; n < 1000; n++) {
						store.commitAll(List.of(note("x".repeat(100_000)), note("y".repeat(100_000))),
								Change.by("w").because("lost#2"));
					}
				}).withMessageContaining(advice);
			}
			assertThat(stored().content()).isEqualTo(before);
			assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
			execute(pool, allow);
			store.commit(note("after"), Change.by("w").because("after#1"));
			new StoreAudit(store, forbid).assertWhole().assertAcknowledged(List.of("before#1", "after#1"));
		}
		stored().assertWhole(forbid);
		StoredTables.assertIntact(this.dataSource, "", forbid);
	}

	private static Draft note(String text) {
		return Draft.of(RandomLoad.NOTE, Map.of("text", text));
	}

	private static void execute(HikariDataSource pool, String sql) throws SQLException {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private StoredTables stored() throws SQLException {
		return StoredTables.read(this.dataSource, "", NAMESPACE);
	}

	/** A file system of its own, which is small. */
	@Test
	@EnabledOnOs(OS.LINUX)
	void staysWholeOnADiskThatIsFull() throws Exception {
		Path mounted = Files.createDirectory(this.directory.resolve("disk"));
		List<String> launcher = List.of("unshare", "--map-root-user", "--mount", "sh", "-c",
				"mount -t tmpfs -o size=1500k tmpfs \"$0\" && exec \"$@\"", mounted.toString());
		assumeThat(runs(launcher)).as("may mount a file system of its own").isTrue();
		assertStaysWhole(launcher, mounted.resolve("memory.db"), "disk is full");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void tellsThatTheDiskIsFullWhenFactsCannotBeLeased() throws Exception {
		Path mounted = Files.createDirectory(this.directory.resolve("disk"));
		List<String> launcher = List.of("unshare", "--map-root-user", "--mount", "sh", "-c",
				"mount -t tmpfs -o size=1500k tmpfs \"$0\" && exec \"$@\"", mounted.toString());
		assumeThat(runs(launcher)).as("may mount a file system of its own").isTrue();
		try (ChildProcess child = ChildProcess.start(launcher, Leaser.class, mounted.resolve("memory.db").toString())) {
			assertThat(child.rest()).as(() -> child.output())
				.singleElement()
				.asString()
				.contains("disk is full: make room");
			assertThat(child.awaitExit()).isZero();
		}
	}

	/** No file may grow beyond a size: an error that is none of a full disk. */
	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void staysWholeWhenFilesMayNotGrow() throws Exception {
		List<String> launcher = List.of("bash", "-c", "ulimit -f 1500 && exec \"$0\" \"$@\"");
		assertStaysWhole(launcher, this.directory.resolve("memory.db"), "");
	}

	private static boolean runs(List<String> launcher) throws IOException, InterruptedException {
		List<String> command = new java.util.ArrayList<>(launcher);
		command.add("true");
		return new ProcessBuilder(command).start().waitFor() == 0;
	}

	private void assertStaysWhole(List<String> launcher, Path file, String advice) {
		try (ChildProcess child = ChildProcess.start(launcher, SqliteFullIT.Filler.class, file.toString())) {
			assertThat(child.rest()).as(() -> child.output())
				.hasSize(2)
				.endsWith("whole")
				.first()
				.asString()
				.contains(advice);
			assertThat(child.awaitExit()).isZero();
		}
	}

	/**
	 * Writes until nothing fits, makes room, and writes again.
	 */
	static final class Filler {

		private Filler() {
		}

		public static void main(String[] arguments) throws Exception {
			Path file = Path.of(arguments[0]);
			Path ballast = file.resolveSibling("ballast");
			Files.write(ballast, new byte[200_000]);
			SQLiteDataSource dataSource = new SQLiteDataSource();
			dataSource.setUrl("jdbc:sqlite:" + file);
			try (SqliteStorage storage = SqliteStorage.open(file);
					MemoryStore store = RandomLoad.store(storage, NAMESPACE)) {
				int written = 0;
				String message = null;
				while (message == null) {
					try {
						store.commit(note("x".repeat(1_000)), Change.by("w").because("w-" + written + "#1"));
						written++;
					}
					catch (StorageException ex) {
						message = ex.getMessage();
					}
				}
				String before = StoredTables.read(dataSource, "", NAMESPACE).content();
				for (int i = 0; i < 20; i++) {
					try {
						store.commitAll(List.of(note("y".repeat(500_000)), note("z".repeat(500_000))),
								Change.by("w").because("lost#2"));
						throw new IllegalStateException("There was room");
					}
					catch (StorageException ex) {
						message = ex.getMessage();
					}
				}
				StoredTables after = StoredTables.read(dataSource, "", NAMESPACE);
				assertThat(after.content()).isEqualTo(before);
				after.assertWhole("no room");
				new StoreAudit(store, "no room").assertWhole()
					.assertAcknowledged(
							java.util.stream.IntStream.range(0, written).mapToObj((i) -> "w-" + i + "#1").toList());
				StoredTables.assertIntact(dataSource, "", "no room");
				Files.delete(ballast);
				ChildProcess.tell(String.valueOf(message));
			}
			ChildProcess.tell("whole");
		}

	}

	/**
	 * Writes facts that a hook is told of until none can be leased any more.
	 */
	static final class Leaser {

		private Leaser() {
		}

		public static void main(String[] arguments) {
			try (SqliteStorage storage = SqliteStorage.open(Path.of(arguments[0]));
					MemoryStore store = MemoryStore.builder(storage).hook(new QuietHook()).build()) {
				storage.initialize();
				String message = "";
				String cause = "";
				for (int i = 0; !message.startsWith("Could not lease"); i++) {
					try {
						store.commit(note("x".repeat(1_000)).id("n" + i));
					}
					catch (StorageException ex) {
						message = String.valueOf(ex.getMessage());
						cause = String.valueOf(ex.getCause());
					}
				}
				ChildProcess.tell(cause);
			}
		}

	}

}
