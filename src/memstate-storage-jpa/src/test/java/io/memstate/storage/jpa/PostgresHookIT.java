package io.memstate.storage.jpa;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Precondition;
import io.memstate.storage.Storage;
import io.memstate.storage.Unit;
import io.memstate.test.HookSafetyContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresHookIT extends HookSafetyContractTests {

	private static Storage shared;

	@BeforeAll
	static void open() {
		shared = PostgresStorage.open(PostgresServer.url(), null, null).schema(PostgresServer.newSchema());
		shared.initialize();
	}

	@AfterAll
	static void close() {
		shared.close();
	}

	@Override
	protected Storage createStorage() {
		return shared;
	}

	@Override
	protected void closeStorage(Storage storage) {
		// shared by all tests
	}

	@Test
	void doesNotWaitForATransactionThatEndsALease() {
		PGSimpleDataSource dataSource = PostgresServer.dataSource();
		try (PostgresStorage storage = PostgresStorage.using(dataSource).schema(PostgresServer.newSchema())) {
			storage.initialize();
			Intents intents = storage.intents();
			intents.lease(List.of(request("one", "a")));
			new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult((status) -> {
				storage.apply(new Unit("n", List.of(new Precondition.LeaseHeld("one", Set.of("a"))), List.of(),
						List.of(), null, List.of(), Map.of()));
				List<LeaseResult> results = CompletableFuture
					.supplyAsync(() -> intents.lease(List.of(request("two", "a", "b"), request("three", "b", "c"))))
					.orTimeout(30, TimeUnit.SECONDS)
					.join();
				assertThat(results.get(0)).isInstanceOfSatisfying(LeaseResult.Busy.class,
						(busy) -> assertThat(busy.holders()).extracting(Intent::token).containsExactly("one"));
				assertThat(results.get(1)).isInstanceOf(LeaseResult.Leased.class);
			});
			assertThat(intents.list(null, 10)).extracting(Intent::token).containsExactly("three", "three");
		}
	}

	private static LeaseRequest request(String token, String... ids) {
		return new LeaseRequest("n", token, Set.of(ids), Instant.now().plusSeconds(60), Set.of());
	}

}
