package io.memstate.storage.jpa;

class PostgresStorageIT extends AbstractJpaStorageTests {

	@Override
	JpaStorage open() {
		return PostgresStorage.open(PostgresServer.url(), null, null)
			.schema(PostgresServer.newSchema())
			.tablePrefix("mem_")
			.poolSize(8);
	}

}
