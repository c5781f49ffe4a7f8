package io.memstate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.KeptLeases.Turn;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Precondition;
import io.memstate.storage.ReadingIntents;
import io.memstate.storage.ReadingIntents.LeasedFact;
import io.memstate.storage.Renewal;
import io.memstate.storage.StoredEntry;

/**
 * Tells hooks of a write before it is applied, so that neither a failure nor a crash
 * leaves them apart from the facts. The facts are leased first, which is durable; the
 * lease ends with the write. Whoever finds a lease without a write, because it failed, or
 * its process died, shows the hooks what is stored.
 */
final class StrictHooks {

	private static final Logger logger = LoggerFactory.getLogger(StrictHooks.class);

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final int TAKE_OVERS = 10;

	private static final int PAGE = 500;

	private static final int MAX_FAILURES = 3;

	private static final int MOST_LOST = 1_000;

	private final HookStorage storage;

	private final HookRegistry hooks;

	private final Supplier<Instant> clock;

	private final LeaseQueue queue = new LeaseQueue();

	private final LeasedIds ids;

	private final KeptLeases kept;

	// tokens of this store that nobody holds any more, though they may still be leased,
	// as the storage did not answer; the last ones
	private final Set<String> lost = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
			return size() > MOST_LOST;
		}

	}));

	// the last fact that a recovery which gave up has seen: the next one begins behind
	// it, or facts that a hook never takes would keep it from all others
	private volatile @Nullable FactAddress gaveUpAt;

	StrictHooks(HookStorage storage, HookRegistry hooks, Supplier<Instant> clock) {
		this.storage = storage;
		this.hooks = hooks;
		this.clock = clock;
		this.ids = new LeasedIds(storage, clock, this::until);
		this.kept = new KeptLeases(storage, clock);
	}

	/** For a write of one fact that is about to be planned. */
	EarlyLease early(String namespace) {
		return new EarlyLease(this, this.ids, this.kept, namespace);
	}

	/** Whether the storage leases a fact and reads it at once. */
	boolean canLeaseAndRead() {
		return this.storage.intents() instanceof ReadingIntents;
	}

	/**
	 * Leases a fact and reads it at once.
	 * @return null if others hold it
	 */
	@Nullable LeasedFact leaseAndRead(String namespace, String factId, String token) {
		ReadingIntents intents = (ReadingIntents) this.storage.intents();
		return orLose(Set.of(token), () -> intents.leaseAndRead(namespace, factId, token, until()));
	}

	/** Ends leases under which hooks were told of nothing. */
	void giveBack(String namespace, Collection<String> tokens) {
		if (!Leases.giveBack(this.storage, namespace, tokens)) {
			this.lost.addAll(tokens);
		}
	}

	/** Gives back what is leased while hooks are told of nothing. */
	void releaseIdle() {
		this.ids.releaseAll();
		this.kept.releaseAll();
	}

	/** How many facts hooks are being told of, or were told of by what has failed. */
	long count() {
		long count = 0;
		FactAddress after = null;
		List<Intent> page;
		do {
			page = this.storage.intents().list(after, PAGE);
			count += page.stream().filter((intent) -> !Leases.isIdle(intent.token()) || isOver(intent)).count();
			if (!page.isEmpty()) {
				Intent last = page.get(page.size() - 1);
				after = new FactAddress(last.namespace(), last.factId());
			}
		}
		while (page.size() == PAGE);
		return count;
	}

	/** Whether hooks want to be told of a type, or of any if it is null. */
	boolean want(@Nullable String type) {
		return this.hooks.strict()
			.stream()
			.anyMatch((hook) -> (type != null) ? hook.wants(type) : hook.options().types().isEmpty());
	}

	boolean want(StoredEntry entry) {
		return this.hooks.strict().stream().anyMatch((hook) -> hook.wants(entry));
	}

	/**
	 * Leases the facts of a write that hooks want to be told of.
	 * @param namespace the namespace
	 * @param entries the entries of the write
	 * @param force whether to take over what others have leased, which is right only
	 * where they can't write these facts before this write has ended
	 * @return the telling; null if others are writing these facts
	 */
	@Nullable Telling lease(String namespace, List<StoredEntry> entries, boolean force) {
		return lease(namespace, net(entries), force, Set.of());
	}

	/**
	 * The same for a write whose fact may be leased already.
	 * @param early what was leased while the write was planned, or null
	 */
	@Nullable Telling lease(String namespace, List<StoredEntry> entries, @Nullable EarlyLease early) {
		Map<String, StoredEntry> net = net(entries);
		String token = (early != null) ? early.token() : null;
		if (early == null || token == null) {
			return (net.size() == 1 && this.storage.intents().gathers()) ? leaseOne(namespace, net)
					: lease(namespace, net, false, Set.of());
		}
		Lease lease = early.lease(net.keySet());
		if (lease != null) {
			early.used();
			return new Telling(namespace, token, lease, early.turn(), net);
		}
		Telling telling = lease(namespace, net, false, Set.of(token));
		if (telling != null && early.isOf(net.keySet())) {
			early.replaced();
		}
		return telling;
	}

	private @Nullable Telling leaseOne(String namespace, Map<String, StoredEntry> net) {
		Turn turn = this.kept.begin(namespace, net.values().iterator().next());
		if (turn == null) {
			return null;
		}
		Lease lease = turn.lease();
		try {
			if (lease == null) {
				lease = lease(namespace, turn.token(), net.keySet(), this::mayTakeOver, Set.of());
				if (lease != null) {
					turn.leased(lease);
				}
			}
		}
		finally {
			if (lease == null) {
				turn.abandon();
			}
		}
		return (lease != null) ? new Telling(namespace, turn.token(), lease, turn, net) : null;
	}

	private Map<String, StoredEntry> net(List<StoredEntry> entries) {
		Map<String, StoredEntry> net = new LinkedHashMap<>();
		entries.stream().filter(this::want).forEach((entry) -> net.merge(entry.factId(), entry, StrictHooks::net));
		return net;
	}

	private static StoredEntry net(StoredEntry first, StoredEntry last) {
		return new StoredEntry(last.sequence(), last.step(), last.operation(), last.sessionId(), last.factId(),
				first.before(), last.after(), last.version(), last.actor(), last.reason(), last.at(), last.reverts(),
				first.showed(), last.call());
	}

	private @Nullable Telling lease(String namespace, Map<String, StoredEntry> net, boolean force,
			Set<String> replaces) {
		if (net.isEmpty()) {
			return new Telling(namespace);
		}
		String token = Leases.next();
		Lease lease = lease(namespace, token, net.keySet(), mayTakeOver(force), replaces);
		return (lease != null) ? new Telling(namespace, token, lease, net) : null;
	}

	/**
	 * Tells of facts once more whose leases end with the transaction that goes on.
	 * @param namespace the namespace
	 * @param entries the further entries
	 * @return the telling, under a fence of its own, which leaves nothing to withdraw
	 */
	Telling again(String namespace, List<StoredEntry> entries) {
		Map<String, StoredEntry> net = new LinkedHashMap<>();
		entries.forEach((entry) -> net.merge(entry.factId(), entry, StrictHooks::net));
		String token = Leases.next();
		long fence = this.storage.intents().renew(namespace, token, token, until()).fence();
		return new Telling(namespace, null, new Lease(fence, 0, true), net);
	}

	/**
	 * Shows hooks the stored state of facts, whoever is telling them of these.
	 */
	void showStored(String namespace, Set<String> ids) {
		String token = Leases.next();
		if (lease(namespace, token, ids, mayTakeOver(true), Set.of()) == null) {
			throw new StorageException("Facts of namespace '" + namespace + "' are being written all the time");
		}
		putRight(namespace, token, this.hooks.all());
	}

	/**
	 * A lease that was granted.
	 *
	 * @param fence its fence
	 * @param uses how many writes have used it
	 * @param takenOver whether hooks may have been shown something under another lease
	 */
	record Lease(long fence, int uses, boolean takenOver) {
	}

	/** Leases facts, or answers with null if others hold some. */
	@Nullable Lease lease(String namespace, String token, Set<String> ids) {
		return lease(namespace, token, ids, this::mayTakeOver, Set.of());
	}

	/** The same, but leaves to others what they keep from one write to the next. */
	@Nullable Lease leaseUnlessKept(String namespace, String token, Set<String> ids) {
		return lease(namespace, token, ids, this::isOver, Set.of());
	}

	private Predicate<Intent> mayTakeOver(boolean force) {
		return force ? (intent) -> true : this::mayTakeOver;
	}

	private @Nullable Lease lease(String namespace, String token, Set<String> ids, Predicate<Intent> mayTakeOver,
			Set<String> own) {
		return orLose(Set.of(token), () -> tryLease(namespace, token, ids, mayTakeOver, own));
	}

	private @Nullable Lease tryLease(String namespace, String token, Set<String> ids, Predicate<Intent> mayTakeOver,
			Set<String> own) {
		Set<String> replaces = new HashSet<>(own);
		for (int i = 0; i < TAKE_OVERS; i++) {
			LeaseRequest request = new LeaseRequest(namespace, token, ids, until(), replaces);
			Intents intents = this.storage.intents();
			LeaseResult result = (replaces.isEmpty() && intents.gathers()) ? this.queue.lease(intents, request)
					: intents.lease(List.of(request)).get(0);
			if (result instanceof LeaseResult.Leased leased) {
				return new Lease(leased.fence(), 0, !replaces.isEmpty());
			}
			List<Intent> holders = ((LeaseResult.Busy) result).holders();
			if (!holders.stream().allMatch(mayTakeOver)) {
				return null;
			}
			holders.forEach((holder) -> replaces.add(holder.token()));
		}
		return null;
	}

	private boolean mayTakeOver(Intent intent) {
		return Leases.isKept(intent.token()) || isOver(intent);
	}

	private boolean isOver(Intent intent) {
		return !intent.until().isAfter(this.clock.get()) || this.lost.contains(intent.token())
				|| Leases.isDead(intent.token());
	}

	/**
	 * Does something with the intents of tokens, which nobody holds any more if it fails:
	 * the storage may have done it all the same, or be about to.
	 */
	private <R extends @Nullable Object> R orLose(Set<String> tokens, Supplier<R> work) {
		try {
			return work.get();
		}
		catch (RuntimeException ex) {
			this.lost.addAll(tokens);
			throw ex;
		}
	}

	private Instant until() {
		Duration lease = LEASE;
		for (RegisteredHook hook : this.hooks.strict()) {
			Duration timeout = hook.options().timeout();
			lease = (timeout != null) ? lease.plus(timeout) : lease;
		}
		return this.clock.get().plus(lease);
	}

	/**
	 * Shows hooks the stored state of the facts whose intents still carry a token, and
	 * removes these intents. Facts that another has taken over are put right by that one.
	 * @return how many facts these were
	 * @throws HookException if a hook fails; all of them have been tried, and the lease
	 * has been given up
	 */
	int putRight(String namespace, String token, Collection<RegisteredHook> hooks) {
		boolean interrupted = Thread.interrupted();
		try {
			// under another token, so that a write whose outcome is unknown is not
			// carried out any more
			String own = Leases.next();
			Renewal renewal = orLose(Set.of(token, own),
					() -> this.storage.intents().renew(namespace, token, own, until()));
			if (renewal.factIds().isEmpty()) {
				return 0;
			}
			try {
				showStored(namespace, renewal, hooks);
			}
			catch (RuntimeException ex) {
				giveUp(namespace, own, ex);
				throw ex;
			}
			release(namespace, own);
			return renewal.factIds().size();
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Leaves intents to whoever wants them next, after a failure that matters more. */
	void giveUp(String namespace, String token, RuntimeException failure) {
		try {
			orLose(Set.of(token), () -> this.storage.intents().renew(namespace, token, token, Instant.EPOCH));
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
		}
	}

	/** Removes intents of which hooks were told for the last time. */
	void release(String namespace, String token) {
		orLose(Set.of(token), () -> {
			this.storage.intents().release(namespace, token);
			return true;
		});
	}

	/** The same for every hook. */
	int putRight(String namespace, String token) {
		return putRight(namespace, token, this.hooks.all());
	}

	private void showStored(String namespace, Renewal renewal, Collection<RegisteredHook> hooks) {
		Map<String, FactState> states = this.storage.facts(namespace, renewal.factIds());
		HookException failure = null;
		for (RegisteredHook hook : hooks) {
			try {
				showStored(hook, namespace, renewal.factIds(), states, renewal.fence());
			}
			catch (HookException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	static void showStored(RegisteredHook hook, String namespace, Collection<String> ids, Map<String, FactState> states,
			long fence) {
		List<FactChange> changes = new ArrayList<>();
		for (String id : ids) {
			FactState state = states.get(id);
			changes.add(hook.stored(namespace, id, (state != null) ? state.fact() : null, fence));
		}
		hook.apply(changes, ", when it was shown what is stored; it will be shown again");
	}

	/** Puts right what dead processes, and failed withdrawals, have left behind. */
	int recover() {
		if (this.hooks.all().isEmpty()) {
			return 0;
		}
		this.ids.releaseStale();
		this.kept.releaseStale();
		Recovery recovery = new Recovery();
		FactAddress from = this.gaveUpAt;
		recovery.run(from);
		if (from != null && recovery.gaveUpAt == null) {
			recovery.run(null);
		}
		this.gaveUpAt = recovery.gaveUpAt;
		return recovery.recovered;
	}

	/** One look at what is left. */
	private final class Recovery {

		private int recovered;

		private int failures;

		private @Nullable FactAddress gaveUpAt;

		/** Puts right what is left of the facts after one. */
		private void run(@Nullable FactAddress from) {
			FactAddress after = from;
			List<Intent> page;
			do {
				page = StrictHooks.this.storage.intents().list(after, PAGE);
				Set<List<String>> tried = new HashSet<>();
				for (Intent intent : page) {
					if (isOver(intent) && tried.add(List.of(intent.namespace(), intent.token()))) {
						if (this.failures >= MAX_FAILURES) {
							this.gaveUpAt = after;
							return;
						}
						putRight(intent.namespace(), intent.token());
					}
					after = new FactAddress(intent.namespace(), intent.factId());
				}
			}
			while (page.size() == PAGE);
		}

		private void putRight(String namespace, String token) {
			try {
				this.recovered += StrictHooks.this.putRight(namespace, token);
			}
			catch (HookException | StorageException ex) {
				this.failures++;
				logger.warn("Could not yet recover facts of namespace '{}' that hooks were being told of; it is tried "
						+ "again with the next maintenance and the next write of these facts", namespace, ex);
			}
		}

	}

	/** One write that hooks are told of. */
	final class Telling {

		private final String namespace;

		private final @Nullable String token;

		private final @Nullable Lease lease;

		private final @Nullable Turn turn;

		private final Map<String, StoredEntry> net;

		private final Set<RegisteredHook> told = new LinkedHashSet<>();

		/** Nobody wants to be told. */
		private Telling(String namespace) {
			this(namespace, null, null, null, Map.of());
		}

		private Telling(String namespace, @Nullable String token, Lease lease, Map<String, StoredEntry> net) {
			this(namespace, token, lease, null, net);
		}

		private Telling(String namespace, @Nullable String token, @Nullable Lease lease, @Nullable Turn turn,
				Map<String, StoredEntry> net) {
			this.namespace = namespace;
			this.token = token;
			this.lease = lease;
			this.turn = turn;
			this.net = net;
		}

		/** What must still be true when the write is applied. */
		List<Precondition> preconditions() {
			boolean kept = this.turn != null && this.turn.keeps();
			return (this.token != null) ? List.of(new Precondition.LeaseHeld(this.token, this.net.keySet(), kept))
					: List.of();
		}

		/**
		 * Tells the hooks.
		 * @throws HookException if one fails; then those that were told must be shown
		 * what is stored
		 */
		void tell() {
			if (this.lease == null) {
				return;
			}
			for (RegisteredHook hook : StrictHooks.this.hooks.strict()) {
				List<FactChange> changes = new ArrayList<>();
				for (StoredEntry entry : this.net.values()) {
					// whoever held the lease before may have shown the hook another type
					if (this.lease.takenOver() || hook.wants(entry)) {
						changes.add(hook.change(this.namespace, entry, this.lease.fence(), this.lease.uses()));
					}
				}
				if (!changes.isEmpty()) {
					this.told.add(hook);
					hook.apply(changes, ", so nothing was written");
				}
			}
		}

		/** Is called once the write is applied. */
		void written() {
			if (this.turn != null) {
				this.net.values().forEach((entry) -> this.turn.written(entry.version()));
			}
		}

		/**
		 * Shows those that were told what is stored.
		 * @param failure under which a failure of that is suppressed; if null, it is only
		 * logged
		 */
		void withdraw(@Nullable Throwable failure) {
			if (this.turn != null) {
				this.turn.abandon();
			}
			if (this.token == null) {
				return;
			}
			Collection<RegisteredHook> hooks = (this.lease != null && this.lease.takenOver())
					? StrictHooks.this.hooks.strict() : this.told;
			try {
				putRight(this.namespace, this.token, hooks);
			}
			catch (RuntimeException ex) {
				if (failure != null) {
					failure.addSuppressed(ex);
				}
				else {
					logger.warn("Could not withdraw what hooks were shown of facts of namespace '{}'; the next write "
							+ "of these facts or maintenance puts it right", this.namespace, ex);
				}
			}
		}

	}

}
