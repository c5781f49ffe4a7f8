package io.memstate.autoconfigure;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.memstate.Draft;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.autoconfigure.guest.GuestApplication;
import io.memstate.autoconfigure.guest.Order;
import io.memstate.autoconfigure.guest.OrderRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with its own database goes on as if MemState were not there.
 */
class GoodGuestTests {

	private static final AutoConfigurations MEMSTATE = AutoConfigurations.of(MemStateStorageAutoConfiguration.class,
			MemStateAutoConfiguration.class, MemStateHealthContributorAutoConfiguration.class);

	@TempDir
	private Path directory;

	private ApplicationContextRunner jdbc;

	private ApplicationContextRunner jpa;

	@BeforeEach
	void prepare() {
		this.jdbc = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					DataSourceInitializationAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
					JdbcClientAutoConfiguration.class, TransactionAutoConfiguration.class))
			.withUserConfiguration(GuestApplication.class)
			.withPropertyValues(
					"spring.datasource.url=jdbc:sqlite:" + this.directory.resolve("app.db")
							+ "?journal_mode=WAL&busy_timeout=30000&foreign_keys=true&transaction_mode=IMMEDIATE",
					"memstate.maintenance.enabled=false");
		this.jpa = this.jdbc
			.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class,
					DataJpaRepositoriesAutoConfiguration.class))
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=update");
	}

	@Test
	void jpaApplicationKeepsEveryBeanAsItWas() {
		this.jpa.run((alone) -> this.jpa.withConfiguration(MEMSTATE).run((context) -> {
			assertThat(context).hasSingleBean(MemoryStore.class);
			assertThat(beansOfApplication(context)).isEqualTo(beansOfApplication(alone));
			assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class);
			assertThat(context).getBean(PlatformTransactionManager.class).isInstanceOf(JpaTransactionManager.class);
		}));
	}

	@Test
	void jdbcApplicationKeepsEveryBeanAsItWas() {
		this.jdbc.run((alone) -> this.jdbc.withConfiguration(MEMSTATE).run((context) -> {
			assertThat(context).hasSingleBean(MemoryStore.class);
			assertThat(beansOfApplication(context)).isEqualTo(beansOfApplication(alone));
			assertThat(context).getBean(PlatformTransactionManager.class).isInstanceOf(JdbcTransactionManager.class);
		}));
	}

	@Test
	void redisApplicationKeepsEveryBeanAsItWas() {
		ApplicationContextRunner redis = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.port=1", "memstate.backend=in-memory");
		redis.run((alone) -> redis.withConfiguration(MEMSTATE).run((context) -> {
			assertThat(context).hasSingleBean(MemoryStore.class).hasSingleBean(RedisConnectionFactory.class);
			assertThat(beansOfApplication(context)).isEqualTo(beansOfApplication(alone));
		}));
	}

	@Test
	void redisThatIsDownDoesNotMatterToSqlite() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.withConfiguration(MEMSTATE)
			.withPropertyValues("spring.data.redis.port=1", "memstate.backend=sqlite",
					"memstate.sqlite.path=" + this.directory.resolve("own.db"))
			.run((context) -> {
				assertThat(context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of())).version())
					.isEqualTo(1);
				assertThat(context.getBean(MemStateHealthIndicator.class).health().getStatus().getCode())
					.isEqualTo("UP");
			});
	}

	@Test
	void theEntitiesAreThoseOfTheApplicationAlone() {
		this.jpa.withConfiguration(MEMSTATE)
			.run((context) -> assertThat(context.getBean(EntityManagerFactory.class).getMetamodel().getEntities())
				.extracting((type) -> (Object) type.getJavaType())
				.containsExactly(Order.class));
	}

	@Test
	void factsAreWrittenThroughTheDataSourceOfTheApplication() {
		this.jpa.withConfiguration(MEMSTATE).run((context) -> {
			context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of("text", "hello")));
			assertThat(context.getBean(JdbcTemplate.class)
				.queryForObject("select count(*) from memstate_fact", Long.class)).isEqualTo(1);
		});
	}

	@Test
	void factsCommitAndRollBackWithTheEntitiesOfTheApplication() {
		this.jpa.withConfiguration(MEMSTATE).run((context) -> {
			OrderRepository orders = context.getBean(OrderRepository.class);
			MemoryStore store = context.getBean(MemoryStore.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			transaction.executeWithoutResult((status) -> {
				orders.save(new Order(1L, "kept"));
				store.commit(Draft.of("note", Map.of("order", 1)));
			});
			transaction.executeWithoutResult((status) -> {
				orders.save(new Order(2L, "dropped"));
				store.commit(Draft.of("note", Map.of("order", 2)));
				status.setRollbackOnly();
			});
			assertThat(orders.findAll()).extracting(Order::getItem).containsExactly("kept");
			assertThat(store.query(FactQuery.all())).extracting((fact) -> fact.payload().get("order"))
				.containsExactly(1);
		});
	}

	@Test
	void theDataSourceStaysOpenForTheApplication() {
		try (HikariDataSource own = new HikariDataSource()) {
			own.setJdbcUrl("jdbc:sqlite:" + this.directory.resolve("own.db")
					+ "?journal_mode=WAL&busy_timeout=30000&transaction_mode=IMMEDIATE");
			new ApplicationContextRunner().withConfiguration(MEMSTATE)
				.withInitializer((context) -> context.getBeanFactory().registerSingleton("own", own))
				.run((context) -> {
					context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of()));
					context.close();
					assertThat(own.isClosed()).isFalse();
				});
		}
	}

	private static Map<String, String> beansOfApplication(AssertableApplicationContext context) {
		Set<String> names = Arrays.stream(context.getBeanDefinitionNames()).collect(Collectors.toSet());
		Map<String, String> beans = new TreeMap<>();
		for (String name : names) {
			Class<?> type = context.getType(name);
			boolean own = name.startsWith("memstate")
					|| (type != null && type.getPackage().equals(MemStateProperties.class.getPackage()));
			// which orders nothing where there is nothing to order
			boolean orders = name.endsWith("DependsOnDatabaseInitializationPostProcessor");
			if (!own && !orders) {
				beans.put(name, String.valueOf(type).replaceAll("\\$Proxy\\d+", "\\$Proxy"));
			}
		}
		return beans;
	}

}
