package io.memstate.storage.jpa;

import io.memstate.storage.Storage;
import io.memstate.test.ModelBasedContractTests;

class PostgresModelIT extends ModelBasedContractTests {

	@Override
	protected Storage createStorage() {
		return PostgresStorage.open(PostgresServer.url(), null, null).schema(PostgresServer.newSchema());
	}

}
