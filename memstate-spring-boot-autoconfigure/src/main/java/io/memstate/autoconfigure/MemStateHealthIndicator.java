package io.memstate.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.memstate.HookStatus;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

/**
 * Up if the storage answers a read. Tells how the hooks are doing: what they are behind
 * with is for someone to look at, but no reason to take the application out of service.
 */
final class MemStateHealthIndicator extends AbstractHealthIndicator {

	private final Storage storage;

	private final @Nullable MemoryStore store;

	MemStateHealthIndicator(Storage storage, @Nullable MemoryStore store) {
		super("MemState's storage does not answer");
		this.storage = storage;
		this.store = store;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.withDetail("storage", this.storage.description());
		this.storage.facts("default", List.of("health"));
		Map<String, Object> hooks = hooks();
		if (!hooks.isEmpty()) {
			builder.withDetail("hooks", hooks);
		}
		builder.up();
	}

	private Map<String, Object> hooks() {
		Map<String, Object> hooks = new LinkedHashMap<>();
		if (this.store != null) {
			this.store.hooks().list().forEach((hook) -> hooks.put(hook.name(), details(hook)));
		}
		return hooks;
	}

	private static Map<String, Object> details(HookStatus hook) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("mode", hook.mode().name().toLowerCase(Locale.ROOT));
		details.put("pending", hook.pending());
		details.put("parked", hook.parked());
		details.put("lag", hook.lag().toString());
		details.put("intents", hook.intents());
		return details;
	}

}
