package io.memstate.storage.jpa;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.storage.Storage;
import io.memstate.test.HookCallerTransactionContractTests;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Hooks in transactions that hold the only connection of the application's pool.
 */
abstract class AbstractHookParticipationTests extends HookCallerTransactionContractTests {

	private HikariDataSource dataSource;

	abstract void configure(HikariConfig config);

	abstract JpaStorage using(DataSource dataSource);

	@Override
	protected Storage createStorage() {
		HikariConfig config = new HikariConfig();
		config.setMaximumPoolSize(1);
		config.setConnectionTimeout(5000);
		configure(config);
		this.dataSource = new HikariDataSource(config);
		JpaStorage storage = using(this.dataSource);
		storage.initialize();
		return storage;
	}

	@Override
	protected void closeStorage(Storage storage) {
		storage.close();
		this.dataSource.close();
	}

	@Override
	protected DataSource dataSource() {
		return this.dataSource;
	}

	@Override
	protected PlatformTransactionManager transactionManager() {
		return new DataSourceTransactionManager(this.dataSource);
	}

}
