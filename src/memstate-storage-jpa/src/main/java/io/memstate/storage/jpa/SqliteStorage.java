package io.memstate.storage.jpa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.StorageException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Keeps facts and log in SQLite: in a file of its own, or beside the application's
 * tables. Several processes may use one file. What is set by a method of this class
 * counts for the storage that the method returns.
 *
 * @since 0.1.0
 */
public final class SqliteStorage extends JpaStorage {

	private SqliteStorage(JdbcSettings settings, Function<JdbcSettings, Pools> source, String description) {
		super(new SqliteDatabase(), settings, source, description);
	}

	/**
	 * How SQLite secures a commit.
	 */
	public enum Synchronous {

		/** A commit survives a power cut. */
		FULL,

		/**
		 * A commit survives the end of the process, but not always a power cut; the file
		 * stays intact. Several times as fast.
		 */
		NORMAL

	}

	/**
	 * A storage in a file, which is created with its directories when the storage is
	 * initialised. The storage closes what it opens.
	 * @param file the file
	 * @return the storage
	 * @throws IllegalArgumentException if it is no file but one of SQLite's other names,
	 * such as {@code :memory:}
	 */
	public static SqliteStorage open(Path file) {
		JdbcSettings.require(file, "file");
		String name = file.toString();
		if (name.isBlank() || name.startsWith(":") || name.startsWith("file:") || name.startsWith("jdbc:")) {
			throw new IllegalArgumentException("'file' must be the path of a file, but was '" + name
					+ "': give the path alone, or use the in-memory storage");
		}
		Path absolute = file.toAbsolutePath().normalize();
		return new SqliteStorage(JdbcSettings.defaults(), (settings) -> pools(absolute, settings),
				"SQLite at " + absolute);
	}

	/**
	 * A storage in the application's own SQLite database, taking part in its
	 * transactions. The {@code DataSource} is borrowed and never closed. It must begin
	 * transactions with {@code transaction_mode=IMMEDIATE}, which is checked at
	 * {@link #initialize()}; {@code journal_mode=WAL} and a {@code busy_timeout} are
	 * advised.
	 * @param dataSource the application's
	 * @return the storage
	 */
	public static SqliteStorage using(DataSource dataSource) {
		JdbcSettings.require(dataSource, "dataSource");
		return new SqliteStorage(JdbcSettings.defaults(), (settings) -> Pools.shared(dataSource),
				"SQLite in the application's DataSource");
	}

	/**
	 * Sets what the names of tables and indexes start with.
	 * @param tablePrefix letters, digits and underscores; {@code memstate_} unless set
	 * @return a storage with the prefix
	 */
	public SqliteStorage tablePrefix(String tablePrefix) {
		return with(settings().tablePrefix(tablePrefix));
	}

	/**
	 * Sets whether {@link #initialize()} creates what is missing. If not, it touches
	 * nothing.
	 * @param initializeSchema true unless set
	 * @return a storage with the setting
	 */
	public SqliteStorage initializeSchema(boolean initializeSchema) {
		return with(settings().initializeSchema(initializeSchema));
	}

	/**
	 * Sets how long to wait for a connection and for the write lock. Of no effect on a
	 * {@code DataSource} of the application.
	 * @param timeout the time, 10 seconds unless set
	 * @return a storage with the time
	 */
	public SqliteStorage connectionTimeout(Duration timeout) {
		return with(settings().connectionTimeout(timeout));
	}

	/**
	 * Sets how many connections may read at once. Of no effect on a {@code DataSource} of
	 * the application.
	 * @param poolSize the number, 10 unless set
	 * @return a storage with the number
	 */
	public SqliteStorage poolSize(int poolSize) {
		return with(settings().poolSize(poolSize));
	}

	/**
	 * Sets how a commit is secured. Of no effect on a {@code DataSource} of the
	 * application.
	 * @param synchronous {@link Synchronous#FULL} unless set
	 * @return a storage with the setting
	 */
	public SqliteStorage synchronous(Synchronous synchronous) {
		return with(settings().synchronous(synchronous));
	}

	private SqliteStorage with(JdbcSettings settings) {
		return new SqliteStorage(settings, source(), description());
	}

	private static Pools pools(Path file, JdbcSettings settings) {
		createDirectories(file);
		SQLiteDataSource writing = dataSource(file, settings, false);
		require(file, writing, settings);
		HikariDataSource writer = pool(writing, settings, false);
		HikariDataSource reader = pool(dataSource(file, settings, true), settings, true);
		return new Pools(reader, writer, null, List.of(reader, writer));
	}

	private static void createDirectories(Path file) {
		try {
			Path directory = file.getParent();
			if (directory != null) {
				Files.createDirectories(directory);
			}
		}
		catch (IOException ex) {
			throw new StorageException("Could not create the directory of the SQLite file " + file
					+ "; choose another path or create it for this process to write to", ex);
		}
	}

	// a pool would try again and again
	private static void require(Path file, SQLiteDataSource source, JdbcSettings settings) {
		try (Connection opened = SqliteFiles.connect(source.getConfig(), source.getUrl(), settings.connectionTimeout());
				Statement statement = opened.createStatement()) {
			statement.execute("pragma schema_version");
		}
		catch (SQLException ex) {
			throw Failures.translate(new SqliteDatabase(), "Could not open the SQLite file " + file, ex);
		}
	}

	private static SQLiteDataSource dataSource(Path file, JdbcSettings settings, boolean reading) {
		SQLiteConfig config = new SQLiteConfig();
		config.setBusyTimeout(Math.toIntExact(settings.connectionTimeout().toMillis()));
		if (reading) {
			config.setReadOnly(true);
		}
		else {
			config.setJournalMode(SQLiteConfig.JournalMode.WAL);
			config.setSynchronous(SQLiteConfig.SynchronousMode.valueOf(settings.synchronous().name()));
			config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
			config.enforceForeignKeys(true);
			config.setGetGeneratedKeys(false);
		}
		SQLiteDataSource dataSource = new SQLiteDataSource(config);
		dataSource.setUrl("jdbc:sqlite:" + file);
		return dataSource;
	}

	private static HikariDataSource pool(DataSource dataSource, JdbcSettings settings, boolean reading) {
		HikariConfig pool = new HikariConfig();
		pool.setPoolName("memstate-sqlite-" + (reading ? "reader" : "writer"));
		pool.setDataSource(dataSource);
		pool.setReadOnly(reading);
		pool.setMaximumPoolSize(reading ? settings.poolSize() : 1);
		pool.setMinimumIdle(reading ? 0 : 1);
		pool.setConnectionTimeout(Math.max(250, settings.connectionTimeout().toMillis()));
		pool.setInitializationFailTimeout(-1);
		pool.setMaxLifetime(0);
		return new HikariDataSource(pool);
	}

}
