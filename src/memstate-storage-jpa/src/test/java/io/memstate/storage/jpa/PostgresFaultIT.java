package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.StorageException;
import io.memstate.storage.jpa.Faults.Fault;
import io.memstate.test.RandomLoad;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresFaultIT extends AbstractFaultTests {

	private final String schema = PostgresServer.newSchema();

	private String state = PSQLState.IO_ERROR.getState();

	@Override
	DataSource createDataSource() {
		return this.faults.around(PostgresServer.dataSource());
	}

	@Override
	DataSource inspectingDataSource() {
		return PostgresServer.dataSource();
	}

	@Override
	String schema() {
		return this.schema + ".";
	}

	@Override
	JpaStorage using(DataSource dataSource) {
		return PostgresStorage.using(dataSource).schema(this.schema);
	}

	@Override
	SQLException failure() {
		return new PSQLException("injected", null) {

			private static final long serialVersionUID = 1L;

			@Override
			public String getSQLState() {
				return PostgresFaultIT.this.state;
			}

		};
	}

	/** Serialization failure, deadlock, unique violation. */
	@ParameterizedTest
	@ValueSource(strings = { "40001", "40P01", "23505" })
	void writesNothingTwiceAfterARace(String state) throws Exception {
		this.state = state;
		this.calls = Faults.RACING;
		writesNothingInParts(Fault.BEFORE);
	}

	/** Two transactions of callers that each want what the other has. */
	@Test
	void tellsOneOfTwoCallersOfTheirDeadlock() throws Exception {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setDataSource(createDataSource());
			JpaStorage storage = using(pool);
			try (storage; MemoryStore store = RandomLoad.store(storage, "deadlock")) {
				store.commit(Draft.of(RandomLoad.NOTE, Map.of("text", "")).id("a"));
				store.commit(Draft.of(RandomLoad.NOTE, Map.of("text", "")).id("b"));
				TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
				CyclicBarrier barrier = new CyclicBarrier(2);
				ExecutorService threads = Executors.newFixedThreadPool(2);
				List<Future<?>> results = new ArrayList<>();
				for (List<String> ids : List.of(List.of("a", "b"), List.of("b", "a"))) {
					results.add(threads.submit(() -> transaction.executeWithoutResult((status) -> {
						store.update(ids.get(0), Patch.set("text", ids.get(0)));
						await(barrier);
						store.update(ids.get(1), Patch.set("text", ids.get(0)));
					})));
				}
				List<Throwable> failures = new ArrayList<>();
				for (Future<?> result : results) {
					try {
						result.get(60, TimeUnit.SECONDS);
					}
					catch (ExecutionException ex) {
						failures.add(ex.getCause());
					}
				}
				threads.shutdown();
				assertThat(failures).hasSize(1)
					.first(InstanceOfAssertFactories.THROWABLE)
					.isInstanceOf(StorageException.class)
					.hasCauseInstanceOf(DataAccessException.class)
					.hasMessageContaining("try again");
				assertThat(store.get("a").orElseThrow().payload()).isEqualTo(store.get("b").orElseThrow().payload());
				assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
			}
		}
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(30, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
