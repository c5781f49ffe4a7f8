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
		return configure(PropertyTarget
			.of("memstate.sqlite.path", () -> SqliteStorage.open(Path.of(properties.getSqlite().getPath())))
			.get(), properties);
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
		return configure(PostgresStorage.using(dataSource).hookConnections(HookConnections.beside(dataSource)),
				properties);
	}

	private static SqliteStorage configure(SqliteStorage opened, MemStateProperties properties) {
		Jdbc jdbc = properties.getJdbc();
		return PropertyTarget.of(opened)
			.set("memstate.jdbc.table-prefix", (storage) -> storage.tablePrefix(jdbc.getTablePrefix()))
			.set("memstate.jdbc.connection-timeout",
					(storage) -> storage.connectionTimeout(jdbc.getConnectionTimeout()))
			.get()
			.synchronous(SqliteStorage.Synchronous.valueOf(properties.getSqlite().getSynchronous().name()))
			.initializeSchema(jdbc.getInitializeSchema() != InitializeSchema.NEVER);
	}

	private static PostgresStorage configure(PostgresStorage opened, MemStateProperties properties) {
		Jdbc jdbc = properties.getJdbc();
		return PropertyTarget.of(opened)
			.set("memstate.jdbc.schema", (storage) -> storage.schema(jdbc.getSchema()))
			.set("memstate.jdbc.table-prefix", (storage) -> storage.tablePrefix(jdbc.getTablePrefix()))
			.set("memstate.jdbc.connection-timeout",
					(storage) -> storage.connectionTimeout(jdbc.getConnectionTimeout()))
			.set("memstate.jdbc.statement-timeout", (storage) -> storage.statementTimeout(jdbc.getStatementTimeout()))
			.set("memstate.postgres.pool-size", (storage) -> storage.poolSize(properties.getPostgres().getPoolSize()))
			.get()
			.initializeSchema(jdbc.getInitializeSchema() == InitializeSchema.ALWAYS);
	}

}
