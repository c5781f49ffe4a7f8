package io.memstate.storage.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicLong;

import redis.embedded.RedisServer;

/**
 * The Redis server of the tests: one that is started for them, or the one that the system
 * property {@code memstate.test.redis.uri} or the environment variable
 * {@code MEMSTATE_TEST_REDIS_URI} names. Tests keep apart by their key prefixes.
 */
final class TestRedis {

	private static final AtomicLong prefixes = new AtomicLong();

	private static final String uri = external("memstate.test.redis.uri", "MEMSTATE_TEST_REDIS_URI");

	private TestRedis() {
	}

	static String external(String property, String variable) {
		return System.getProperty(property, System.getenv(variable));
	}

	static String uri() {
		return (uri != null) ? uri : Server.URI;
	}

	static String newPrefix() {
		return "test-" + Long.toHexString(System.nanoTime()) + "-" + prefixes.incrementAndGet();
	}

	static RedisStorage storage() {
		RedisStorage storage = RedisStorage.open(uri()).keyPrefix(newPrefix());
		storage.initialize();
		return storage;
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static RedisServer start(int port, String... settings) {
		try {
			var builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1");
			builder.setting("save \"\"");
			for (String setting : settings) {
				builder.setting(setting);
			}
			RedisServer server = builder.build();
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static final class Server {

		static final String URI = start();

		private static String start() {
			int port = freePort();
			RedisServer server = TestRedis.start(port);
			Runtime.getRuntime().addShutdownHook(new Thread(() -> {
				try {
					server.stop();
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}));
			return "redis://127.0.0.1:" + port;
		}

	}

}
