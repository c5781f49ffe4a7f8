package io.memstate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;

/**
 * Ids for facts that are to be made, leased before they are needed: as nobody else knows
 * them, they can be leased at any time, and one durable write leases many. That is done
 * only where facts are made in quick succession. What a process that dies leaves of it is
 * recovered as any lease is.
 */
final class LeasedIds {

	private static final Logger logger = LoggerFactory.getLogger(LeasedIds.class);

	private static final int MOST = 32;

	private static final int MOST_NAMESPACES = 100;

	// well before the lease is over, so that there is time to tell the hooks
	private static final Duration FRESH = Duration.ofSeconds(10);

	private static final Duration QUICK = Duration.ofSeconds(1);

	private final HookStorage storage;

	private final Supplier<Instant> clock;

	private final Supplier<Instant> until;

	private final Map<String, Pool> pools = new ConcurrentHashMap<>();

	/**
	 * Creates pools that are empty.
	 * @param until gives the time until when what is leased now is valid
	 */
	LeasedIds(HookStorage storage, Supplier<Instant> clock, Supplier<Instant> until) {
		this.storage = storage;
		this.clock = clock;
		this.until = until;
	}

	/**
	 * An id that is leased.
	 *
	 * @param id the id
	 * @param token the token of its lease, which covers nothing else
	 * @param fence the fence of its lease
	 * @param leased when it was leased
	 */
	record LeasedId(String id, String token, long fence, Instant leased) {
	}

	/**
	 * Takes an id for one fact to be made.
	 * @return null if it is as well to lease the fact when it is made
	 */
	@Nullable LeasedId next(String namespace) {
		Intents intents = this.storage.intents();
		Pool pool = this.pools.get(namespace);
		if (pool == null) {
			if (!intents.gathers() || this.pools.size() >= MOST_NAMESPACES) {
				return null;
			}
			pool = this.pools.computeIfAbsent(namespace, Pool::new);
		}
		return pool.next(intents);
	}

	/** Takes an id back of which hooks were not told. */
	void giveBack(String namespace, LeasedId id) {
		Pool pool = this.pools.get(namespace);
		if (pool != null) {
			pool.giveBack(id);
		}
	}

	/**
	 * Gives up the ids of a namespace: another has taken one over, and so probably all.
	 */
	void lost(String namespace) {
		Pool pool = this.pools.remove(namespace);
		if (pool != null) {
			pool.releaseAll();
		}
	}

	/** Gives back what has been waiting for long. */
	void releaseStale() {
		this.pools.values().forEach(Pool::releaseStale);
		this.pools.values().removeIf(Pool::isIdle);
	}

	/** Gives back everything. */
	void releaseAll() {
		this.pools.values().forEach(Pool::releaseAll);
		this.pools.clear();
	}

	/** The ids of a namespace. */
	private final class Pool {

		private final String namespace;

		private final ReentrantLock lock = new ReentrantLock();

		private final Deque<LeasedId> unused = new ArrayDeque<>();

		// held by the one who fills the pool, before the other lock
		private final ReentrantLock filling = new ReentrantLock();

		private volatile int size;

		private volatile Instant filled = Instant.EPOCH;

		Pool(String namespace) {
			this.namespace = namespace;
		}

		@Nullable LeasedId next(Intents intents) {
			LeasedId id = take();
			if (id == null) {
				return fillAndTake(intents);
			}
			fillEarly(intents);
			return id;
		}

		private @Nullable LeasedId take() {
			this.lock.lock();
			try {
				releaseIfStale();
				return this.unused.poll();
			}
			finally {
				this.lock.unlock();
			}
		}

		private @Nullable LeasedId fillAndTake(Intents intents) {
			this.filling.lock();
			try {
				LeasedId id = take();
				if (id == null) {
					fill(intents);
					id = take();
				}
				return id;
			}
			finally {
				this.filling.unlock();
			}
		}

		// one waits for the write, while the others have ids to go on with
		private void fillEarly(Intents intents) {
			if (isLow() && this.filling.tryLock()) {
				try {
					if (isLow()) {
						fill(intents);
					}
				}
				catch (RuntimeException ex) {
					logger.debug("Could not lease ids of namespace '{}' ahead", this.namespace, ex);
				}
				finally {
					this.filling.unlock();
				}
			}
		}

		private boolean isLow() {
			this.lock.lock();
			try {
				return this.unused.size() <= this.size / 2;
			}
			finally {
				this.lock.unlock();
			}
		}

		private void fill(Intents intents) {
			Instant now = LeasedIds.this.clock.get();
			boolean quick = this.size > 0 && now.isBefore(this.filled.plus(QUICK));
			int count = quick ? Math.min(this.size * 2, MOST) : 1;
			this.size = count;
			this.filled = now;
			if (count > 1) {
				lease(intents, count);
			}
		}

		private void lease(Intents intents, int count) {
			List<LeaseRequest> requests = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				requests.add(new LeaseRequest(this.namespace, Leases.ahead(), Set.of(Ids.next()),
						LeasedIds.this.until.get(), Set.of()));
			}
			Instant now = LeasedIds.this.clock.get();
			List<LeaseResult> results = intents.lease(requests);
			this.lock.lock();
			try {
				for (int i = 0; i < count; i++) {
					if (results.get(i) instanceof LeaseResult.Leased leased) {
						LeaseRequest request = requests.get(i);
						this.unused.add(new LeasedId(request.factIds().iterator().next(), request.token(),
								leased.fence(), now));
					}
				}
			}
			finally {
				this.lock.unlock();
			}
		}

		void giveBack(LeasedId id) {
			this.lock.lock();
			try {
				this.unused.push(id);
			}
			finally {
				this.lock.unlock();
			}
		}

		private void releaseIfStale() {
			LeasedId oldest = this.unused.peek();
			if (oldest != null && oldest.leased().plus(FRESH).isBefore(LeasedIds.this.clock.get())) {
				release();
			}
		}

		private boolean isIdle() {
			this.lock.lock();
			try {
				return this.unused.isEmpty() && LeasedIds.this.clock.get().isAfter(this.filled.plus(QUICK));
			}
			finally {
				this.lock.unlock();
			}
		}

		void releaseStale() {
			this.lock.lock();
			try {
				releaseIfStale();
			}
			finally {
				this.lock.unlock();
			}
		}

		void releaseAll() {
			this.lock.lock();
			try {
				if (!this.unused.isEmpty()) {
					release();
				}
			}
			finally {
				this.lock.unlock();
			}
		}

		private void release() {
			Collection<String> tokens = this.unused.stream().map(LeasedId::token).toList();
			this.unused.clear();
			Leases.giveBack(LeasedIds.this.storage, this.namespace, tokens);
		}

	}

}
