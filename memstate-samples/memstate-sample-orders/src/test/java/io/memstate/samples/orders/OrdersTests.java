package io.memstate.samples.orders;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;

import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * What the application does on SQLite, its default.
 */
class OrdersTests extends AbstractOrdersTests {

	@TempDir
	static Path directory;

	@DynamicPropertySource
	static void file(DynamicPropertyRegistry registry) {
		registry.add("spring.datasource.url", () -> "jdbc:sqlite:" + directory.resolve("orders.db")
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL" + "&busy_timeout=30000&foreign_keys=true");
	}

}
