package io.memstate.storage.jpa;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class SqlitePathIndexesIT extends AbstractPathIndexesTests {

	@TempDir
	private Path directory;

	@Override
	JpaStorage open(boolean initializeSchema) {
		return SqliteStorage.open(file()).initializeSchema(initializeSchema);
	}

	@Override
	JdbcTemplate jdbc() {
		return new JdbcTemplate(new DriverManagerDataSource("jdbc:sqlite:" + file()));
	}

	@Override
	String table(String name) {
		return "memstate_" + name;
	}

	private Path file() {
		return this.directory.resolve("memstate.db");
	}

}
