package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;

class SqliteCallerTransactionIT extends AbstractCallerTransactionTests {

	@Override
	CallerDatabase open(Path directory) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:sqlite:" + directory.resolve("app.db")
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=2000&synchronous=NORMAL");
		return new CallerDatabase(config, SqliteStorage::using,
				Map.of("hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect"));
	}

	@Override
	boolean hasSeveralWriters() {
		return false;
	}

}
