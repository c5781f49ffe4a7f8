package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.storage.Storage;
import io.memstate.test.HookCallerTransactionContractTests;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hooks in transactions of the application, whose pool is small.
 */
abstract class AbstractHookParticipationTests extends HookCallerTransactionContractTests {

	private static final int CONNECTIONS = 2;

	private HikariDataSource dataSource;

	private LocalContainerEntityManagerFactoryBean factory;

	private PlatformTransactionManager transactionManager;

	abstract void configure(HikariConfig config);

	abstract JpaStorage using(DataSource dataSource);

	/**
	 * The settings of Hibernate, for a {@code JpaTransactionManager}; null for one of
	 * JDBC alone.
	 */
	Map<String, Object> hibernate() {
		return null;
	}

	@Override
	protected Storage createStorage() {
		HikariConfig config = new HikariConfig();
		config.setMaximumPoolSize(CONNECTIONS);
		config.setConnectionTimeout(5000);
		configure(config);
		this.dataSource = new HikariDataSource(config);
		this.transactionManager = (hibernate() != null) ? jpa() : new JdbcTransactionManager(this.dataSource);
		JpaStorage storage = using(this.dataSource);
		storage.initialize();
		return storage;
	}

	private PlatformTransactionManager jpa() {
		this.factory = new LocalContainerEntityManagerFactoryBean();
		this.factory.setDataSource(this.dataSource);
		this.factory.setPersistenceUnitName("app");
		this.factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		this.factory.setManagedTypes(PersistenceManagedTypes.of());
		this.factory.setJpaPropertyMap(hibernate());
		this.factory.afterPropertiesSet();
		JpaTransactionManager manager = new JpaTransactionManager(this.factory.getObject());
		manager.afterPropertiesSet();
		return manager;
	}

	@Override
	protected void closeStorage(Storage storage) {
		storage.close();
		if (this.factory != null) {
			this.factory.destroy();
		}
		assertThat(this.dataSource.getHikariPoolMXBean().getActiveConnections()).isZero();
		this.dataSource.close();
	}

	@Override
	protected DataSource dataSource() {
		return this.dataSource;
	}

	@Override
	protected PlatformTransactionManager transactionManager() {
		return this.transactionManager;
	}

	@Override
	protected boolean hasSavepoints() {
		return hibernate() == null;
	}

	@Override
	protected List<Connection> theRest() {
		List<Connection> rest = new ArrayList<>();
		try {
			while (this.dataSource.getHikariPoolMXBean().getActiveConnections() < CONNECTIONS) {
				rest.add(this.dataSource.getConnection());
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return rest;
	}

}
