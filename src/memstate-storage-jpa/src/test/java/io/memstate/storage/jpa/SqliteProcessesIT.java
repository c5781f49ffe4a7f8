package io.memstate.storage.jpa;

import java.nio.file.Path;

import io.memstate.test.ProcessContractTests;
import io.memstate.test.StorageOpener;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class SqliteProcessesIT extends ProcessContractTests {

	@TempDir
	Path directory;

	@Override
	protected Class<? extends StorageOpener> opener() {
		return JpaOpener.class;
	}

	@Override
	protected String location() {
		return this.directory.resolve("memory.db").toString();
	}

	@Override
	protected void assertStored(String location, String namespace, String occasion) throws Exception {
		SQLiteDataSource dataSource = new SQLiteDataSource();
		dataSource.setUrl("jdbc:sqlite:" + location);
		StoredTables.read(dataSource, "", namespace).assertWhole(occasion);
		StoredTables.assertIntact(dataSource, "", occasion);
	}

}
