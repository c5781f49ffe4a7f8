package io.memstate.autoconfigure;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.transaction.TransactionManager;

import io.memstate.MemoryStore;
import io.memstate.autoconfigure.MemStateProperties.Backend;
import io.memstate.storage.Storage;
import io.memstate.storage.jpa.PostgresStorage;
import io.memstate.storage.jpa.SqliteStorage;
import io.memstate.storage.memory.InMemoryStorage;
import io.memstate.storage.redis.RedisStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class MemStateStorageAutoConfigurationTests {

	private static final String NOBODY = "jdbc:postgresql://127.0.0.1:1/app";

	@TempDir
	private Path directory;

	private ApplicationContextRunner runner;

	@BeforeEach
	void prepare() {
		this.runner = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class))
			.withPropertyValues("memstate.jdbc.initialize-schema=never", "memstate.maintenance.enabled=false");
	}

	/** Opens what is chosen and goes no further. */
	private ApplicationContextRunner choosing() {
		return this.runner.withInitializer(
				(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()));
	}

	private ApplicationContextRunner withFile() {
		return this.runner.withPropertyValues("memstate.jdbc.initialize-schema=embedded",
				"memstate.sqlite.path=" + file());
	}

	private Path file() {
		return this.directory.resolve("memories.db");
	}

	private static ContextConsumer<AssertableApplicationContext> chosen(Backend backend, Class<?> type, String reason) {
		return (context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(Storage.class);
			assertThat(context.getBean(Storage.class)).isInstanceOf(type);
			assertThat(context.getBean(StorageChoice.class).backend()).isEqualTo(backend);
			assertThat(context.getBean(StorageChoice.class).reason()).isEqualTo(reason);
		};
	}

	@Test
	void withNothingAtAllIsAPrivateFileAndSaysWhere(CapturedOutput output) {
		withFile().run((context) -> {
			chosen(Backend.SQLITE, SqliteStorage.class,
					"the application has no storage, DataSource or RedisConnectionFactory")
				.accept(context);
			assertThat(file()).exists();
			assertThat(output).containsOnlyOnce("MemState keeps its facts in ")
				.contains(file().toAbsolutePath() + ", chosen because the application has no storage, DataSource or "
						+ "RedisConnectionFactory");
		});
	}

	@Test
	void publishesNothingThatBootWouldBackOffFor() {
		withFile().run((context) -> assertThat(context).doesNotHaveBean(DataSource.class)
			.doesNotHaveBean(TransactionManager.class)
			.doesNotHaveBean(EntityManagerFactory.class)
			.doesNotHaveBean(RedisConnectionFactory.class)
			.doesNotHaveBean(TaskScheduler.class)
			.doesNotHaveBean(Executor.class));
	}

	@Test
	void closesTheStorageWithTheContext() {
		withFile().run((context) -> {
			Storage storage = context.getBean(Storage.class);
			context.close();
			assertThatThrownBy(() -> storage.namespaces(null, 1)).isInstanceOf(RuntimeException.class);
		});
	}

	@Test
	void backsOffForTheStorageOfTheApplication(CapturedOutput output) {
		Storage own = new InMemoryStorage();
		this.runner.withBean("own", Storage.class, () -> own)
			.withPropertyValues("memstate.backend=postgres", "memstate.postgres.url=" + NOBODY)
			.run((context) -> {
				assertThat(context).hasSingleBean(MemoryStore.class).doesNotHaveBean(StorageChoice.class);
				assertThat(context.getBean(Storage.class)).isSameAs(own);
				assertThat(output).contains("chosen because the application has a Storage bean");
			});
	}

	@Test
	void backsOffForTheMemoryStoreOfTheApplication() {
		this.runner.withBean(MemoryStore.class, () -> MemoryStore.builder(new InMemoryStorage()).build())
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class).doesNotHaveBean(Storage.class));
	}

	@Test
	void inMemory() {
		this.runner.withPropertyValues("memstate.backend=in-memory")
			.run(chosen(Backend.IN_MEMORY, InMemoryStorage.class, "memstate.backend is 'in-memory'"));
	}

	@Test
	void sqliteTouchesNeitherDataSourceNorRedis() {
		withFile().withPropertyValues("memstate.backend=sqlite")
			.withBean("a", DataSource.class, Untouchable::new)
			.withBean("b", DataSource.class, Untouchable::new)
			.withBean(RedisConnectionFactory.class, MemStateStorageAutoConfigurationTests::untouchableRedis)
			.run(chosen(Backend.SQLITE, SqliteStorage.class, "memstate.backend is 'sqlite'"));
	}

	@Test
	void sqliteIsTheDataSourceOfTheApplicationWhereThatIsSqlite() {
		this.runner.withPropertyValues("memstate.backend=sqlite", "memstate.jdbc.initialize-schema=embedded")
			.withBean("own", DataSource.class, () -> sqlite(file()))
			.run(chosen(Backend.SQLITE, SqliteStorage.class,
					"memstate.backend is 'sqlite' and there is the DataSource 'own' of the application"));
	}

	@Test
	void sqliteIsTheFileThatIsNamed() {
		Path other = this.directory.resolve("other.db");
		withFile().withPropertyValues("memstate.backend=sqlite")
			.withBean("own", DataSource.class, () -> sqlite(other))
			.run((context) -> {
				chosen(Backend.SQLITE, SqliteStorage.class, "memstate.backend is 'sqlite'").accept(context);
				assertThat(file()).exists();
				assertThat(other).doesNotExist();
			});
	}

	@Test
	void postgresByUrl() {
		choosing()
			.withPropertyValues("memstate.postgres.url=" + NOBODY, "memstate.postgres.username=me",
					"memstate.postgres.password=secret")
			.run(chosen(Backend.POSTGRES, PostgresStorage.class, "memstate.postgres.url is set"));
	}

	@Test
	void passwordsAreNotLogged(CapturedOutput output) {
		choosing()
			.withPropertyValues("memstate.postgres.url=" + NOBODY + "?password=hidden1",
					"memstate.postgres.username=me", "memstate.postgres.password=hidden2")
			.run((context) -> {
				assertThat(context.getBean(Storage.class).description()).doesNotContain("hidden");
				assertThat(output).contains("MemState keeps its facts in ").doesNotContain("hidden");
			});
	}

	@Test
	void redisByUrl() {
		choosing().withPropertyValues("memstate.redis.url=redis://127.0.0.1:1")
			.run(chosen(Backend.REDIS, RedisStorage.class, "memstate.redis.url is set"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "auto", "postgres" })
	void anUrlComesBeforeTheDataSource(String backend) {
		choosing().withPropertyValues("memstate.backend=" + backend, "memstate.postgres.url=" + NOBODY)
			.withBean(DataSource.class, Untouchable::new)
			.run(chosen(Backend.POSTGRES, PostgresStorage.class, "memstate.postgres.url is set"));
	}

	@Test
	void theQualifiedDataSourceComesBeforeThePrimaryOne() {
		choosing().withUserConfiguration(QualifiedConfiguration.class)
			.run(chosen(Backend.POSTGRES, PostgresStorage.class,
					"there is the DataSource 'memories', qualified with @MemStateDataSource, which is PostgreSQL"));
	}

	@Test
	void theQualifiedDataSourceMayBeNoCandidateForOthers() {
		choosing().withUserConfiguration(NoCandidateConfiguration.class)
			.run(chosen(Backend.POSTGRES, PostgresStorage.class,
					"there is the DataSource 'memories', qualified with @MemStateDataSource, which is PostgreSQL"));
	}

	@Test
	void theQualifiedConnectionFactoryComesBeforeTheDataSource() {
		choosing().withUserConfiguration(QualifiedRedisConfiguration.class)
			.withBean(DataSource.class, () -> postgres(NOBODY))
			.run(chosen(Backend.REDIS, RedisStorage.class,
					"there is the RedisConnectionFactory 'memories', qualified with @MemStateRedisConnectionFactory"));
	}

	@Test
	void theDataSourceComesBeforeTheConnectionFactory() {
		choosing().withBean("own", DataSource.class, () -> postgres(NOBODY))
			.withBean(RedisConnectionFactory.class, MemStateStorageAutoConfigurationTests::untouchableRedis)
			.run(chosen(Backend.POSTGRES, PostgresStorage.class,
					"there is the DataSource 'own' of the application, which is PostgreSQL"));
	}

	@Test
	void theDataSourceMayBeSqlite() {
		this.runner.withPropertyValues("memstate.jdbc.initialize-schema=embedded")
			.withBean("own", DataSource.class, () -> sqlite(file()))
			.run(chosen(Backend.SQLITE, SqliteStorage.class,
					"there is the DataSource 'own' of the application, which is SQLite"));
	}

	@Test
	void thePrimaryDataSourceOfSeveral() {
		choosing().withUserConfiguration(PrimaryConfiguration.class)
			.run(chosen(Backend.POSTGRES, PostgresStorage.class,
					"there is the DataSource 'second' of the application, which is PostgreSQL"));
	}

	@Test
	void theConnectionFactoryComesBeforeTheFile() {
		choosing().withBean("own", RedisConnectionFactory.class, () -> new LettuceConnectionFactory("127.0.0.1", 1))
			.run(chosen(Backend.REDIS, RedisStorage.class,
					"there is the RedisConnectionFactory 'own' of the application"));
	}

	@Test
	void redisPassesOverTheDataSource() {
		choosing().withPropertyValues("memstate.backend=redis")
			.withBean(DataSource.class, Untouchable::new)
			.withBean("own", RedisConnectionFactory.class, () -> new LettuceConnectionFactory("127.0.0.1", 1))
			.run(chosen(Backend.REDIS, RedisStorage.class,
					"there is the RedisConnectionFactory 'own' of the application"));
	}

	@Test
	void theProductIsReadFromTheUrlBehindPoolsAndProxies() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(NOBODY);
		pool.setMinimumIdle(0);
		pool.setInitializationFailTimeout(-1);
		pool.setConnectionTimeout(250);
		choosing().withBean("own", DataSource.class, () -> new LazyConnectionDataSourceProxy(pool))
			.run(chosen(Backend.POSTGRES, PostgresStorage.class,
					"there is the DataSource 'own' of the application, which is PostgreSQL"));
	}

	@Test
	void theProductIsAskedForWhereNoUrlTellsIt() throws Exception {
		AtomicInteger connections = new AtomicInteger();
		DataSource silent = new AbstractDataSource() {

			@Override
			public Connection getConnection() {
				connections.incrementAndGet();
				return product("PostgreSQL");
			}

			@Override
			public Connection getConnection(String username, String password) {
				throw new UnsupportedOperationException();
			}

		};
		assertThat(DatabaseProduct.ofUrl(silent)).isNull();
		assertThat(connections).hasValue(0);
		assertThat(DatabaseProduct.ofConnection(silent)).isEqualTo(DatabaseProduct.POSTGRESQL);
		assertThat(connections).hasValue(1);
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql://host/db, PostgreSQL", "jdbc:sqlite:file.db, SQLite", "jdbc:h2:mem:x, H2",
			"jdbc:mysql://host/db, MySQL", "jdbc:mariadb://host/db, MariaDB",
			"jdbc:oracle:thin:@host:1521, " + "Oracle Database", "jdbc:tc:postgresql:18:///db, ",
			"jdbc:p6spy:postgresql://host/db, ", "nonsense, ", "jdbc:x, " })
	void productByUrl(String url, String name) {
		DatabaseProduct product = DatabaseProduct.ofUrl(url);
		assertThat((product != null) ? product.name() : null).isEqualTo(name);
	}

	@Test
	void refusesSeveralDataSourcesWithoutPrimary() {
		this.runner.withBean("dataSource", DataSource.class, Untouchable::new)
			.withBean("second", DataSource.class, Untouchable::new)
			.run(StartFailures.refused(
					"several beans of type DataSource, and none of them is primary: 'dataSource', 'second'",
					"@MemStateDataSource", "@Primary", "memstate.backend"));
	}

	@Test
	void refusesSeveralQualifiedDataSources() {
		this.runner.withUserConfiguration(QualifiedConfiguration.class, MoreQualifiedConfiguration.class)
			.run(StartFailures.refused("several beans of type DataSource, qualified with @MemStateDataSource: ",
					"Qualify one of them"));
	}

	@Test
	void refusesSeveralConnectionFactoriesWithoutPrimary() {
		this.runner
			.withBean("redisConnectionFactory", RedisConnectionFactory.class,
					MemStateStorageAutoConfigurationTests::untouchableRedis)
			.withBean("second", RedisConnectionFactory.class, MemStateStorageAutoConfigurationTests::untouchableRedis)
			.run(StartFailures.refused("several beans of type RedisConnectionFactory, and none of them is primary: "
					+ "'redisConnectionFactory', 'second'", "@MemStateRedisConnectionFactory"));
	}

	@Test
	void refusesSeveralNamedConnections() {
		this.runner.withPropertyValues("memstate.postgres.url=" + NOBODY, "memstate.redis.url=redis://127.0.0.1:1")
			.run(StartFailures.refused("several storages: memstate.postgres.url is set, and memstate.redis.url is set",
					"memstate.backend"));
	}

	@Test
	void theBackendDecidesBetweenSeveralNamedConnections() {
		choosing()
			.withPropertyValues("memstate.backend=redis", "memstate.postgres.url=" + NOBODY,
					"memstate.redis.url=redis://127.0.0.1:1")
			.run(chosen(Backend.REDIS, RedisStorage.class, "memstate.redis.url is set"));
	}

	@Test
	void refusesADataSourceOfAnotherProduct() {
		this.runner.withBean("own", DataSource.class, () -> new DriverManagerDataSource("jdbc:h2:mem:app"))
			.run(StartFailures.refused("there is the DataSource 'own' of the application, which is H2",
					"'sqlite' for a private file", "memstate.postgres.url", "@MemStateDataSource"));
	}

	@Test
	void refusesADataSourceOfAnotherProductThanNamed() {
		this.runner.withPropertyValues("memstate.backend=postgres")
			.withBean("own", DataSource.class, () -> sqlite(file()))
			.run(StartFailures.refused(
					"memstate.backend is 'postgres', but the DataSource 'own' of the application is SQLite",
					"memstate.postgres.url"));
	}

	@Test
	void refusesADataSourceThatCannotBeAsked() {
		this.runner.withBean("own", DataSource.class, Unreachable::new)
			.run(StartFailures.refused("can't tell which product is the DataSource 'own' of the application",
					"memstate.backend=postgres"));
	}

	@Test
	void refusesPostgresWithoutConnection() {
		this.runner.withPropertyValues("memstate.backend=postgres")
			.run(StartFailures.refused("neither memstate.postgres.url nor a DataSource", "spring.datasource.url"));
	}

	@Test
	void refusesRedisWithoutConnection() {
		this.runner.withPropertyValues("memstate.backend=redis")
			.run(StartFailures.refused("neither memstate.redis.url nor a RedisConnectionFactory",
					"org.springframework.boot:spring-boot-starter-data-redis"));
	}

	@Test
	void refusesAUserNameWithoutUrl() {
		this.runner.withPropertyValues("memstate.postgres.username=me")
			.run(StartFailures.refused("memstate.postgres.url is not", "Set memstate.postgres.url"));
	}

	@ParameterizedTest
	@CsvSource({ "sqlite, memstate.sqlite.path, :memory:", "sqlite, memstate.jdbc.table-prefix, mem-state",
			"sqlite, memstate.jdbc.connection-timeout, 0s", "postgres, memstate.jdbc.schema, my schema",
			"postgres, memstate.jdbc.table-prefix, 1_", "postgres, memstate.jdbc.connection-timeout, 2d",
			"postgres, memstate.jdbc.statement-timeout, -1s", "postgres, memstate.postgres.pool-size, 0",
			"redis, memstate.redis.url, http://user:secret@host", "redis, memstate.redis.timeout, 0s",
			"redis, memstate.redis.key-prefix, a{b}" })
	void namesThePropertyWhoseValueIsRefused(String backend, String property, String value) {
		this.runner
			.withPropertyValues("memstate.backend=" + backend, "memstate.postgres.url=" + NOBODY,
					"memstate.redis.url=redis://127.0.0.1:1", property + "=" + value)
			.run((context) -> {
				StartFailures.refused("The value of " + property + " can't be used: '", "Correct " + property + ".")
					.accept(context);
				assertThat(StartFailures.of(context.getStartupFailure()).getMessage()).doesNotContain("secret");
			});
	}

	@Test
	void refusesAnUrlOfAnotherProduct() {
		this.runner.withPropertyValues("memstate.postgres.url=postgres://me:secret@host/db").run((context) -> {
			StartFailures.refused("memstate.postgres.url is not a JDBC URL of PostgreSQL", "jdbc:postgresql://")
				.accept(context);
			assertThat(context.getStartupFailure()).hasStackTraceContaining("JDBC URL");
			assertThat(StartFailures.of(context.getStartupFailure()).getMessage()).doesNotContain("secret");
		});
	}

	@ParameterizedTest
	@CsvSource({ "auto", "sqlite" })
	void refusesSqliteWithoutItsModule(String backend) {
		this.runner.withPropertyValues("memstate.backend=" + backend)
			.withClassLoader(new FilteredClassLoader(SqliteStorage.class))
			.run(StartFailures.refused("is not on the class path", "io.memstate:memstate-storage-jpa"));
	}

	@Test
	void refusesSqliteWithoutItsDriver() {
		this.runner.withClassLoader(new FilteredClassLoader("org.sqlite"))
			.run(StartFailures.refused("private SQLite file", "org.xerial:sqlite-jdbc"));
	}

	@Test
	void refusesPostgresWithoutItsDriver() {
		this.runner.withPropertyValues("memstate.postgres.url=" + NOBODY)
			.withClassLoader(new FilteredClassLoader("org.postgresql"))
			.run(StartFailures.refused(
					"memstate.postgres.url is set, but org.postgresql.Driver is not on the class path",
					"org.postgresql:postgresql"));
	}

	@Test
	void refusesADataSourceWithoutItsModule() {
		this.runner.withBean("own", DataSource.class, () -> postgres(NOBODY))
			.withClassLoader(new FilteredClassLoader(SqliteStorage.class))
			.run(StartFailures.refused("here is the DataSource 'own' of the application, but",
					"io.memstate:memstate-storage-jpa", "memstate.backend"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "memstate.backend=redis", "memstate.redis.url=redis://127.0.0.1:1" })
	void refusesRedisWithoutItsModule(String property) {
		this.runner.withPropertyValues(property)
			.withClassLoader(new FilteredClassLoader(RedisStorage.class))
			.run(StartFailures.refused("is not on the class path", "io.memstate:memstate-storage-redis"));
	}

	@Test
	void refusesAConnectionFactoryWithoutItsModule() {
		this.runner.withBean("own", RedisConnectionFactory.class, () -> new LettuceConnectionFactory("127.0.0.1", 1))
			.withClassLoader(new FilteredClassLoader(RedisStorage.class))
			.run(StartFailures.refused("here is the RedisConnectionFactory 'own' of the application, but",
					"io.memstate:memstate-storage-redis", "memstate.backend to 'sqlite'"));
	}

	@Test
	void startsWithoutSpringDataRedis() {
		withFile()
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "io.lettuce",
					"io.memstate.storage.redis"))
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class)
				.doesNotHaveBean(RedisConnections.class));
	}

	@Test
	void startsWithoutSpringBootSql() {
		withFile().withClassLoader(new FilteredClassLoader("org.springframework.boot.sql"))
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class));
	}

	@Test
	void startsInMemoryWithoutAnyStorageModule() {
		this.runner.withPropertyValues("memstate.backend=in-memory")
			.withClassLoader(new FilteredClassLoader("io.memstate.storage.jpa", "io.memstate.storage.redis",
					"org.springframework.jdbc", "org.springframework.data", "org.hibernate.", "org.sqlite"))
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class));
	}

	private static DataSource postgres(String url) {
		return new DriverManagerDataSource(url);
	}

	private static DataSource sqlite(Path file) {
		return new DriverManagerDataSource(
				"jdbc:sqlite:" + file + "?journal_mode=WAL&busy_timeout=30000&transaction_mode=IMMEDIATE");
	}

	private static RedisConnectionFactory untouchableRedis() {
		return mock(RedisConnectionFactory.class, (invocation) -> {
			throw new AssertionError("touched");
		});
	}

	private static Connection product(String name) {
		DatabaseMetaData metadata = (DatabaseMetaData) Proxy.newProxyInstance(
				MemStateStorageAutoConfigurationTests.class.getClassLoader(), new Class<?>[] { DatabaseMetaData.class },
				(proxy, method, arguments) -> name);
		return (Connection) Proxy.newProxyInstance(MemStateStorageAutoConfigurationTests.class.getClassLoader(),
				new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> method.getName().equals("getMetaData") ? metadata : null);
	}

	/** Fails when it is connected to. */
	static class Untouchable extends AbstractDataSource {

		@Override
		public Connection getConnection() {
			throw new AssertionError("touched");
		}

		@Override
		public Connection getConnection(String username, String password) {
			throw new AssertionError("touched");
		}

	}

	static class Unreachable extends AbstractDataSource {

		@Override
		public Connection getConnection() throws SQLException {
			throw new SQLException("Connection refused", "08001");
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedConfiguration {

		@Bean
		@Primary
		DataSource main() {
			return new Untouchable();
		}

		@Bean
		@MemStateDataSource
		DataSource memories() {
			return postgres(NOBODY);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MoreQualifiedConfiguration {

		@Bean
		@MemStateDataSource
		DataSource more() {
			return postgres(NOBODY);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoCandidateConfiguration {

		@Bean
		DataSource main() {
			return new Untouchable();
		}

		@Bean(defaultCandidate = false)
		@MemStateDataSource
		DataSource memories() {
			return postgres(NOBODY);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryConfiguration {

		@Bean
		DataSource first() {
			return new Untouchable();
		}

		@Bean
		@Primary
		DataSource second() {
			return postgres(NOBODY);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedRedisConfiguration {

		@Bean
		@MemStateRedisConnectionFactory
		RedisConnectionFactory memories() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

	}

}
