package io.memstate.storage.redis;

import org.junit.jupiter.api.AfterAll;

import io.memstate.storage.Storage;
import io.memstate.test.AllStorageContractTests;

/**
 * The whole contract on a Redis Cluster.
 */
class RedisClusterContractIT extends AllStorageContractTests {

	private static final RedisStorage storage = TestRedisCluster.storage();

	@Override
	protected Storage createStorage() {
		return storage;
	}

	@Override
	protected void closeStorage(Storage shared) {
		// the tests share it
	}

	@AfterAll
	static void close() {
		storage.close();
	}

}
