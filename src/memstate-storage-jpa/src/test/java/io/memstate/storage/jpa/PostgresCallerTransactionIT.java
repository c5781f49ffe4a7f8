package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;

class PostgresCallerTransactionIT extends AbstractCallerTransactionTests {

	@Override
	CallerDatabase open(Path directory) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(PostgresServer.dataSource());
		String schema = PostgresServer.newSchema();
		return new CallerDatabase(config, (dataSource) -> PostgresStorage.using(dataSource).schema(schema), Map.of());
	}

	@Override
	boolean hasSeveralWriters() {
		return true;
	}

}
