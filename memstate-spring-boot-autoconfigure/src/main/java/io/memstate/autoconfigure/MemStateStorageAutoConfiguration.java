package io.memstate.autoconfigure;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

/**
 * Auto-configuration of the {@link Storage} that facts and their log live in. It is
 * chosen by {@code memstate.backend} and by what the application has, and touches neither
 * its data sources nor its connection factories.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
		"org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration",
		"org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration",
		"org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration",
		"org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
		"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
		"org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
		"org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration" })
@ConditionalOnMissingBean({ Storage.class, MemoryStore.class })
@EnableConfigurationProperties(MemStateProperties.class)
public final class MemStateStorageAutoConfiguration {

	private static final Log logger = LogFactory.getLog(MemStateStorageAutoConfiguration.class);

	// The names of the parameters match no bean, for a bean of that name would be chosen
	// among several.
	@Bean
	StorageChoice memstateStorageChoice(MemStateProperties properties, Environment environment,
			@MemStateDataSource ObjectProvider<DataSource> memstateQualifiedDataSource,
			ObjectProvider<DataSource> memstateDataSourceCandidate, ObjectProvider<RedisConnections> redis,
			ConfigurableListableBeanFactory beanFactory) {
		ConnectionBeans<DataSource> dataSources = new ConnectionBeans<>(DataSource.class, MemStateDataSource.class,
				memstateQualifiedDataSource, memstateDataSourceCandidate, beanFactory);
		return new StorageSelector(properties, environment, dataSources, redis.getIfAvailable(),
				beanFactory.getBeanClassLoader())
			.select();
	}

	@Bean(destroyMethod = "close")
	Storage memstateStorage(StorageChoice choice) {
		Storage storage = open(choice);
		String location = (choice.location() != null) ? " (" + choice.location() + ")" : "";
		logger.info("MemState keeps its facts in " + storage.description() + location + ", chosen because "
				+ choice.reason());
		return storage;
	}

	@Bean
	StorageInitializer memstateStorageInitializer(Storage storage, StorageChoice choice,
			MemStateProperties properties) {
		return new StorageInitializer(storage, choice, properties.getJdbc().getInitializeSchema());
	}

	private static Storage open(StorageChoice choice) {
		try {
			return choice.opener().get();
		}
		catch (MemStateStartException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new MemStateStartException("MemState could not open its storage, chosen because " + choice.reason()
					+ ": " + ex.getMessage() + ".", StorageFailure.of(ex).action(choice.settings()), ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	static class RedisConnectionsConfiguration {

		@Bean
		RedisConnections memstateRedisConnections(
				@MemStateRedisConnectionFactory ObjectProvider<RedisConnectionFactory> memstateQualifiedFactory,
				ObjectProvider<RedisConnectionFactory> memstateFactoryCandidate,
				ConfigurableListableBeanFactory beanFactory) {
			return new RedisConnections(
					new ConnectionBeans<>(RedisConnectionFactory.class, MemStateRedisConnectionFactory.class,
							memstateQualifiedFactory, memstateFactoryCandidate, beanFactory));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DatabaseInitializationDependencyConfigurer.class)
	@Import(DatabaseInitializationDependencyConfigurer.class)
	static class InitializationOrderConfiguration {

	}

}
