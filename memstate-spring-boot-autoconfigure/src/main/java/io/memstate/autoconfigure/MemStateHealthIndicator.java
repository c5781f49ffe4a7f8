package io.memstate.autoconfigure;

import java.util.List;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.memstate.storage.Storage;

/**
 * Up if the storage answers a read.
 */
final class MemStateHealthIndicator extends AbstractHealthIndicator {

	private final Storage storage;

	MemStateHealthIndicator(Storage storage) {
		super("MemState's storage does not answer");
		this.storage = storage;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.withDetail("storage", this.storage.description());
		this.storage.facts("default", List.of("health"));
		builder.up();
	}

}
