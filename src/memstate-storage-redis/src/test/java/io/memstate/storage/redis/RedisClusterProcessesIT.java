package io.memstate.storage.redis;

import io.memstate.test.ProcessContractTests;
import io.memstate.test.StorageOpener;

class RedisClusterProcessesIT extends ProcessContractTests {

	@Override
	protected Class<? extends StorageOpener> opener() {
		return RedisOpener.class;
	}

	@Override
	protected String location() {
		return TestRedisCluster.uri() + " " + TestRedis.newPrefix();
	}

	@Override
	protected void assertStored(String location, String namespace, String occasion) {
		String[] parts = location.split(" ");
		StoredKeys.assertWhole(parts[0], parts[1], namespace, occasion);
	}

}
