package io.memstate.storage.jpa;

import java.nio.file.Path;

import io.memstate.storage.Storage;
import io.memstate.test.AllStorageContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqliteContractIT extends AllStorageContractTests {

	private Storage storage;

	@BeforeAll
	void open(@TempDir Path directory) {
		this.storage = SqliteStorage.open(directory.resolve("memstate.db"))
			.synchronous(SqliteStorage.Synchronous.NORMAL);
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
