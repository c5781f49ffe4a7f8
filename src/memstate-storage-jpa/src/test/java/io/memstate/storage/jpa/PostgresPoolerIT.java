package io.memstate.storage.jpa;

import com.zaxxer.hikari.HikariDataSource;
import io.memstate.storage.Storage;
import io.memstate.test.CommitContractTests;
import io.memstate.test.HookContractTests;
import io.memstate.test.SingletonContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Behind a pooler that gives each transaction another connection of the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresPoolerIT {

	private final HikariDataSource pool = new HikariDataSource();

	private Storage storage;

	@BeforeAll
	void open() {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		dataSource.setPrepareThreshold(0);
		this.pool.setDataSource(dataSource);
		this.storage = PostgresStorage.using(new ForgetfulDataSource(this.pool)).schema(PostgresServer.newSchema());
		this.storage.initialize();
	}

	@AfterAll
	void close() {
		this.storage.close();
		this.pool.close();
	}

	@Nested
	class Commits extends CommitContractTests {

		@Override
		protected Storage createStorage() {
			return PostgresPoolerIT.this.storage;
		}

		@Override
		protected void closeStorage(Storage storage) {
			// shared by all tests
		}

	}

	@Nested
	class Singletons extends SingletonContractTests {

		@Override
		protected Storage createStorage() {
			return PostgresPoolerIT.this.storage;
		}

		@Override
		protected void closeStorage(Storage storage) {
			// shared by all tests
		}

	}

	@Nested
	class Hooks extends HookContractTests {

		@Override
		protected Storage createStorage() {
			return PostgresPoolerIT.this.storage;
		}

		@Override
		protected void closeStorage(Storage storage) {
			// shared by all tests
		}

	}

}
