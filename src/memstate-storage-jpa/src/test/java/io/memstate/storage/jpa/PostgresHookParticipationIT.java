package io.memstate.storage.jpa;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;

class PostgresHookParticipationIT extends AbstractHookParticipationTests {

	@Override
	void configure(HikariConfig config) {
		config.setDataSource(PostgresServer.dataSource());
	}

	@Override
	JpaStorage using(DataSource dataSource) {
		return PostgresStorage.using(dataSource).schema(PostgresServer.newSchema());
	}

}
