package io.memstate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactAddress;
import io.memstate.storage.HookStorage;
import io.memstate.storage.StoredEntry;

/**
 * Leases of facts that are written here again and again, and by nobody else in between:
 * they are kept from one write to the next, which then needs no durable write for its
 * lease. Whoever else wants to write such a fact takes the lease over at once, used or
 * not; what it is used for is not written then. What a process that dies leaves of it is
 * recovered as any lease is.
 */
final class KeptLeases {

	private static final int MOST_FACTS = 1_000;

	// few enough to be given back with one write, many enough to be worth it
	private static final int MOST_DROPPED = 100;

	// well before the lease is over, so that there is time to tell the hooks
	private static final Duration FRESH = Duration.ofSeconds(10);

	private final HookStorage storage;

	private final Supplier<Instant> clock;

	private final ReentrantLock lock = new ReentrantLock();

	// those written last are last
	private final Map<FactAddress, Written> facts = new LinkedHashMap<>();

	private final Set<FactAddress> busy = new HashSet<>();

	private final Map<String, List<String>> dropped = new HashMap<>();

	private int droppedCount;

	KeptLeases(HookStorage storage, Supplier<Instant> clock) {
		this.storage = storage;
		this.clock = clock;
	}

	/**
	 * The last write of a fact, if it was made here.
	 *
	 * @param version the version it made
	 * @param at when
	 * @param lease the lease that was kept, or null
	 */
	private record Written(long version, Instant at, @Nullable KeptLease lease) {
	}

	/**
	 * A lease that is kept.
	 *
	 * @param token its token, which covers nothing else
	 * @param fence its fence
	 * @param uses how many writes have used it
	 * @param leased when it was leased
	 */
	private record KeptLease(String token, long fence, int uses, Instant leased) {
	}

	/**
	 * Begins a write of one fact, which {@link Turn#written} or {@link Turn#abandon}
	 * ends.
	 * @return null if another thread writes the fact
	 */
	@Nullable Turn begin(String namespace, StoredEntry entry) {
		FactAddress fact = new FactAddress(namespace, entry.factId());
		Instant now = this.clock.get();
		this.lock.lock();
		try {
			if (!this.busy.add(fact)) {
				return null;
			}
			Written last = this.facts.remove(fact);
			// another has taken the lease over to write the fact
			boolean ours = last != null && last.version() == entry.version() - 1;
			boolean again = ours && isRecent(last, now);
			return new Turn(fact, again, ours ? last.lease() : null, now);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Begins a write of a fact that is not read yet.
	 * @return null if another thread writes the fact, or it was written here a moment ago
	 * as far as is known, so that its lease is to be kept, or was
	 */
	@Nullable Turn beginUnread(String namespace, String factId) {
		FactAddress fact = new FactAddress(namespace, factId);
		Instant now = this.clock.get();
		this.lock.lock();
		try {
			Written last = this.facts.get(fact);
			boolean counts = last != null && (last.lease() != null || isRecent(last, now));
			if (counts || !this.busy.add(fact)) {
				return null;
			}
			this.facts.remove(fact);
			return new Turn(fact, false, null, now);
		}
		finally {
			this.lock.unlock();
		}
	}

	private static boolean isRecent(Written written, Instant now) {
		return now.isBefore(written.at().plus(FRESH));
	}

	private void end(Turn turn, @Nullable Written written) {
		Map<String, List<String>> release = Map.of();
		this.lock.lock();
		try {
			this.busy.remove(turn.fact);
			if (written != null) {
				this.facts.put(turn.fact, written);
			}
			if (this.facts.size() > MOST_FACTS) {
				dropFirst();
			}
			if (this.droppedCount >= MOST_DROPPED) {
				release = takeDropped();
			}
		}
		finally {
			this.lock.unlock();
		}
		release(release);
	}

	private void dropFirst() {
		Iterator<Map.Entry<FactAddress, Written>> first = this.facts.entrySet().iterator();
		drop(first.next());
		first.remove();
	}

	private void drop(Map.Entry<FactAddress, Written> fact) {
		KeptLease lease = fact.getValue().lease();
		if (lease != null) {
			this.dropped.computeIfAbsent(fact.getKey().namespace(), (name) -> new ArrayList<>()).add(lease.token());
			this.droppedCount++;
		}
	}

	private Map<String, List<String>> takeDropped() {
		Map<String, List<String>> taken = new HashMap<>(this.dropped);
		this.dropped.clear();
		this.droppedCount = 0;
		return taken;
	}

	/** Gives back what was not used for long. */
	void releaseStale() {
		Instant now = this.clock.get();
		release((written) -> !isRecent(written, now));
	}

	/** Gives back everything. */
	void releaseAll() {
		release((written) -> true);
	}

	private void release(Predicate<Written> which) {
		Map<String, List<String>> release;
		this.lock.lock();
		try {
			this.facts.entrySet().stream().filter((fact) -> which.test(fact.getValue())).forEach(this::drop);
			this.facts.values().removeIf(which);
			release = takeDropped();
		}
		finally {
			this.lock.unlock();
		}
		release(release);
	}

	private void release(Map<String, List<String>> tokens) {
		tokens.forEach((namespace, ofNamespace) -> Leases.giveBack(this.storage, namespace, ofNamespace));
	}

	/** A write of a fact, the only one in this process. */
	final class Turn {

		private final FactAddress fact;

		private final boolean keeps;

		private final Instant began;

		private final String token;

		private @Nullable KeptLease lease;

		private Turn(FactAddress fact, boolean again, @Nullable KeptLease lease, Instant began) {
			this.fact = fact;
			this.keeps = again;
			this.began = began;
			this.token = (lease != null) ? lease.token() : again ? Leases.kept() : Leases.next();
			this.lease = (lease != null && again && lease.uses() < RegisteredHook.USES_OF_FENCE
					&& began.isBefore(lease.leased().plus(FRESH))) ? lease : null;
		}

		String factId() {
			return this.fact.factId();
		}

		/** The token to lease the fact with, unless it is leased. */
		String token() {
			return this.token;
		}

		/** The lease that was kept; null if the fact must be leased. */
		StrictHooks.@Nullable Lease lease() {
			return (this.lease != null) ? new StrictHooks.Lease(this.lease.fence(), this.lease.uses(), false) : null;
		}

		/** Is told of the lease of the fact. */
		void leased(StrictHooks.Lease lease) {
			this.lease = new KeptLease(this.token, lease.fence(), 0, this.began);
		}

		/** Whether the write leaves the lease as it is. */
		boolean keeps() {
			return this.keeps;
		}

		void written(long version) {
			KeptLease lease = this.lease;
			KeptLease kept = (this.keeps && lease != null)
					? new KeptLease(lease.token(), lease.fence(), lease.uses() + 1, lease.leased()) : null;
			end(this, new Written(version, KeptLeases.this.clock.get(), kept));
		}

		/** Ends a write that failed; there is nothing to keep of the lease. */
		void abandon() {
			end(this, null);
		}

	}

}
