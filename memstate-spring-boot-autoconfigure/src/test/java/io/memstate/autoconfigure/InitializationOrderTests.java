package io.memstate.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import io.memstate.Draft;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.autoconfigure.guest.GuestApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables are made after Flyway, Liquibase and scripts, and before whatever waits for
 * the database.
 */
class InitializationOrderTests {

	private static final String INITIALIZER = "memstateStorageInitializer";

	@TempDir
	private Path directory;

	private ApplicationContextRunner runner;

	@BeforeEach
	void prepare() {
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					DataSourceInitializationAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
					FlywayAutoConfiguration.class, LiquibaseAutoConfiguration.class,
					HibernateJpaAutoConfiguration.class, MemStateStorageAutoConfiguration.class,
					MemStateAutoConfiguration.class))
			.withUserConfiguration(GuestApplication.class)
			.withPropertyValues(
					"spring.datasource.url=jdbc:sqlite:" + this.directory.resolve("app.db")
							+ "?journal_mode=WAL&busy_timeout=30000&transaction_mode=IMMEDIATE",
					"spring.flyway.enabled=false", "spring.liquibase.enabled=false",
					"spring.jpa.hibernate.ddl-auto=none", "memstate.maintenance.enabled=false");
	}

	@Test
	void comesAfterFlyway() {
		this.runner.withPropertyValues("spring.flyway.enabled=true", "spring.flyway.locations=classpath:guest/flyway")
			.run((context) -> {
				assertThat(dependencies(context, INITIALIZER)).contains("flywayInitializer");
				assertThat(dependencies(context, "memstateMemoryStore")).contains(INITIALIZER, "flywayInitializer");
				assertWorks(context);
			});
	}

	@Test
	void comesAfterLiquibase() {
		this.runner
			.withPropertyValues("spring.liquibase.enabled=true",
					"spring.liquibase.change-log=classpath:guest/liquibase/changelog.yaml")
			.run((context) -> {
				assertThat(dependencies(context, INITIALIZER)).contains("liquibase");
				assertWorks(context);
			});
	}

	@Test
	void comesAfterTheScriptsOfTheApplication() {
		this.runner
			.withPropertyValues("spring.sql.init.mode=always",
					"spring.sql.init.schema-locations=classpath:guest/flyway/V1__guest.sql")
			.run((context) -> {
				assertThat(dependencies(context, INITIALIZER)).contains("dataSourceScriptDatabaseInitializer");
				assertWorks(context);
			});
	}

	@Test
	void comesBeforeWhatWaitsForTheDatabase() {
		this.runner.run((context) -> {
			assertThat(dependencies(context, "jdbcTemplate")).contains(INITIALIZER);
			assertThat(dependencies(context, "entityManagerFactory")).contains(INITIALIZER);
			assertWorks(context);
		});
	}

	@Test
	void comesAfterJpaWhereThatMakesTheTables() {
		this.runner.withPropertyValues("spring.jpa.defer-datasource-initialization=true").run((context) -> {
			assertThat(dependencies(context, INITIALIZER)).contains("entityManagerFactory");
			assertWorks(context);
		});
	}

	@Test
	void flywayCanMakeTheTables() {
		this.runner
			.withPropertyValues("memstate.jdbc.initialize-schema=never", "spring.flyway.enabled=true",
					"spring.flyway.locations=classpath:guest/flyway,classpath:memstate/migration/sqlite")
			.run(InitializationOrderTests::assertWorks);
	}

	@Test
	void liquibaseCanMakeTheTables() {
		this.runner
			.withPropertyValues("memstate.jdbc.initialize-schema=never", "spring.liquibase.enabled=true",
					"spring.liquibase.change-log=classpath:guest/liquibase/memstate.yaml")
			.run(InitializationOrderTests::assertWorks);
	}

	@Test
	void scriptsCanMakeTheTables() {
		this.runner
			.withPropertyValues("memstate.jdbc.initialize-schema=never", "spring.sql.init.mode=always",
					"spring.sql.init.schema-locations=classpath:memstate/migration/sqlite/*.sql")
			.run(InitializationOrderTests::assertWorks);
	}

	@Test
	void missingTablesStopTheStart() {
		this.runner.withPropertyValues("memstate.jdbc.initialize-schema=never")
			.run(StartFailures.refused("the tables of MemState are missing", "memstate.jdbc.initialize-schema=always",
					"classpath:memstate/migration"));
	}

	private static void assertWorks(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		MemoryStore store = context.getBean(MemoryStore.class);
		store.commit(Draft.of("note", Map.of("text", "hello")));
		assertThat(store.count(FactQuery.all())).isEqualTo(1);
		assertThat(context.getBean(JdbcTemplate.class).queryForObject("select count(*) from memstate_fact", Long.class))
			.isEqualTo(1);
	}

	/** The beans that one depends on, directly and by way of others. */
	private static Set<String> dependencies(AssertableApplicationContext context, String name) {
		ConfigurableListableBeanFactory beanFactory = context
			.getSourceApplicationContext(ConfigurableApplicationContext.class)
			.getBeanFactory();
		Set<String> found = new LinkedHashSet<>();
		Deque<String> waiting = new ArrayDeque<>(List.of(name));
		while (!waiting.isEmpty()) {
			String[] next = beanFactory.getBeanDefinition(waiting.pop()).getDependsOn();
			for (String dependency : (next != null) ? next : new String[0]) {
				if (found.add(dependency)) {
					waiting.push(dependency);
				}
			}
		}
		return found;
	}

}
