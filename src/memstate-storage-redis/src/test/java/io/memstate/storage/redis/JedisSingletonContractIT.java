package io.memstate.storage.redis;

import io.memstate.storage.Storage;
import io.memstate.test.SingletonContractTests;

/**
 * Part of the contract with Jedis.
 */
class JedisSingletonContractIT extends SingletonContractTests {

	private final TestFactories factories = new TestFactories();

	@Override
	protected Storage createStorage() {
		return this.factories.storage(this.factories.jedis());
	}

	@Override
	protected void closeStorage(Storage storage) {
		super.closeStorage(storage);
		this.factories.close();
	}

}
