package io.memstate.storage.jpa;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import javax.sql.DataSource;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.TransactionalStorage.CallerTransaction;
import io.memstate.storage.TransactionalStorage.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * How a storage takes part in the transactions of the application.
 */
abstract class AbstractParticipationTests {

	private static HikariDataSource sharedDataSource;

	private static JpaStorage sharedStorage;

	private HikariDataSource dataSource;

	private JpaStorage storage;

	private JdbcTemplate jdbc;

	/** A pool of the application's with so many connections. */
	abstract HikariDataSource pool(int size);

	abstract JpaStorage using(DataSource dataSource);

	abstract Map<String, Object> hibernate();

	@BeforeEach
	void open() {
		if (sharedStorage == null) {
			sharedDataSource = pool(4);
			sharedStorage = using(sharedDataSource);
			sharedStorage.initialize();
		}
		this.dataSource = sharedDataSource;
		this.storage = sharedStorage;
		this.jdbc = new JdbcTemplate(this.dataSource);
		this.jdbc.execute("create table if not exists app_row (name varchar(20))");
		this.jdbc.update("delete from app_row");
		for (String table : AbstractJpaStorageTests.TABLES) {
			this.jdbc.update(this.storage.settings().tables().sql("delete from " + table));
		}
	}

	@AfterEach
	void giveBackAllConnections() {
		assertThat(this.dataSource.getHikariPoolMXBean().getActiveConnections()).isZero();
	}

	@AfterAll
	static void close() {
		sharedStorage.close();
		sharedStorage = null;
		assertThat(sharedDataSource.isClosed()).isFalse();
		assertThat(sharedDataSource.getHikariPoolMXBean().getActiveConnections()).isZero();
		sharedDataSource.close();
	}

	private JdbcTransactionManager jdbcTransactions() {
		return new JdbcTransactionManager(this.dataSource);
	}

	private void onEveryManager(DataSource used, java.util.function.Consumer<TransactionTemplate> test) {
		test.accept(new TransactionTemplate(new JdbcTransactionManager(used)));
		LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
		factory.setDataSource(used);
		factory.setPersistenceUnitName("app");
		factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		factory.setManagedTypes(org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes.of());
		factory.setJpaPropertyMap(hibernate());
		factory.afterPropertiesSet();
		try {
			JpaTransactionManager manager = new JpaTransactionManager(factory.getObject());
			manager.afterPropertiesSet();
			test.accept(new TransactionTemplate(manager));
		}
		finally {
			factory.destroy();
		}
	}

	@Test
	void commitsAndRollsBackWithTheCaller() {
		onEveryManager(this.dataSource, (transaction) -> {
			String id = java.util.UUID.randomUUID().toString();
			transaction.executeWithoutResult((status) -> {
				this.jdbc.update("insert into app_row values ('x')");
				assertThat(Facts.put(this.storage, Facts.fact(id, "{\"a\":1}")))
					.isInstanceOf(ApplyResult.Applied.class);
				assertThat(this.storage.facts("n", List.of(id))).hasSize(1);
				assertThat(this.storage.query(Facts.query())).extracting("id").contains(id);
				status.setRollbackOnly();
			});
			assertThat(this.storage.facts("n", List.of(id))).isEmpty();
			assertThat(rows()).isZero();
			transaction.executeWithoutResult((status) -> {
				this.jdbc.update("insert into app_row values ('x')");
				Facts.put(this.storage, Facts.fact(id, "{\"a\":1}"));
			});
			assertThat(this.storage.facts("n", List.of(id))).hasSize(1);
			assertThat(rows()).isOne();
			this.jdbc.update("delete from app_row");
		});
	}

	private int rows() {
		return this.jdbc.queryForObject("select count(*) from app_row", Integer.class);
	}

	@Test
	void leavesTheTransactionUsableAfterARejectionOrFailure() {
		Facts.put(this.storage, Facts.fact("a", "{}"));
		this.storage.apply(Facts.unit(List.of(), List.of(Facts.state(Facts.fact("k", "{}"), "key"))));
		onEveryManager(this.dataSource, (transaction) -> {
			String id = java.util.UUID.randomUUID().toString();
			transaction.executeWithoutResult((status) -> {
				this.jdbc.update("insert into app_row values ('x')");
				assertThat(Facts.put(this.storage, Facts.fact("a", "{}"))).isInstanceOf(ApplyResult.Rejected.class);
				assertThatExceptionOfType(StorageException.class)
					.isThrownBy(() -> this.storage.apply(Facts.unit(List.of(),
							List.of(Facts.state(Facts.fact(id + "0", "{}"), null),
									Facts.state(Facts.fact(id + "1", "{}"), "key")))))
					.withCauseInstanceOf(Exception.class);
				assertThat(Facts.put(this.storage, Facts.fact(id, "{}"))).isInstanceOf(ApplyResult.Applied.class);
			});
			assertThat(this.storage.facts("n", List.of(id, id + "0", id + "1")).keySet()).containsExactly(id);
			assertThat(rows()).isOne();
			this.jdbc.update("delete from app_row");
		});
	}

	@Test
	void suspendsWithTheTransaction() {
		TransactionTemplate outer = new TransactionTemplate(jdbcTransactions());
		TransactionTemplate inner = new TransactionTemplate(jdbcTransactions(),
				new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
		List<String> seen = new ArrayList<>();
		boolean writes = !(this.storage instanceof SqliteStorage); // which has one writer
																	// only
		outer.executeWithoutResult((status) -> {
			CallerTransaction transaction = this.storage.callerTransaction();
			assertThat(transaction.attribute("k", () -> "outer")).isEqualTo("outer");
			if (writes) {
				inner.executeWithoutResult((nested) -> {
					assertThat(this.storage.callerTransaction()).isNotSameAs(transaction);
					assertThat(this.storage.callerTransaction().attribute("k", () -> "inner")).isEqualTo("inner");
					this.storage.callerTransaction().afterCompletion((outcome) -> seen.add("inner " + outcome));
					Facts.put(this.storage, Facts.fact("inner", "{}"));
				});
			}
			assertThat(this.storage.callerTransaction()).isSameAs(transaction);
			assertThat(transaction.attribute("k", () -> "again")).isEqualTo("outer");
			transaction.beforeCommit(() -> seen.add("not run"));
			transaction.afterCompletion((outcome) -> seen.add("outer " + outcome));
			Facts.put(this.storage, Facts.fact("outer", "{}"));
			status.setRollbackOnly();
		});
		assertThat(this.storage.callerTransaction()).isNull();
		assertThat(seen)
			.isEqualTo(writes ? List.of("inner COMMITTED", "outer ROLLED_BACK") : List.of("outer ROLLED_BACK"));
		assertThat(this.storage.facts("n", List.of("inner", "outer"))).hasSize(writes ? 1 : 0);
	}

	@Test
	void saysThatTheThreadWasInterruptedWhileItWaitedForAConnection() throws Exception {
		try (HikariDataSource one = pool(1); JpaStorage alone = using(one)) {
			alone.initialize();
			try (Connection taken = one.getConnection()) {
				Thread.currentThread().interrupt();
				assertThatExceptionOfType(StorageException.class)
					.isThrownBy(() -> Facts.put(alone, Facts.fact("interrupted", "{}")))
					.withMessageContaining("the thread was interrupted")
					.withRootCauseInstanceOf(InterruptedException.class);
			}
			finally {
				assertThat(Thread.interrupted()).isTrue();
			}
			assertThat(alone.facts("n", List.of("interrupted"))).isEmpty();
		}
	}

	@Test
	void runsActionsBeforeCommitAndAfterCompletionEvenOnOneConnection() {
		try (HikariDataSource one = pool(1); JpaStorage alone = using(one)) {
			alone.initialize();
			onEveryManager(one, (transaction) -> {
				String id = java.util.UUID.randomUUID().toString();
				List<Object> seen = new ArrayList<>();
				transaction.executeWithoutResult((status) -> {
					CallerTransaction caller = alone.callerTransaction();
					caller.afterCompletion((outcome) -> {
						seen.add(outcome);
						assertThat(alone.callerTransaction()).isNull();
						assertThat(alone.facts("n", List.of(id))).hasSize(1);
						assertThat(Facts.put(alone, Facts.fact(id + "-after", "{}")))
							.isInstanceOf(ApplyResult.Applied.class);
						assertThat(Facts.put(alone, Facts.fact(id + "-after", "{}")))
							.isInstanceOf(ApplyResult.Rejected.class);
					});
					caller.beforeCommit(() -> {
						seen.add(TransactionSynchronizationManager.isActualTransactionActive());
						caller.beforeCommit(
								() -> seen.add(Facts.put(alone, Facts.fact(id, "{}")) instanceof ApplyResult.Applied));
					});
				});
				assertThat(seen).containsExactly(true, true, Outcome.COMMITTED);
				assertThat(alone.facts("n", List.of(id, id + "-after"))).hasSize(2);
				assertThat(one.getHikariPoolMXBean().getActiveConnections()).isZero();
			});
		}
	}

	@Test
	void writesAfterTheCommitEvenOnOneConnection() {
		Logger logger = (Logger) LoggerFactory.getLogger(CallerTransactions.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try (HikariDataSource one = pool(1); JpaStorage alone = using(one)) {
			alone.initialize();
			JdbcTemplate rows = new JdbcTemplate(one);
			onEveryManager(one, (transaction) -> {
				for (boolean before : List.of(true, false)) {
					String id = java.util.UUID.randomUUID().toString();
					transaction.executeWithoutResult((status) -> {
						rows.update("insert into app_row values ('after')");
						if (before) {
							Facts.put(alone, Facts.fact(id + "-before", "{}"));
						}
						afterCommit(() -> Facts.put(alone, Facts.fact(id, "{}")));
					});
					assertThat(alone.facts("n", List.of(id, id + "-before"))).hasSize(before ? 2 : 1);
					assertThat(one.getHikariPoolMXBean().getActiveConnections()).isZero();
				}
			});
		}
		finally {
			logger.detachAppender(log);
		}
		assertThat(log.list).isEmpty();
	}

	private static void afterCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				action.run();
			}

		});
	}

	@Test
	void stopsTheCommitWhenAnActionFails() {
		TransactionTemplate transaction = new TransactionTemplate(jdbcTransactions());
		assertThatIllegalStateException().isThrownBy(() -> transaction.executeWithoutResult((status) -> {
			Facts.put(this.storage, Facts.fact("a", "{}"));
			this.storage.callerTransaction().beforeCommit(() -> {
				throw new IllegalStateException("no");
			});
		}));
		assertThat(this.storage.facts("n", List.of("a"))).isEmpty();
	}

	@Test
	void takesPartThroughProxies() {
		for (Supplier<DataSource> proxy : List.<Supplier<DataSource>>of(
				() -> new LazyConnectionDataSourceProxy(this.dataSource),
				() -> new TransactionAwareDataSourceProxy(this.dataSource))) {
			for (boolean proxied : List.of(true, false)) {
				DataSource seen = proxy.get();
				JpaStorage joining = using(proxied ? seen : this.dataSource);
				TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(seen));
				transaction.executeWithoutResult((status) -> {
					assertThat(joining.callerTransaction()).isNotNull();
					Facts.put(joining, Facts.fact("proxied", "{}"));
					status.setRollbackOnly();
				});
				assertThat(joining.facts("n", List.of("proxied"))).isEmpty();
				joining.close();
			}
		}
	}

	@Test
	void knowsReadOnlyTransactions() {
		TransactionTemplate transaction = new TransactionTemplate(jdbcTransactions());
		transaction.executeWithoutResult((status) -> assertThat(this.storage.callerTransaction().readOnly()).isFalse());
		if (this.storage instanceof SqliteStorage) {
			return; // its driver can't change a connection to read-only
		}
		transaction.setReadOnly(true);
		transaction.executeWithoutResult((status) -> {
			assertThat(this.storage.callerTransaction().readOnly()).isTrue();
			assertThat(this.storage.query(Facts.query())).isEmpty();
			assertThatExceptionOfType(StorageException.class)
				.isThrownBy(() -> Facts.put(this.storage, Facts.fact("a", "{}")));
			assertThat(this.storage.query(Facts.query())).isEmpty();
		});
	}

	@Test
	void staysApartFromATransactionOnAnotherDataSource() {
		try (HikariDataSource other = pool(2)) {
			TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(other));
			// so many that others follow that of this storage
			List<Object> bound = Stream.generate(Object::new).limit(50).toList();
			transaction.executeWithoutResult((status) -> {
				bound.forEach((key) -> TransactionSynchronizationManager.bindResource(key, "bound"));
				assertThat(this.storage.callerTransaction()).isNull();
				if (!(this.storage instanceof SqliteStorage)) {
					Facts.put(this.storage, Facts.fact("apart", "{}"));
					new JdbcTemplate(this.dataSource).queryForObject("select 1", Integer.class);
					assertThat(this.storage.callerTransaction()).isNull();
				}
				bound.forEach(TransactionSynchronizationManager::unbindResource);
				status.setRollbackOnly();
			});
			assertThat(this.storage.facts("n", List.of("apart")))
				.hasSize((this.storage instanceof SqliteStorage) ? 0 : 1);
		}
	}

	@Test
	void streamsInTheTransaction() {
		PlatformTransactionManager manager = jdbcTransactions();
		new TransactionTemplate(manager).executeWithoutResult((status) -> {
			Facts.putAll(this.storage, List.of(Facts.fact("a", "{\"v\":1}"), Facts.fact("b", "{\"v\":0}")));
			try (var stream = this.storage.stream(Facts.query(Facts.query(), List
				.of(new io.memstate.storage.StorageQuery.SortKey(io.memstate.storage.Path.parse("v"), false))))) {
				assertThat(stream).extracting("id").containsExactly("b", "a");
			}
		});
		try (Connection connection = this.dataSource.getConnection()) {
			assertThat(connection.getAutoCommit()).isTrue();
		}
		catch (java.sql.SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
