package io.memstate.storage.redis;

import io.memstate.storage.Storage;
import io.memstate.test.ModelBasedContractTests;

class RedisModelIT extends ModelBasedContractTests {

	@Override
	protected Storage createStorage() {
		return TestRedis.storage();
	}

}
