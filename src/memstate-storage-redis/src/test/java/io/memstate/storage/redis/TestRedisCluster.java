package io.memstate.storage.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import redis.embedded.RedisShardedCluster;

/**
 * The Redis Cluster of the tests: three nodes that are started for them, or the one that
 * the system property {@code memstate.test.redis-cluster.uri} or the environment variable
 * {@code MEMSTATE_TEST_REDIS_CLUSTER_URI} names.
 */
final class TestRedisCluster {

	private static final String uri = TestRedis.external("memstate.test.redis-cluster.uri",
			"MEMSTATE_TEST_REDIS_CLUSTER_URI");

	private TestRedisCluster() {
	}

	static String uri() {
		return (uri != null) ? uri : Cluster.URI;
	}

	static RedisStorage storage() {
		RedisStorage storage = RedisStorage.open(uri()).keyPrefix(TestRedis.newPrefix());
		storage.initialize();
		return storage;
	}

	private static final class Cluster {

		static final String URI = start();

		private static String start() {
			try {
				RedisShardedCluster cluster = RedisShardedCluster.newRedisCluster()
					.ephemeral()
					.shard("m1", 0)
					.shard("m2", 0)
					.shard("m3", 0)
					.build();
				Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(cluster)));
				cluster.start();
				List<Integer> ports = cluster.serverPorts();
				ports.forEach(Cluster::awaitReady);
				return "redis://127.0.0.1:" + ports.get(0);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		// on a busy machine a node refuses commands for a moment after it has joined
		private static void awaitReady(int port) {
			long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
			RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				while (!connection.sync().clusterInfo().contains("cluster_state:ok")) {
					if (System.nanoTime() > deadline) {
						throw new IllegalStateException("The node on port " + port + " has not become ready");
					}
					LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
				}
			}
			finally {
				client.shutdown();
			}
		}

		private static void stop(RedisShardedCluster cluster) {
			try {
				cluster.stop();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
