package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import io.memstate.storage.Storage;
import io.memstate.test.HookCallerTransactionContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hooks in transactions of the application, whose pool is small, under both transaction
 * managers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractHookParticipationTests {

	private static final int CONNECTIONS = 2;

	private CallerDatabase database;

	abstract CallerDatabase open(HikariConfig config, Path directory);

	abstract boolean hasSeveralWriters();

	@BeforeAll
	void openDatabase(@TempDir Path directory) {
		HikariConfig config = new HikariConfig();
		config.setMaximumPoolSize(CONNECTIONS);
		config.setConnectionTimeout(5000);
		this.database = open(config, directory);
	}

	@AfterAll
	void closeDatabase() {
		this.database.close();
	}

	private int activeConnections() {
		return this.database.dataSource().getHikariPoolMXBean().getActiveConnections();
	}

	@Nested
	class UnderJdbc extends OnDatabase {

		@Override
		protected PlatformTransactionManager transactionManager() {
			return AbstractHookParticipationTests.this.database.jdbcTransactions();
		}

	}

	@Nested
	class UnderJpa extends OnDatabase {

		@Override
		protected PlatformTransactionManager transactionManager() {
			return AbstractHookParticipationTests.this.database.jpaTransactions();
		}

		@Override
		protected boolean hasSavepoints() {
			return false;
		}

	}

	private abstract class OnDatabase extends HookCallerTransactionContractTests {

		@Override
		protected Storage createStorage() {
			return AbstractHookParticipationTests.this.database.storage();
		}

		// shared by all tests
		@Override
		protected void closeStorage(Storage storage) {
			assertThat(activeConnections()).isZero();
		}

		@Override
		protected DataSource dataSource() {
			return AbstractHookParticipationTests.this.database.dataSource();
		}

		@Override
		protected boolean hasSeveralWriters() {
			return AbstractHookParticipationTests.this.hasSeveralWriters();
		}

		@Override
		protected List<Connection> theRest() {
			List<Connection> rest = new ArrayList<>();
			try {
				while (activeConnections() < CONNECTIONS) {
					rest.add(dataSource().getConnection());
				}
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
			return rest;
		}

	}

}
