package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.sqlite.SQLiteConfig;

/**
 * Opens files of SQLite that others may be opening too.
 */
final class SqliteFiles {

	private static final Duration PAUSE = Duration.ofMillis(5);

	private SqliteFiles() {
	}

	/**
	 * Opens a file, and waits while it is busy. SQLite waits for locks itself, except
	 * when a new file is to be switched to WAL while another connection writes to it:
	 * that fails at once, whatever the busy time-out.
	 * @param config how to open it
	 * @param url the URL of the file
	 * @param patience how long to wait
	 * @return the connection
	 * @throws SQLException if it can't be opened, or is busy for longer, or the thread is
	 * interrupted meanwhile
	 */
	static Connection connect(SQLiteConfig config, String url, Duration patience) throws SQLException {
		long start = System.nanoTime();
		while (true) {
			try {
				return config.createConnection(url);
			}
			catch (SQLException ex) {
				if (!SqliteDatabase.isBusy(ex) || System.nanoTime() - start >= patience.toNanos()) {
					throw ex;
				}
				if (Thread.currentThread().isInterrupted()) {
					SQLException interrupted = new SQLException("Interrupted while the file was busy",
							new InterruptedException());
					interrupted.addSuppressed(ex);
					throw interrupted;
				}
				LockSupport.parkNanos(PAUSE.toNanos());
			}
		}
	}

}
