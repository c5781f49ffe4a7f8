package io.memstate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.Storage;

/**
 * Removes the facts whose time has come, those of a namespace together. Where a hook
 * fails they are removed one by one and at random, so that those which it never takes
 * don't keep all others.
 */
final class Expiry {

	private static final int PAGE = 500;

	private static final int MAX_FAILURES = 3;

	private final Engine engine;

	private final Storage storage;

	private final int maxStepSize;

	private @Nullable HookException failure;

	private int failures;

	Expiry(Engine engine, Storage storage, int maxStepSize) {
		this.engine = engine;
		this.storage = storage;
		this.maxStepSize = maxStepSize;
	}

	/**
	 * Removes them.
	 * @return the first failure of a hook, or null
	 */
	@Nullable HookException run() {
		Instant now = this.engine.now();
		int removed;
		do {
			Map<String, List<String>> byNamespace = new HashMap<>();
			for (FactAddress fact : this.storage.due(now, Math.min(PAGE, this.maxStepSize))) {
				byNamespace.computeIfAbsent(fact.namespace(), (name) -> new ArrayList<>()).add(fact.factId());
			}
			removed = 0;
			List<Map.Entry<String, List<String>>> namespaces = new ArrayList<>(byNamespace.entrySet());
			Collections.shuffle(namespaces);
			for (Map.Entry<String, List<String>> namespace : namespaces) {
				removed += expire(namespace.getKey(), namespace.getValue());
			}
		}
		while (removed > 0 && this.failure == null);
		return this.failure;
	}

	private int expire(String namespace, List<String> ids) {
		if (this.failures >= MAX_FAILURES) {
			return 0;
		}
		try {
			return remove(namespace, ids);
		}
		catch (HookException ex) {
			this.failure = (this.failure != null) ? this.failure : ex;
		}
		if (ids.size() == 1) {
			this.failures++;
			return 0;
		}
		int removed = 0;
		Collections.shuffle(ids);
		for (String id : ids) {
			removed += expire(namespace, List.of(id));
		}
		return removed;
	}

	private int remove(String namespace, List<String> ids) {
		return this.engine.step(Layer.longTerm(namespace), (plan) -> {
			plan.prefetch(ids, List.of());
			for (String id : ids) {
				FactState state = plan.state(id);
				if (state != null && state.fact() != null && state.fact().expired(plan.now())) {
					plan.expire(state);
				}
			}
			int removed = plan.entries().size();
			return () -> removed;
		});
	}

}
