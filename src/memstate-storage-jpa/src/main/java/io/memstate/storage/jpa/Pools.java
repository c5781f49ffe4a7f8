package io.memstate.storage.jpa;

import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Where connections come from.
 *
 * @param reader for what only reads
 * @param writer for what writes
 * @param shared the application's own, in whose transactions the storage takes part, or
 * null if there is none
 * @param owned what to close with the storage
 * @param unpooled makes the same connections without a pool, or null if there is no need
 */
record Pools(DataSource reader, DataSource writer, @Nullable DataSource shared, List<? extends AutoCloseable> owned,
		@Nullable DataSource unpooled) implements AutoCloseable {

	Pools(DataSource reader, DataSource writer, @Nullable DataSource shared, List<? extends AutoCloseable> owned) {
		this(reader, writer, shared, owned, null);
	}

	static Pools shared(DataSource dataSource) {
		return new Pools(dataSource, dataSource, dataSource, List.of());
	}

	/**
	 * Tries whether there is a connection. A pool tries again and again until its time is
	 * up, also what is refused for good.
	 * @throws SQLException if there is none, unless it may only be too early
	 */
	void prove() throws SQLException {
		if (this.unpooled == null) {
			return;
		}
		try (Connection connection = this.unpooled.getConnection()) {
			connection.getAutoCommit();
		}
		catch (SQLException ex) {
			if (!isEarly(ex)) {
				throw ex;
			}
		}
	}

	// nobody listens yet, or the server is about to start or to end
	private static boolean isEarly(SQLException failure) {
		return failure.getCause() instanceof ConnectException
				|| String.valueOf(failure.getSQLState()).startsWith("57P");
	}

	@Override
	public void close() {
		for (AutoCloseable pool : this.owned) {
			try {
				pool.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException("A connection pool could not be closed", ex);
			}
		}
	}

}
