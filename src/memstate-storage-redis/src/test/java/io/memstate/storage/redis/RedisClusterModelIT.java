package io.memstate.storage.redis;

import io.memstate.storage.Storage;
import io.memstate.test.ModelBasedContractTests;

class RedisClusterModelIT extends ModelBasedContractTests {

	@Override
	protected Storage createStorage() {
		return TestRedisCluster.storage();
	}

}
