package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PostgresStorageIT extends AbstractJpaStorageTests {

	private static final int THREADS = 8;

	@Override
	JpaStorage open() {
		return PostgresStorage.open(PostgresServer.url(), null, null)
			.schema(PostgresServer.newSchema())
			.tablePrefix("mem_")
			.poolSize(8);
	}

	@Override
	Connection connect() throws SQLException {
		return PostgresServer.dataSource().getConnection();
	}

	@Test
	void saysAtOnceThatTheCredentialsAreWrong() {
		String role = "nobody_" + System.nanoTime();
		try (JpaStorage storage = PostgresStorage.open(PostgresServer.url().replaceAll("user=[^&]*", "user=" + role),
				role, "wrong")) {
			long start = System.nanoTime();
			assertThatExceptionOfType(StorageException.class).isThrownBy(storage::initialize)
				.withMessageContaining("user")
				.havingRootCause()
				.isInstanceOf(SQLException.class)
				.withMessageContaining(role);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		}
	}

	@Test
	void startsWithoutWarnings() {
		Logger logger = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try (JpaStorage storage = open()) {
			MemoryStore.builder(storage).build().commit(Draft.of("note", Map.of()));
		}
		finally {
			logger.detachAppender(log);
		}
		assertThat(log.list).filteredOn((event) -> event.getLevel().isGreaterOrEqual(Level.WARN)).isEmpty();
	}

	/*
	 * The server resolves a deadlock after a second, unless it is told to be more patient
	 * than the storage is with a statement.
	 */
	@Test
	void firstWritesOfATypeNeverDeadlock() throws Exception {
		String patient = PostgresServer.url() + "&options=-c%20deadlock_timeout=10min";
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try (JpaStorage storage = PostgresStorage.open(patient, null, null)
			.schema(PostgresServer.newSchema())
			.poolSize(THREADS)) {
			MemoryStore store = MemoryStore.builder(storage).build();
			for (int i = 0; i < 50; i++) {
				MemoryStore memory = store.namespace("n" + i);
				List<Callable<Object>> commits = IntStream.range(0, THREADS)
					.mapToObj((thread) -> (Callable<Object>) () -> memory.commit(Draft.of("note", Map.of()).id("same")))
					.toList();
				for (Future<Object> commit : threads.invokeAll(commits)) {
					commit.get();
				}
				assertThat(memory.history("same")).hasSize(THREADS);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

}
