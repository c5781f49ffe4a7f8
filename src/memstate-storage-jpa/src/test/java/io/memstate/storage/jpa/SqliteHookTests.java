package io.memstate.storage.jpa;

import java.nio.file.Path;

import io.memstate.storage.Storage;
import io.memstate.test.HookSafetyContractTests;
import org.junit.jupiter.api.io.TempDir;

class SqliteHookTests extends HookSafetyContractTests {

	@TempDir
	private Path directory;

	@Override
	protected Storage createStorage() {
		Storage storage = SqliteStorage.open(this.directory.resolve("memstate.db"))
			.synchronous(SqliteStorage.Synchronous.NORMAL);
		storage.initialize();
		return storage;
	}

}
