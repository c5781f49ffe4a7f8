package io.memstate.storage.jpa;

import com.zaxxer.hikari.HikariDataSource;
import io.memstate.storage.Storage;
import io.memstate.test.ConcurrencyContractTests;
import io.memstate.test.HookSafetyContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * On a pool whose transactions are serialisable, unless they ask for less.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresSerializableIT {

	private final HikariDataSource pool = new HikariDataSource();

	private Storage storage;

	@BeforeAll
	void open() {
		this.pool.setDataSource(PostgresServer.dataSource());
		this.pool.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
		this.storage = PostgresStorage.using(this.pool).schema(PostgresServer.newSchema());
		this.storage.initialize();
	}

	@AfterAll
	void close() {
		this.storage.close();
		this.pool.close();
	}

	@Nested
	class Concurrency extends ConcurrencyContractTests {

		@Override
		protected Storage createStorage() {
			return PostgresSerializableIT.this.storage;
		}

		@Override
		protected void closeStorage(Storage storage) {
			// shared by all tests
		}

	}

	@Nested
	class Hooks extends HookSafetyContractTests {

		@Override
		protected Storage createStorage() {
			return PostgresSerializableIT.this.storage;
		}

		@Override
		protected void closeStorage(Storage storage) {
			// shared by all tests
		}

	}

}
