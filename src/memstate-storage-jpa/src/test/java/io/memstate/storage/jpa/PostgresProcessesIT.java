package io.memstate.storage.jpa;

import io.memstate.test.ProcessContractTests;
import io.memstate.test.StorageOpener;

class PostgresProcessesIT extends ProcessContractTests {

	@Override
	protected Class<? extends StorageOpener> opener() {
		return JpaOpener.class;
	}

	@Override
	protected String location() {
		return PostgresServer.url() + " " + PostgresServer.newSchema();
	}

	@Override
	protected void assertStored(String location, String namespace, String occasion) throws Exception {
		StoredTables.read(PostgresServer.dataSource(), location.split(" ")[1] + ".", namespace).assertWhole(occasion);
		StoredTables.assertIntact(PostgresServer.dataSource(), location.split(" ")[1] + ".", occasion);
	}

}
