package io.memstate.storage.jpa;

import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

class PostgresParticipationIT extends AbstractParticipationTests {

	private static final String schema = PostgresServer.newSchema();

	@Override
	HikariDataSource pool(int size) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(PostgresServer.dataSource());
		config.setMaximumPoolSize(size);
		config.setConnectionTimeout(5000);
		return new HikariDataSource(config);
	}

	@Override
	JpaStorage using(DataSource dataSource) {
		return PostgresStorage.using(dataSource).schema(schema);
	}

	@Override
	Map<String, Object> hibernate() {
		return Map.of();
	}

}
