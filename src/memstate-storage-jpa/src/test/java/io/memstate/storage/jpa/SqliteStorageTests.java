package io.memstate.storage.jpa;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

class SqliteStorageTests extends AbstractJpaStorageTests {

	@TempDir
	private Path directory;

	@Override
	JpaStorage open() {
		return SqliteStorage.open(this.directory.resolve("some/where/memstate.db"))
			.synchronous(SqliteStorage.Synchronous.NORMAL);
	}

}
