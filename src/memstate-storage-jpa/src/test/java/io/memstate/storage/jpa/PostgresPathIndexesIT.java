package io.memstate.storage.jpa;

import org.springframework.jdbc.core.JdbcTemplate;

class PostgresPathIndexesIT extends AbstractPathIndexesTests {

	private final String schema = PostgresServer.newSchema();

	@Override
	JpaStorage open(boolean initializeSchema) {
		return PostgresStorage.using(PostgresServer.dataSource())
			.schema(this.schema)
			.tablePrefix("Mem_")
			.initializeSchema(initializeSchema);
	}

	@Override
	JdbcTemplate jdbc() {
		return new JdbcTemplate(PostgresServer.dataSource());
	}

	@Override
	String table(String name) {
		return this.schema + ".Mem_" + name;
	}

}
