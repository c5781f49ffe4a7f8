package io.memstate.autoconfigure.guest;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.ContextConfiguration;

import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * MemState on the class path changes nothing about the slices of Boot.
 */
@DataJpaTest(properties = { "spring.datasource.url=jdbc:sqlite::memory:",
		"spring.datasource.hikari.maximum-pool-size=1", "spring.jpa.hibernate.ddl-auto=create",
		"spring.flyway.enabled=false", "spring.liquibase.enabled=false" })
@AutoConfigureTestDatabase(replace = Replace.NONE)
@ContextConfiguration(classes = GuestApplication.class)
class DataJpaSliceTests {

	@Autowired
	private OrderRepository orders;

	@Autowired
	private ApplicationContext context;

	@Test
	void works() {
		this.orders.save(new Order(1L, "one"));
		assertThat(this.orders.count()).isEqualTo(1);
		assertThat(this.context.getBeanNamesForType(MemoryStore.class)).isEmpty();
		assertThat(this.context.getBeanNamesForType(Storage.class)).isEmpty();
	}

}
