package io.memstate.autoconfigure.guest;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;

import io.memstate.Draft;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.autoconfigure.MemStateAutoConfiguration;
import io.memstate.autoconfigure.MemStateStorageAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice that imports MemState has facts that are rolled back with the test.
 */
@DataJpaTest(properties = {
		"spring.datasource.url=jdbc:sqlite:target/data-jpa-slice.db?transaction_mode=IMMEDIATE&journal_mode=WAL",
		"spring.jpa.hibernate.ddl-auto=create", "spring.flyway.enabled=false", "spring.liquibase.enabled=false",
		"memstate.maintenance.enabled=false" })
@AutoConfigureTestDatabase(replace = Replace.NONE)
@ImportAutoConfiguration({ MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class })
@ContextConfiguration(classes = GuestApplication.class)
@DirtiesContext
class DataJpaSliceWithMemoryTests {

	@Autowired
	private OrderRepository orders;

	@Autowired
	private MemoryStore store;

	@Test
	void first() {
		writes();
	}

	@Test
	void second() {
		writes();
	}

	private void writes() {
		this.orders.save(new Order(1L, "one"));
		this.store.commit(Draft.of("note", Map.of("order", 1)));
		assertThat(this.orders.count()).isEqualTo(1);
		assertThat(this.store.count(FactQuery.all())).isEqualTo(1);
	}

}
