package io.memstate.test;

import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

class InMemoryModelTests extends ModelBasedContractTests {

	@Override
	protected Storage createStorage() {
		return new InMemoryStorage();
	}

}
