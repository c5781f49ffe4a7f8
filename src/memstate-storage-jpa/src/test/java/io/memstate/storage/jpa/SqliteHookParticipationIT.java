package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;

class SqliteHookParticipationIT extends AbstractHookParticipationTests {

	@Override
	CallerDatabase open(HikariConfig config, Path directory) {
		config.setJdbcUrl("jdbc:sqlite:" + directory.resolve("app.db")
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=2000&synchronous=NORMAL&foreign_keys=true");
		return new CallerDatabase(config, SqliteStorage::using,
				Map.of("hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect"));
	}

	@Override
	protected boolean hasSeveralWriters() {
		return false;
	}

}
