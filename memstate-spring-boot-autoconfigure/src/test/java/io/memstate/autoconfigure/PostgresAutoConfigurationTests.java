package io.memstate.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.memstate.Draft;
import io.memstate.FactChange;
import io.memstate.FactQuery;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class PostgresAutoConfigurationTests {

	private String url;

	private ApplicationContextRunner alone;

	private ApplicationContextRunner application;

	@BeforeEach
	void prepare() {
		this.url = TestServers.newDatabase();
		this.alone = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class))
			.withPropertyValues("memstate.maintenance.enabled=false", "memstate.jdbc.connection-timeout=1s");
		this.application = this.alone
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					JdbcTemplateAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
					FlywayAutoConfiguration.class, LiquibaseAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=" + this.url, "spring.flyway.enabled=false",
					"spring.liquibase.enabled=false", "spring.datasource.hikari.connection-timeout=2000");
	}

	@Test
	void connectionOfItsOwn(CapturedOutput output) {
		this.alone.withPropertyValues("memstate.postgres.url=" + this.url, "memstate.jdbc.initialize-schema=always")
			.run((context) -> {
				assertWorks(context);
				assertThat(context).doesNotHaveBean(DataSource.class);
				assertThat(output).contains("MemState keeps its facts in PostgreSQL at ")
					.contains("chosen because memstate.postgres.url is set");
			});
	}

	@Test
	void dataSourceOfTheApplication() {
		this.application.withPropertyValues("memstate.jdbc.initialize-schema=always").run((context) -> {
			assertWorks(context);
			assertThat(context.getBean(JdbcTemplate.class)
				.queryForObject("select count(*) from memstate_fact", Long.class)).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.zaxxer.hikari.HikariDataSource", "org.apache.tomcat.jdbc.pool.DataSource" })
	void hooksDoNotWaitForAPoolThatIsExhausted(String pool) {
		List<FactChange> told = new ArrayList<>();
		this.application.withConfiguration(AutoConfigurations.of(DataSourceTransactionManagerAutoConfiguration.class))
			.withPropertyValues("memstate.jdbc.initialize-schema=always", "spring.datasource.type=" + pool,
					"spring.datasource.hikari.maximum-pool-size=1", "spring.datasource.tomcat.max-active=1",
					"spring.datasource.tomcat.max-wait=2000")
			.withBean(MemoryHook.class, () -> new Listener(told))
			.run((context) -> {
				MemoryStore memory = context.getBean(MemoryStore.class);
				new TransactionTemplate(context.getBean(PlatformTransactionManager.class)).executeWithoutResult(
						(transaction) -> memory.commit(Draft.of("note", Map.of("text", "x")).id("n")));
				assertThat(told).extracting(FactChange::factId).containsExactly("n");
				assertThat(memory.get("n")).isPresent();
			});
	}

	@Test
	void schemaAndTablePrefix() {
		this.application
			.withPropertyValues("memstate.jdbc.initialize-schema=always", "memstate.jdbc.schema=agents",
					"memstate.jdbc.table-prefix=memo_")
			.run((context) -> {
				assertWorks(context);
				assertThat(context.getBean(JdbcTemplate.class)
					.queryForObject("select count(*) from agents.memo_fact", Long.class)).isEqualTo(1);
			});
	}

	@Test
	void connectionDetailsOfBootAreHonoured() {
		this.application
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/nobody",
					"memstate.jdbc.initialize-schema=always")
			.withBean(JdbcConnectionDetails.class, () -> new Details(this.url))
			.run(PostgresAutoConfigurationTests::assertWorks);
	}

	@Test
	void qualifiedDataSourceLeavesTheOtherAlone() {
		String other = TestServers.newDatabase();
		this.application.withPropertyValues("memstate.jdbc.initialize-schema=always", "test.memories.url=" + other)
			.withUserConfiguration(MemoriesConfiguration.class)
			.run((context) -> {
				assertWorks(context);
				assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class);
				assertThat(context.getBean(JdbcTemplate.class)
					.queryForObject("select count(*) from information_schema.tables where table_name = 'memstate_fact'",
							Long.class))
					.isZero();
			});
	}

	@Test
	void flywayMakesTheTables() {
		this.application
			.withPropertyValues("spring.flyway.enabled=true",
					"spring.flyway.locations=classpath:guest/flyway,classpath:memstate/migration/postgresql")
			.run(PostgresAutoConfigurationTests::assertWorks);
	}

	@Test
	void liquibaseMakesTheTables() {
		this.application
			.withPropertyValues("spring.liquibase.enabled=true",
					"spring.liquibase.change-log=classpath:guest/liquibase/memstate-postgresql.yaml")
			.run(PostgresAutoConfigurationTests::assertWorks);
	}

	@Test
	void missingTablesStopTheStartByDefault() {
		this.application.run(StartFailures.refused("the tables of MemState are missing",
				"memstate.jdbc.initialize-schema=always", "classpath:memstate/migration"));
	}

	@Test
	void missingTablesStopTheStartWithNever() {
		this.application.withPropertyValues("memstate.jdbc.initialize-schema=never")
			.run(StartFailures.refused("the tables of MemState are missing", "memstate.jdbc.initialize-schema=always"));
	}

	@Test
	void serverThatIsDownStopsTheStart() {
		this.application
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:" + TestServers.freePort() + "/app",
					"spring.jpa.database-platform=org.hibernate.dialect.PostgreSQLDialect",
					"memstate.jdbc.initialize-schema=always")
			.run(StartFailures.refused("the server can't be reached", "the DataSource 'dataSource'",
					"memstate.jdbc.initialize-schema=never"));
	}

	@Test
	void serverThatIsDownDoesNotMatterWithNever(CapturedOutput output) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:" + TestServers.freePort() + "/app",
					"spring.datasource.hikari.connection-timeout=500", "memstate.jdbc.initialize-schema=never")
			.run((context) -> {
				assertThat(context).hasSingleBean(MemoryStore.class);
				assertThat(output).contains("MemState starts without ");
				assertThatExceptionOfType(StorageException.class)
					.isThrownBy(() -> context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of())));
			});
	}

	@Test
	void ownServerThatIsDownDoesNotMatterWithNever() {
		this.alone
			.withPropertyValues("memstate.postgres.url=jdbc:postgresql://127.0.0.1:" + TestServers.freePort() + "/app",
					"memstate.jdbc.initialize-schema=never")
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class));
	}

	@Test
	void wrongCredentials() {
		this.alone
			.withPropertyValues("memstate.postgres.url=" + this.url.replaceFirst("[?].*", ""),
					"memstate.postgres.username=nobody", "memstate.postgres.password=secret",
					"memstate.jdbc.initialize-schema=always")
			.run((context) -> {
				StartFailures.refused("the server refused the credentials", "memstate.postgres.username")
					.accept(context);
				assertThat(StartFailures.of(context.getStartupFailure()).getMessage()).doesNotContain("secret");
			});
	}

	@Test
	void databaseThatIsNotThere() {
		this.alone
			.withPropertyValues("memstate.postgres.url=" + this.url.replaceFirst("/[^/?]+([?]|$)", "/missing$1"),
					"memstate.jdbc.initialize-schema=always")
			.run(StartFailures.refused("the server has no such database: FATAL: database \"missing\" does not exist",
					"Create the database, or correct its name in memstate.postgres.url"));
	}

	private static void assertWorks(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed().getBean(Storage.class).isInstanceOf(PostgresStorage.class);
		MemoryStore store = context.getBean(MemoryStore.class);
		store.commit(Draft.of("note", Map.of("text", "hello")));
		assertThat(store.count(FactQuery.all())).isEqualTo(1);
	}

	record Details(String url) implements JdbcConnectionDetails {

		@Override
		public String getUsername() {
			return "postgres";
		}

		@Override
		public String getPassword() {
			return "postgres";
		}

		@Override
		public String getJdbcUrl() {
			return this.url;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MemoriesConfiguration {

		@Bean(defaultCandidate = false)
		@MemStateDataSource
		HikariDataSource memories(Environment environment) {
			HikariDataSource memories = new HikariDataSource();
			memories.setJdbcUrl(environment.getRequiredProperty("test.memories.url"));
			return memories;
		}

	}

	private record Listener(List<FactChange> told) implements MemoryHook {

		@Override
		public String name() {
			return "listener";
		}

		@Override
		public void apply(List<FactChange> changes) {
			this.told.addAll(changes);
		}

	}

}
