package io.memstate.samples.orders;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;

import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The same on PostgreSQL, where a transaction can write while another one does. The
 * server is an embedded one, or the one that {@code -Dmemstate.test.postgres.url} (or the
 * environment variable {@code MEMSTATE_TEST_POSTGRES_URL}) names, user and password
 * included.
 */
@ActiveProfiles("postgres")
class OrdersPostgresTests extends AbstractOrdersTests {

	@DynamicPropertySource
	static void server(DynamicPropertyRegistry registry) {
		String given = System.getProperty("memstate.test.postgres.url", System.getenv("MEMSTATE_TEST_POSTGRES_URL"));
		String url = (given != null) ? given : start();
		registry.add("spring.datasource.url", () -> url);
		if (given == null) {
			registry.add("spring.datasource.username", () -> "postgres");
		}
	}

	private static String start() {
		try {
			return EmbeddedPostgres.builder().start().getJdbcUrl("postgres", "postgres");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void factOfANewTransactionStaysWhenTheOuterOneRollsBack() {
		TransactionTemplate transaction = new TransactionTemplate(this.transactionManager);
		assertThatExceptionOfType(UnexpectedRollbackException.class)
			.isThrownBy(() -> transaction.executeWithoutResult((status) -> {
				this.service.place(this.customer, "bagel", 1);
				assertThat(this.agent.order(this.customer, "rye bread", 99)).isEmpty();
			}));
		assertThat(rows()).isEmpty();
		assertThat(beliefs()).isEmpty();
		assertThat(refusals()).hasSize(1);
	}

	@Test
	void asynchronousCallTakesNoPartInTheTransaction() {
		new TransactionTemplate(this.transactionManager).executeWithoutResult((status) -> {
			this.service.place(this.customer, "bagel", 1);
			this.memory.async().commit(new Refusal(this.customer, "noted apart")).join();
			status.setRollbackOnly();
		});
		assertThat(rows()).isEmpty();
		assertThat(refusals()).hasSize(1);
	}

}
