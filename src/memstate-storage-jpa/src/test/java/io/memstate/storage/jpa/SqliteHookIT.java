package io.memstate.storage.jpa;

import java.nio.file.Path;

import io.memstate.storage.Storage;
import io.memstate.test.HookSafetyContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SqliteHookIT extends HookSafetyContractTests {

	private static Storage shared;

	@BeforeAll
	static void open(@TempDir Path directory) {
		shared = SqliteStorage.open(directory.resolve("memstate.db")).synchronous(SqliteStorage.Synchronous.NORMAL);
		shared.initialize();
	}

	@AfterAll
	static void close() {
		shared.close();
	}

	@Override
	protected Storage createStorage() {
		return shared;
	}

	@Override
	protected void closeStorage(Storage storage) {
		// shared by all tests
	}

}
