package io.memstate.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactAddress;
import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Path;
import io.memstate.storage.Renewal;
import io.memstate.storage.Values;

/**
 * The intents of all namespaces. Those of one namespace are changed only under its lock.
 */
final class MemoryIntents implements Intents {

	private final NavigableMap<FactAddress, Intent> intents = new ConcurrentSkipListMap<>(
			Comparator.comparing(FactAddress::namespace, Values::compareStrings)
				.thenComparing(FactAddress::factId, Values::compareStrings));

	private final AtomicLong fence = new AtomicLong();

	private final Function<String, Namespace> namespaces;

	MemoryIntents(Function<String, Namespace> namespaces) {
		this.namespaces = namespaces;
	}

	/**
	 * Issues fences. They begin with the time, so that they are above those of an earlier
	 * process that a hook remembers.
	 * @return the first of them
	 */
	long nextFences(int count) {
		long now = Path.micros(Instant.now());
		return this.fence.updateAndGet((last) -> Math.max(last, now) + count) - count + 1;
	}

	@Override
	public boolean gathers() {
		return false;
	}

	@Override
	public List<LeaseResult> lease(List<LeaseRequest> requests) {
		return requests.stream()
			.map((request) -> this.namespaces.apply(request.namespace()).exclusively(() -> lease(request)))
			.toList();
	}

	private LeaseResult lease(LeaseRequest request) {
		List<Intent> holders = new ArrayList<>();
		for (String id : request.factIds()) {
			Intent intent = this.intents.get(new FactAddress(request.namespace(), id));
			if (intent != null && !intent.token().equals(request.token())
					&& !request.replaces().contains(intent.token())) {
				holders.add(intent);
			}
		}
		if (!holders.isEmpty()) {
			return new LeaseResult.Busy(holders);
		}
		request.factIds().forEach((id) -> put(request.namespace(), id, request.token(), request.until()));
		return new LeaseResult.Leased(nextFences(1));
	}

	private void put(String namespace, String factId, String token, Instant until) {
		this.intents.put(new FactAddress(namespace, factId), new Intent(namespace, factId, token, until));
	}

	@Override
	public Renewal renew(String namespace, String token, String newToken, Instant until) {
		return this.namespaces.apply(namespace).exclusively(() -> {
			Set<String> ids = ids(namespace, token);
			ids.forEach((id) -> put(namespace, id, newToken, until));
			return new Renewal(nextFences(1), ids);
		});
	}

	@Override
	public void release(String namespace, String token) {
		this.namespaces.apply(namespace).exclusively(() -> {
			remove(namespace, token);
			return token;
		});
	}

	/** Removes a token's intents; the namespace is locked. */
	void remove(String namespace, String token) {
		ids(namespace, token).forEach((id) -> this.intents.remove(new FactAddress(namespace, id)));
	}

	/** Whether a token holds facts; the namespace is locked. */
	boolean holds(String namespace, String token, Set<String> factIds) {
		return factIds.stream().allMatch((id) -> {
			Intent intent = this.intents.get(new FactAddress(namespace, id));
			return intent != null && intent.token().equals(token);
		});
	}

	private Set<String> ids(String namespace, String token) {
		Set<String> ids = new HashSet<>();
		for (Intent intent : this.intents.tailMap(new FactAddress(namespace, ""), true).values()) {
			if (!intent.namespace().equals(namespace)) {
				break;
			}
			if (intent.token().equals(token)) {
				ids.add(intent.factId());
			}
		}
		return ids;
	}

	@Override
	public List<Intent> list(@Nullable FactAddress after, int limit) {
		NavigableMap<FactAddress, Intent> page = (after != null) ? this.intents.tailMap(after, false) : this.intents;
		return page.values().stream().filter(Objects::nonNull).limit(limit).toList();
	}

}
