package io.memstate.storage.jpa;

import io.memstate.test.CallerStorageOpener;
import io.memstate.test.HookProcessContractTests;
import io.memstate.test.StorageOpener;

class PostgresHookProcessesIT extends HookProcessContractTests {

	@Override
	protected Class<? extends StorageOpener> opener() {
		return JpaOpener.class;
	}

	@Override
	protected String location() {
		return PostgresServer.url() + " " + PostgresServer.newSchema();
	}

	@Override
	protected Class<? extends CallerStorageOpener> callerOpener() {
		return JpaCallerOpener.class;
	}

}
