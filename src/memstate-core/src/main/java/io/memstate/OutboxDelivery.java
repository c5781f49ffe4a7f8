package io.memstate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.storage.HookStorage;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.OutboxRetry;
import io.memstate.storage.OutboxRow;
import io.memstate.storage.OutboxTask;
import io.memstate.storage.StoredEntry;

/**
 * Delivers to hooks what was recorded in their outboxes.
 */
final class OutboxDelivery {

	private static final Logger logger = LoggerFactory.getLogger(OutboxDelivery.class);

	private static final Duration LEASE = Duration.ofSeconds(15);

	private static final long LONG_CALL = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_RUN = TimeUnit.MINUTES.toNanos(1);

	private static final int FIRST_BATCH = 100;

	private static final int MAX_BATCH = 1000;

	private static final Duration MAX_BACK_OFF = Duration.ofMinutes(5);

	// so many failures in a row speak against the hook and not against the changes
	private static final int DOWN = 3;

	private final HookStorage storage;

	private final StrictHooks strict;

	private final HookRegistry hooks;

	private final Supplier<Instant> clock;

	private final int maxAttempts;

	private final Duration backOff;

	private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

	// strict hooks whose parked changes count again
	private final Set<String> unparked = ConcurrentHashMap.newKeySet();

	// since when nothing could be delivered, by hook
	private final Map<String, Instant> down = new ConcurrentHashMap<>();

	OutboxDelivery(HookStorage storage, StrictHooks strict, HookRegistry hooks, Supplier<Instant> clock,
			int maxAttempts, Duration backOff) {
		this.storage = storage;
		this.strict = strict;
		this.hooks = hooks;
		this.clock = clock;
		this.maxAttempts = maxAttempts;
		this.backOff = backOff;
	}

	/** What is to be delivered of a write. */
	List<OutboxTask> tasks(List<StoredEntry> entries) {
		List<RegisteredHook> hooks = this.hooks.outbox();
		List<OutboxTask> tasks = new ArrayList<>();
		for (int i = 0; i < entries.size(); i++) {
			for (RegisteredHook hook : hooks) {
				if (hook.wants(entries.get(i))) {
					tasks.add(new OutboxTask(hook.name(), i));
				}
			}
		}
		return tasks;
	}

	/** Delivers what is due; what another thread is delivering is waited for. */
	int deliver() {
		return deliver(this.hooks.outbox());
	}

	/**
	 * Shows strict hooks the stored state of the facts that are left in their outboxes
	 * from a time when they were not strict: the changes themselves may be older than
	 * what these hooks were told since. Those that were parked by then, too, or they
	 * would be delivered if the hook had an outbox again, with none behind them.
	 */
	int catchUp() {
		for (RegisteredHook hook : this.hooks.strict()) {
			if (!this.unparked.contains(hook.name())) {
				this.storage.outbox().unpark(hook.name());
				this.unparked.add(hook.name());
			}
		}
		return deliver(this.hooks.strict());
	}

	private int deliver(List<RegisteredHook> hooks) {
		int delivered = 0;
		for (RegisteredHook hook : hooks) {
			ReentrantLock lock = this.locks.computeIfAbsent(hook.name(), (name) -> new ReentrantLock());
			lock.lock();
			try {
				delivered += deliver(hook);
			}
			finally {
				lock.unlock();
			}
		}
		return delivered;
	}

	private int deliver(RegisteredHook hook) {
		String token = Leases.next();
		long began = System.nanoTime();
		int batch = FIRST_BATCH;
		int delivered = 0;
		while (System.nanoTime() - began < LONGEST_RUN && !Thread.currentThread().isInterrupted()) {
			Instant now = this.clock.get();
			OutboxClaim claim = this.storage.outbox().claim(hook.name(), token, now, now.plus(lease(hook)), batch);
			if (claim == null) {
				break;
			}
			long start = System.nanoTime();
			delivered += new Batch(hook, claim).deliver();
			// a lease must outlast the delivery of what it was taken for
			batch = (System.nanoTime() - start < LONG_CALL) ? Math.min(2 * batch, MAX_BATCH) : Math.max(batch / 4, 1);
		}
		return delivered;
	}

	private static Duration lease(RegisteredHook hook) {
		Duration timeout = hook.options().timeout();
		return (timeout != null) ? LEASE.plus(timeout.multipliedBy(DOWN + 1)) : LEASE;
	}

	private Duration backOff(int attempts) {
		return jitter(this.backOff.toMillis() << Math.min(attempts - 1, 20));
	}

	private static Duration jitter(long millis) {
		long most = Math.min(millis, MAX_BACK_OFF.toMillis());
		return Duration.ofMillis(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
	}

	/**
	 * Waits as long again as the hook has been down, which doubles the time each time.
	 */
	private Instant pause(RegisteredHook hook) {
		Instant now = this.clock.get();
		Instant since = this.down.computeIfAbsent(hook.name(), (name) -> now);
		return now.plus(jitter(Math.max(this.backOff.toMillis(), Duration.between(since, now).toMillis())));
	}

	/** What was claimed at once. */
	private final class Batch {

		private final RegisteredHook hook;

		private final OutboxClaim claim;

		private final List<OutboxRow> delivered = new ArrayList<>();

		private final List<OutboxRetry> failed = new ArrayList<>();

		private int failuresInARow;

		Batch(RegisteredHook hook, OutboxClaim claim) {
			this.hook = hook;
			this.claim = claim;
		}

		int deliver() {
			Map<String, List<OutboxRow>> byNamespace = new LinkedHashMap<>();
			this.claim.rows()
				.forEach((row) -> byNamespace.computeIfAbsent(row.namespace(), (name) -> new ArrayList<>()).add(row));
			for (List<OutboxRow> rows : byNamespace.values()) {
				if (!isDown() && (rows.size() == 1 || tryAll(rows) != null)) {
					deliverOneByOne(rows);
				}
			}
			Instant pause = isDown() ? pause(this.hook) : null;
			boolean held = OutboxDelivery.this.storage.outbox().settle(this.claim, this.delivered, this.failed, pause);
			return held ? this.delivered.size() : 0;
		}

		private boolean isDown() {
			return this.failuresInARow >= DOWN;
		}

		private @Nullable RuntimeException tryAll(List<OutboxRow> rows) {
			try {
				tell(rows);
				this.delivered.addAll(rows);
				this.failuresInARow = 0;
				OutboxDelivery.this.down.remove(this.hook.name());
				return null;
			}
			catch (HookException | StorageException ex) {
				return ex;
			}
		}

		private void tell(List<OutboxRow> rows) {
			if (this.hook.mode() == HookMode.OUTBOX) {
				this.hook.apply(rows.stream()
					.map((row) -> this.hook.change(row.namespace(), row.entry(), row.fence()))
					.toList(), "; it will be told again");
				return;
			}
			Set<String> ids = new LinkedHashSet<>();
			rows.forEach((row) -> ids.add(row.entry().factId()));
			new HookRepair(OutboxDelivery.this.storage, OutboxDelivery.this.strict, this.hook)
				.showStored(rows.get(0).namespace(), ids);
		}

		// later changes of a fact wait for the one that failed
		private void deliverOneByOne(List<OutboxRow> rows) {
			for (List<OutboxRow> changes : leastTriedFirst(rows)) {
				for (OutboxRow row : changes) {
					RuntimeException failure = tryAll(List.of(row));
					if (failure != null) {
						this.failuresInARow++;
						failed(row, failure);
						break;
					}
				}
				if (isDown()) {
					return;
				}
			}
		}

		/**
		 * The changes of each fact, at random but for how often they were tried: a few
		 * facts that always fail must not look like a hook that is down whenever it is
		 * their turn.
		 */
		private static List<List<OutboxRow>> leastTriedFirst(List<OutboxRow> rows) {
			Map<String, List<OutboxRow>> byFact = new LinkedHashMap<>();
			rows.forEach((row) -> byFact.computeIfAbsent(row.entry().factId(), (id) -> new ArrayList<>()).add(row));
			List<List<OutboxRow>> facts = new ArrayList<>(byFact.values());
			Collections.shuffle(facts, ThreadLocalRandom.current());
			facts.sort(Comparator.comparingInt((changes) -> changes.get(0).attempts()));
			return facts;
		}

		private void failed(OutboxRow row, RuntimeException failure) {
			int attempts = row.attempts() + 1;
			boolean parked = attempts >= OutboxDelivery.this.maxAttempts;
			Instant due = OutboxDelivery.this.clock.get().plus(backOff(attempts));
			this.failed.add(new OutboxRetry(row, attempts, due, parked));
			if (parked) {
				logger.warn(
						"Parked a change of the fact '{}' in namespace '{}' after {} attempts, and with it all later "
								+ "changes of this fact, until retryParked(\"{}\") is called",
						row.entry().factId(), row.namespace(), attempts, this.hook.name(), failure);
			}
			else {
				logger.debug("Attempt {} to tell the hook '{}' of the fact '{}' in namespace '{}' has failed", attempts,
						this.hook.name(), row.entry().factId(), row.namespace(), failure);
			}
		}

	}

}
