package io.memstate.storage.jpa;

import io.memstate.storage.Storage;
import io.memstate.test.HookSafetyContractTests;

class PostgresHookIT extends HookSafetyContractTests {

	@Override
	protected Storage createStorage() {
		Storage storage = PostgresStorage.using(PostgresServer.dataSource()).schema(PostgresServer.newSchema());
		storage.initialize();
		return storage;
	}

}
