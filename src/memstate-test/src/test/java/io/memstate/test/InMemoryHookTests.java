package io.memstate.test;

import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

class InMemoryHookTests extends HookSafetyContractTests {

	@Override
	protected Storage createStorage() {
		return new InMemoryStorage();
	}

}
