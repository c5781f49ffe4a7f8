package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SqliteParticipationIT extends AbstractParticipationTests {

	@TempDir
	private static Path directory;

	@Override
	HikariDataSource pool(int size) {
		return pool("jdbc:sqlite:" + directory.resolve("app.db")
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=2000&synchronous=NORMAL", size);
	}

	private static HikariDataSource pool(String url, int size) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setMaximumPoolSize(size);
		config.setConnectionTimeout(2000);
		return new HikariDataSource(config);
	}

	@Override
	JpaStorage using(DataSource dataSource) {
		return SqliteStorage.using(dataSource);
	}

	@Override
	Map<String, Object> hibernate() {
		return Map.of("hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect");
	}

	@Test
	void refusesDeferredTransactions() {
		try (HikariDataSource deferred = pool("jdbc:sqlite:" + directory.resolve("other.db"), 1);
				JpaStorage storage = SqliteStorage.using(deferred)) {
			assertThatExceptionOfType(StorageException.class).isThrownBy(storage::initialize)
				.withMessageContaining("transaction_mode=IMMEDIATE");
		}
	}

	@Test
	void worksInMemoryOnOneConnection() {
		try (HikariDataSource memory = pool("jdbc:sqlite::memory:?transaction_mode=IMMEDIATE", 1);
				JpaStorage storage = SqliteStorage.using(memory)) {
			storage.initialize();
			Facts.put(storage, Facts.fact("a", "{}"));
			Facts.put(storage, Facts.fact("b", "{}"));
			try (var stream = storage.stream(Facts.query())) {
				stream.forEach((state) -> Facts.put(storage, Facts.fact(state.id(), "t", null, 2, "{}")));
			}
			assertThat(storage.facts("n", java.util.List.of("a")).get("a").version()).isEqualTo(2);
		}
	}

}
