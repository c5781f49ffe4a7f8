package io.memstate.storage.jpa;

import java.nio.file.Path;

import javax.sql.DataSource;

import io.memstate.storage.Storage;
import io.memstate.test.CallerTransactionContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The contract in transactions of the caller, under both transaction managers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbstractCallerTransactionTests {

	private CallerDatabase database;

	abstract CallerDatabase open(Path directory);

	abstract boolean hasSeveralWriters();

	@BeforeAll
	void openDatabase(@TempDir Path directory) {
		this.database = open(directory);
	}

	@AfterAll
	void closeDatabase() {
		this.database.close();
	}

	@Nested
	class UnderJdbc extends OnDatabase {

		@Override
		protected PlatformTransactionManager transactionManager() {
			return AbstractCallerTransactionTests.this.database.jdbcTransactions();
		}

	}

	@Nested
	class UnderJpa extends OnDatabase {

		@Override
		protected PlatformTransactionManager transactionManager() {
			return AbstractCallerTransactionTests.this.database.jpaTransactions();
		}

	}

	private abstract class OnDatabase extends CallerTransactionContractTests {

		@Override
		protected DataSource dataSource() {
			return AbstractCallerTransactionTests.this.database.dataSource();
		}

		@Override
		protected Storage createStorage(DataSource dataSource) {
			return AbstractCallerTransactionTests.this.database.storage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			// shared by all tests
		}

		@Override
		protected boolean hasSeveralWriters() {
			return AbstractCallerTransactionTests.this.hasSeveralWriters();
		}

	}

}
