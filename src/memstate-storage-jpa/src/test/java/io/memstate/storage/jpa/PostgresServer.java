package io.memstate.storage.jpa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server for the tests of one run: an embedded one or, where it can't run,
 * the one that {@code -Dmemstate.test.postgres.url} (or the environment variable
 * {@code MEMSTATE_TEST_POSTGRES_URL}) names, user and password included.
 */
final class PostgresServer {

	private static final AtomicInteger SCHEMAS = new AtomicInteger();

	private static String url;

	private PostgresServer() {
	}

	static synchronized String url() {
		if (url == null) {
			url = System.getProperty("memstate.test.postgres.url", System.getenv("MEMSTATE_TEST_POSTGRES_URL"));
		}
		if (url == null) {
			url = start().getJdbcUrl("postgres", "postgres");
		}
		return url;
	}

	private static EmbeddedPostgres start() {
		try {
			EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
			// killed processes lose nothing without it, only a machine that fails
			String fsync = Boolean.getBoolean("memstate.test.fsync") ? "on" : "off";
			Map.of("fsync", fsync, "synchronous_commit", "on", "max_connections", "200")
				.forEach(builder::setServerConfig);
			return builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static PGSimpleDataSource dataSource() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(url());
		return dataSource;
	}

	/**
	 * A schema that nobody else uses.
	 * @return its name
	 */
	static String newSchema() {
		return "s" + Long.toString(System.nanoTime(), 36) + "_" + SCHEMAS.incrementAndGet();
	}

}
