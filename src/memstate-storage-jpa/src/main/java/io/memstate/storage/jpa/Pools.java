package io.memstate.storage.jpa;

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
 */
record Pools(DataSource reader, DataSource writer, @Nullable DataSource shared,
		List<? extends AutoCloseable> owned) implements AutoCloseable {

	static Pools shared(DataSource dataSource) {
		return new Pools(dataSource, dataSource, dataSource, List.of());
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
