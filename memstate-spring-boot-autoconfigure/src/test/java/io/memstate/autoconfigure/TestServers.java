package io.memstate.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * The servers of one run of the tests: embedded ones or, where these can't run, those
 * that {@code -Dmemstate.test.postgres.url} and {@code -Dmemstate.test.redis.uri} name,
 * or environment variables such as {@code MEMSTATE_TEST_POSTGRES_URL}.
 */
final class TestServers {

	private static final AtomicInteger NAMES = new AtomicInteger();

	private static String postgres;

	private static String redis;

	private TestServers() {
	}

	static synchronized String postgresUrl() {
		if (postgres == null) {
			postgres = external("postgres.url");
		}
		if (postgres == null) {
			try {
				postgres = EmbeddedPostgres.builder().start().getJdbcUrl("postgres", "postgres");
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		return postgres;
	}

	/**
	 * A database that nobody else uses.
	 * @return its URL
	 */
	static String newDatabase() {
		String name = newName();
		execute("create database " + name);
		return postgresUrl().replaceFirst("/[^/?]+([?]|$)", "/" + name + "$1");
	}

	static void execute(String sql) {
		try (Connection connection = DriverManager.getConnection(postgresUrl());
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static synchronized String redisUrl() {
		if (redis == null) {
			redis = external("redis.uri");
		}
		if (redis == null) {
			redis = "redis://127.0.0.1:" + startRedis().ports().get(0);
		}
		return redis;
	}

	/**
	 * A Redis server of its own, stopped with the process.
	 * @param settings lines of its configuration
	 * @return the server
	 */
	static RedisServer startRedis(String... settings) {
		try {
			RedisServerBuilder builder = RedisServer.newRedisServer().port(freePort()).bind("127.0.0.1");
			for (String setting : settings) {
				builder.setting(setting);
			}
			RedisServer server = builder.build();
			server.start();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void stop(RedisServer server) {
		try {
			server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A name that nobody else uses.
	 * @return for databases, schemas and key prefixes
	 */
	static String newName() {
		return "boot_" + Long.toString(System.nanoTime(), 36) + "_" + NAMES.incrementAndGet();
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String external(String name) {
		return System.getProperty("memstate.test." + name,
				System.getenv("MEMSTATE_TEST_" + name.toUpperCase(Locale.ROOT).replace('.', '_')));
	}

}
