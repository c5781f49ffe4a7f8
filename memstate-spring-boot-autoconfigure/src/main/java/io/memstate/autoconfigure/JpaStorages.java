package io.memstate.autoconfigure;

import java.nio.file.Path;
import java.util.Objects;

import javax.sql.DataSource;

import io.memstate.autoconfigure.MemStateProperties.Jdbc;
import io.memstate.autoconfigure.MemStateProperties.Jdbc.InitializeSchema;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;
import io.memstate.storage.jpa.SqliteStorage;

/**
 * Opens SQLite and PostgreSQL. Apart from the selector, for their module may not be
 * there.
 */
final class JpaStorages {

	private JpaStorages() {
	}

	static Storage sqlite(MemStateProperties properties) {
		return configure(SqliteStorage.open(Path.of(properties.getSqlite().getPath())), properties);
	}

	static Storage sqlite(DataSource dataSource, MemStateProperties properties) {
		return configure(SqliteStorage.using(dataSource), properties);
	}

	static Storage postgres(MemStateProperties properties) {
		MemStateProperties.Postgres postgres = properties.getPostgres();
		return configure(PostgresStorage.open(Objects.requireNonNull(postgres.getUrl(), "url"), postgres.getUsername(),
				postgres.getPassword()), properties);
	}

	static Storage postgres(DataSource dataSource, MemStateProperties properties) {
		return configure(PostgresStorage.using(dataSource), properties);
	}

	private static SqliteStorage configure(SqliteStorage storage, MemStateProperties properties) {
		Jdbc jdbc = properties.getJdbc();
		return storage.tablePrefix(jdbc.getTablePrefix())
			.connectionTimeout(jdbc.getConnectionTimeout())
			.synchronous(SqliteStorage.Synchronous.valueOf(properties.getSqlite().getSynchronous().name()))
			.initializeSchema(jdbc.getInitializeSchema() != InitializeSchema.NEVER);
	}

	private static PostgresStorage configure(PostgresStorage storage, MemStateProperties properties) {
		Jdbc jdbc = properties.getJdbc();
		return storage.schema(jdbc.getSchema())
			.tablePrefix(jdbc.getTablePrefix())
			.connectionTimeout(jdbc.getConnectionTimeout())
			.statementTimeout(jdbc.getStatementTimeout())
			.poolSize(properties.getPostgres().getPoolSize())
			.initializeSchema(jdbc.getInitializeSchema() == InitializeSchema.ALWAYS);
	}

}
