package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;

class PostgresHookParticipationIT extends AbstractHookParticipationTests {

	@Override
	CallerDatabase open(HikariConfig config, Path directory) {
		config.setDataSource(PostgresServer.dataSource());
		String schema = PostgresServer.newSchema();
		return new CallerDatabase(config, (dataSource) -> PostgresStorage.using(dataSource).schema(schema), Map.of());
	}

}
