package io.memstate.autoconfigure.guest;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.ContextConfiguration;

import io.memstate.MemoryStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * MemState on the class path changes nothing about the slices of Boot.
 */
@JdbcTest(properties = { "spring.datasource.url=jdbc:sqlite::memory:", "spring.flyway.enabled=false",
		"spring.liquibase.enabled=false" })
@AutoConfigureTestDatabase(replace = Replace.NONE)
@ContextConfiguration(classes = GuestApplication.class)
class JdbcSliceTests {

	@Autowired
	private JdbcTemplate jdbc;

	@Autowired
	private ApplicationContext context;

	@Test
	void works() {
		assertThat(this.jdbc.queryForObject("select 1", Long.class)).isEqualTo(1);
		assertThat(this.context.getBeanNamesForType(MemoryStore.class)).isEmpty();
	}

}
