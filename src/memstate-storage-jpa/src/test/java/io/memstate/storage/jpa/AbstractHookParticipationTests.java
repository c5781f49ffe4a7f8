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
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hooks in transactions of the application, whose pool is small. The tests of a class
 * share the database; each transaction manager has a class of its own, as reports count
 * tests of the same name in one class once.
 */
abstract class AbstractHookParticipationTests extends HookCallerTransactionContractTests {

	private static final int CONNECTIONS = 2;

	private static Path directory;

	private static CallerDatabase database;

	@BeforeAll
	static void makeDirectory(@TempDir Path made) {
		directory = made;
	}

	@AfterAll
	static void closeDatabase() {
		if (database != null) {
			database.close();
			database = null;
		}
	}

	abstract CallerDatabase open(HikariConfig config, Path directory);

	/** Whether the transactions are those of JPA, or else of JDBC. */
	boolean underJpa() {
		return false;
	}

	@Override
	protected Storage createStorage() {
		if (database == null) {
			HikariConfig config = new HikariConfig();
			config.setMaximumPoolSize(CONNECTIONS);
			config.setConnectionTimeout(5000);
			database = open(config, directory);
		}
		return database.storage();
	}

	// shared by all tests
	@Override
	protected void closeStorage(Storage storage) {
		assertThat(activeConnections()).isZero();
	}

	private static int activeConnections() {
		return database.dataSource().getHikariPoolMXBean().getActiveConnections();
	}

	@Override
	protected DataSource dataSource() {
		return database.dataSource();
	}

	@Override
	protected PlatformTransactionManager transactionManager() {
		return underJpa() ? database.jpaTransactions() : database.jdbcTransactions();
	}

	@Override
	protected boolean hasSavepoints() {
		return !underJpa();
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
