package io.memstate.storage.jpa;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.memstate.Draft;
import io.memstate.MemoryStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresStorageIT extends AbstractJpaStorageTests {

	private static final int THREADS = 8;

	@Override
	JpaStorage open() {
		return PostgresStorage.open(PostgresServer.url(), null, null)
			.schema(PostgresServer.newSchema())
			.tablePrefix("mem_")
			.poolSize(8);
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
