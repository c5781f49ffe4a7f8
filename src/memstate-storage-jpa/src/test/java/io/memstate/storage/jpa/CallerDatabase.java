package io.memstate.storage.jpa;

import java.util.Map;
import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * What an application has: a pool, transactions of either kind on it, and a storage.
 */
final class CallerDatabase implements AutoCloseable {

	private final HikariDataSource dataSource;

	private final JpaStorage storage;

	private final LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();

	private final JpaTransactionManager jpa;

	CallerDatabase(HikariConfig config, Function<DataSource, JpaStorage> storage, Map<String, Object> hibernate) {
		this.dataSource = new HikariDataSource(config);
		this.storage = storage.apply(this.dataSource);
		this.storage.initialize();
		this.factory.setDataSource(this.dataSource);
		this.factory.setPersistenceUnitName("app");
		this.factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		this.factory.setManagedTypes(PersistenceManagedTypes.of());
		this.factory.setJpaPropertyMap(hibernate);
		this.factory.afterPropertiesSet();
		this.jpa = new JpaTransactionManager(this.factory.getObject());
		this.jpa.afterPropertiesSet();
	}

	HikariDataSource dataSource() {
		return this.dataSource;
	}

	JpaStorage storage() {
		return this.storage;
	}

	PlatformTransactionManager jpaTransactions() {
		return this.jpa;
	}

	PlatformTransactionManager jdbcTransactions() {
		return new JdbcTransactionManager(this.dataSource);
	}

	@Override
	public void close() {
		this.factory.destroy();
		this.storage.close();
		this.dataSource.close();
	}

}
