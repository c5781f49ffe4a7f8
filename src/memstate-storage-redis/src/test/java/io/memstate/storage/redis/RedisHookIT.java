package io.memstate.storage.redis;

import io.memstate.storage.Storage;
import io.memstate.test.HookSafetyContractTests;

class RedisHookIT extends HookSafetyContractTests {

	@Override
	protected Storage createStorage() {
		Storage storage = TestRedis.storage();
		storage.initialize();
		return storage;
	}

}
