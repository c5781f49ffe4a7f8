package io.memstate.storage.jpa;

import io.memstate.storage.Storage;
import io.memstate.test.AllStorageContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresContractIT extends AllStorageContractTests {

	private Storage storage;

	@BeforeAll
	void open() {
		this.storage = PostgresStorage.open(PostgresServer.url(), null, null).schema(PostgresServer.newSchema());
		this.storage.initialize();
	}

	@AfterAll
	void close() {
		this.storage.close();
	}

	@Override
	protected Storage createStorage() {
		return this.storage;
	}

	@Override
	protected void closeStorage(Storage storage) {
		// shared by all tests
	}

}
