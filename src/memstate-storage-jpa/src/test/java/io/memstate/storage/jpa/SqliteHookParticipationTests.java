package io.memstate.storage.jpa;

import java.nio.file.Path;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import org.junit.jupiter.api.io.TempDir;

class SqliteHookParticipationTests extends AbstractHookParticipationTests {

	@TempDir
	private Path directory;

	@Override
	void configure(HikariConfig config) {
		config.setJdbcUrl("jdbc:sqlite:" + this.directory.resolve("app.db")
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=2000&synchronous=NORMAL&foreign_keys=true");
	}

	@Override
	JpaStorage using(DataSource dataSource) {
		return SqliteStorage.using(dataSource);
	}

	@Override
	protected boolean hasSeveralWriters() {
		return false;
	}

}
