package io.memstate.storage.memory;

import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.Values;

/**
 * What is known across namespaces: which hold living facts, and which facts will expire.
 */
final class Register {

	private final NavigableSet<String> namespaces = new ConcurrentSkipListSet<>(Values::compareStrings);

	private final NavigableSet<Expiry> expiries = new ConcurrentSkipListSet<>(Expiry::compare);

	void replace(@Nullable FactState before, FactState after) {
		Expiry old = (before != null) ? Expiry.of(before) : null;
		Expiry current = Expiry.of(after);
		if (current != null) {
			this.expiries.add(current);
		}
		if (old != null && !old.equals(current)) {
			this.expiries.remove(old);
		}
	}

	void setInhabited(String namespace, boolean inhabited) {
		if (inhabited) {
			this.namespaces.add(namespace);
		}
		else {
			this.namespaces.remove(namespace);
		}
	}

	List<FactAddress> due(Instant now, int limit) {
		return this.expiries.stream()
			.takeWhile((expiry) -> !expiry.at().isAfter(now))
			.limit(limit)
			.map(Expiry::fact)
			.toList();
	}

	List<String> namespaces(@Nullable String after, int limit) {
		NavigableSet<String> page = (after != null) ? this.namespaces.tailSet(after, false) : this.namespaces;
		return page.stream().limit(limit).toList();
	}

	private record Expiry(Instant at, FactAddress fact) {

		static int compare(Expiry left, Expiry right) {
			int byTime = left.at.compareTo(right.at);
			int byNamespace = (byTime != 0) ? byTime
					: Values.compareStrings(left.fact.namespace(), right.fact.namespace());
			return (byNamespace != 0) ? byNamespace : Values.compareStrings(left.fact.factId(), right.fact.factId());
		}

		static @Nullable Expiry of(FactState state) {
			return (state.fact() != null && state.fact().expiresAt() != null)
					? new Expiry(state.fact().expiresAt(), new FactAddress(state.fact().namespace(), state.id()))
					: null;
		}

	}

}
