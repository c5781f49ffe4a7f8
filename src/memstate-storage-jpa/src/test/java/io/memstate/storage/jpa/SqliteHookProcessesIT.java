package io.memstate.storage.jpa;

import java.nio.file.Path;

import io.memstate.test.CallerStorageOpener;
import io.memstate.test.HookProcessContractTests;
import io.memstate.test.StorageOpener;
import org.junit.jupiter.api.io.TempDir;

class SqliteHookProcessesIT extends HookProcessContractTests {

	@TempDir
	private Path directory;

	@Override
	protected Class<? extends StorageOpener> opener() {
		return JpaOpener.class;
	}

	@Override
	protected String location() {
		return this.directory.resolve("memstate.db").toString();
	}

	@Override
	protected Class<? extends CallerStorageOpener> callerOpener() {
		return JpaCallerOpener.class;
	}

}
