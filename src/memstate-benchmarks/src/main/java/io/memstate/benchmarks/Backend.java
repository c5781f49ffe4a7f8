package io.memstate.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;
import io.memstate.storage.jpa.SqliteStorage;
import io.memstate.storage.redis.RedisStorage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import redis.embedded.RedisServer;

/**
 * A kind of storage. Its server is started for the benchmark and writes to disk before it
 * answers.
 */
enum Backend {

	/** A file. */
	SQLITE,

	/** A server of its own, with {@code fsync}. */
	POSTGRES,

	/** A server of its own, with {@code appendfsync always}. */
	REDIS;

	private static final String REDIS_SCHEME = "redis:";

	private static final String POSTGRES_SCHEME = "jdbc:postgresql:";

	static Backend named(String name) {
		return Arrays.stream(values())
			.filter((backend) -> backend.name().equalsIgnoreCase(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"There is no storage '" + name + "': use sqlite, postgres or redis"));
	}

	@Override
	public String toString() {
		return switch (this) {
			case SQLITE -> "SQLite";
			case POSTGRES -> "PostgreSQL";
			case REDIS -> "Redis";
		};
	}

	Server start() throws IOException {
		return switch (this) {
			case SQLITE -> new Server(directory().resolve("memstate.db").toString(), () -> {
			});
			case POSTGRES -> postgres();
			case REDIS -> redis();
		};
	}

	private Path directory() throws IOException {
		Path directory = Files.createTempDirectory("memstate-" + name().toLowerCase(Locale.ROOT));
		Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
		return directory;
	}

	private static void delete(Path directory) {
		try (var files = Files.walk(directory)) {
			files.sorted((left, right) -> right.compareTo(left)).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			// it is a directory for temporary files
		}
	}

	private static Server postgres() throws IOException {
		EmbeddedPostgres server = EmbeddedPostgres.builder()
			.setServerConfig("fsync", "on")
			.setServerConfig("synchronous_commit", "on")
			.setServerConfig("shared_buffers", "256MB")
			.setServerConfig("max_connections", "100")
			.start();
		return new Server(server.getJdbcUrl("postgres", "postgres"), server);
	}

	private Server redis() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		RedisServer server = RedisServer.newRedisServer()
			.port(port)
			.bind("127.0.0.1")
			.setting("dir " + directory())
			.setting("save \"\"")
			.setting("appendonly yes")
			.setting("appendfsync always")
			.build();
		server.start();
		return new Server("redis://127.0.0.1:" + port, server::stop);
	}

	/**
	 * A server that runs.
	 *
	 * @param location where, for {@link #open(String)}, in this process or another
	 * @param stop stops it
	 */
	record Server(String location, AutoCloseable stop) implements AutoCloseable {

		Storage open() {
			return Backend.open(this.location);
		}

		@Override
		public void close() throws Exception {
			this.stop.close();
		}

	}

	static Storage open(String location) {
		if (isRedis(location)) {
			return RedisStorage.open(location);
		}
		return isPostgres(location) ? PostgresStorage.open(location, null, null)
				: SqliteStorage.open(Path.of(location));
	}

	static boolean isRedis(String location) {
		return location.startsWith(REDIS_SCHEME);
	}

	static boolean isPostgres(String location) {
		return location.startsWith(POSTGRES_SCHEME);
	}

}
