package io.memstate.storage.jpa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.memstate.storage.Storage;
import io.memstate.test.ModelBasedContractTests;
import org.springframework.util.FileSystemUtils;

class SqliteModelIT extends ModelBasedContractTests {

	private Path directory;

	@Override
	protected Storage createStorage() {
		try {
			this.directory = Files.createTempDirectory("memstate-model");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return SqliteStorage.open(this.directory.resolve("memstate.db")).synchronous(SqliteStorage.Synchronous.NORMAL);
	}

	@Override
	protected void closeStorage(Storage storage) {
		storage.close();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
