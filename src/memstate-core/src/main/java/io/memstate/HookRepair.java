package io.memstate;

import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.StrictHooks.Lease;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intent;
import io.memstate.storage.Payload;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StorageQuery.Layers;
import io.memstate.storage.StoredFact;

/**
 * Brings one hook back in step with the facts, page by page, while others write. What it
 * delivers is the stored state, under a lease and a fence of its own.
 */
final class HookRepair {

	private static final int PAGE = 500;

	private static final int LOOKS = 10;

	private static final long PATIENCE = TimeUnit.MINUTES.toNanos(2);

	private final HookStorage storage;

	private final StrictHooks strict;

	private final RegisteredHook hook;

	private long facts;

	private long entries;

	private long missing;

	private long stale;

	private long ghosts;

	private long mended;

	HookRepair(HookStorage storage, StrictHooks strict, RegisteredHook hook) {
		this.storage = storage;
		this.strict = strict;
		this.hook = hook;
	}

	ReconcileReport reconcile(boolean dryRun) {
		if (!(this.hook.hook() instanceof ReconcilableHook index)) {
			throw new IllegalArgumentException("The hook '" + this.hook.name()
					+ "' can't be compared with the facts: let it implement ReconcilableHook");
		}
		compareFacts(index, dryRun);
		compareEntries(index, dryRun);
		return new ReconcileReport(this.hook.name(), this.facts, this.entries, this.missing, this.stale, this.ghosts,
				this.mended, dryRun);
	}

	private void compareFacts(ReconcilableHook index, boolean dryRun) {
		String namespace = null;
		while ((namespace = nextNamespace(namespace)) != null) {
			StoredFact last = null;
			List<FactState> page;
			do {
				page = page(namespace, last);
				last = last(page, last);
				List<String> ids = wanted(page);
				this.facts += ids.size();
				compare(index, namespace, ids, dryRun);
			}
			while (page.size() == PAGE);
		}
	}

	private void compareEntries(ReconcilableHook index, boolean dryRun) {
		try (Stream<IndexedFact> entries = call(index::entries)) {
			Set<String> ids = new LinkedHashSet<>();
			String namespace = null;
			for (Iterator<IndexedFact> all = entries.iterator(); all.hasNext();) {
				IndexedFact entry = all.next();
				if (namespace != null && (!namespace.equals(entry.namespace()) || ids.size() == PAGE)) {
					compareGhosts(index, namespace, ids, dryRun);
					ids.clear();
				}
				namespace = entry.namespace();
				ids.add(entry.factId());
				this.entries++;
			}
			if (namespace != null) {
				compareGhosts(index, namespace, ids, dryRun);
			}
		}
	}

	// what has a fact was compared already
	private void compareGhosts(ReconcilableHook index, String namespace, Set<String> ids, boolean dryRun) {
		Map<String, FactState> states = this.storage.facts(namespace, ids);
		compare(index, namespace, ids.stream().filter((id) -> stored(states, id) == null).toList(), dryRun);
	}

	/** Compares some facts, looks again at those that differ, and mends them. */
	private void compare(ReconcilableHook index, String namespace, Collection<String> ids, boolean dryRun) {
		Set<String> different = differing(index, namespace, ids).keySet();
		if (different.isEmpty()) {
			return;
		}
		if (dryRun) {
			count(differing(index, namespace, different));
			return;
		}
		mend(index, namespace, different);
	}

	/**
	 * Mends what still differs once it is leased. Who keeps the lease of a fact may be
	 * telling the hook of the next write just now, which is no difference: it is given
	 * some time before the lease is taken over.
	 */
	private void mend(ReconcilableHook index, String namespace, Set<String> ids) {
		Set<String> different = ids;
		for (int look = 0; look < LOOKS && !different.isEmpty(); look++) {
			String token = Leases.next();
			Lease lease = this.strict.leaseUnlessKept(namespace, token, different);
			if (lease != null) {
				leased(namespace, token, lease, mending(index, namespace, different));
				return;
			}
			pause();
			different = differing(index, namespace, different).keySet();
		}
		if (!different.isEmpty()) {
			leased(namespace, different, mending(index, namespace, different));
		}
	}

	private Consumer<Long> mending(ReconcilableHook index, String namespace, Set<String> ids) {
		return (fence) -> {
			Map<String, Difference> differences = differing(index, namespace, ids);
			count(differences);
			deliver(namespace, differences.keySet(), fence);
			this.mended += differences.size();
		};
	}

	private enum Difference {

		MISSING, STALE, GHOST

	}

	private Map<String, Difference> differing(ReconcilableHook index, String namespace, Collection<String> ids) {
		Map<String, Difference> differing = new LinkedHashMap<>();
		if (ids.isEmpty()) {
			return differing;
		}
		Map<String, Long> versions = call(() -> index.versions(namespace, List.copyOf(ids)));
		Map<String, FactState> states = this.storage.facts(namespace, ids);
		for (String id : ids) {
			StoredFact fact = stored(states, id);
			Long version = versions.get(id);
			if (fact == null && version != null) {
				differing.put(id, Difference.GHOST);
			}
			else if (fact != null && version == null) {
				differing.put(id, Difference.MISSING);
			}
			else if (fact != null && version != null && version != fact.version()) {
				differing.put(id, Difference.STALE);
			}
		}
		return differing;
	}

	private @Nullable StoredFact stored(Map<String, FactState> states, String id) {
		FactState state = states.get(id);
		return (state != null && this.hook.wants(state.fact())) ? state.fact() : null;
	}

	private void count(Map<String, Difference> differences) {
		for (Difference difference : differences.values()) {
			switch (difference) {
				case MISSING -> this.missing++;
				case STALE -> this.stale++;
				case GHOST -> this.ghosts++;
			}
		}
	}

	/** Shows the hook the stored state of some facts. */
	void showStored(String namespace, Set<String> ids) {
		leased(namespace, ids, (fence) -> deliver(namespace, ids, fence));
	}

	private void deliver(String namespace, Collection<String> ids, long fence) {
		if (!ids.isEmpty()) {
			StrictHooks.showStored(this.hook, namespace, ids, this.storage.facts(namespace, ids), fence);
		}
	}

	/**
	 * Does something under a lease of facts, which is waited for. If a lease was left by
	 * another, its facts must be put right for every hook.
	 */
	private void leased(String namespace, Set<String> ids, Consumer<Long> work) {
		long deadline = System.nanoTime() + PATIENCE;
		while (true) {
			String token = Leases.next();
			Lease lease = this.strict.lease(namespace, token, ids);
			if (lease != null) {
				leased(namespace, token, lease, work);
				return;
			}
			if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
				throw new StorageException("Facts of namespace '" + namespace + "' are being written all the time, so "
						+ "that the hook '" + this.hook.name() + "' could not be compared with them: try again later");
			}
			pause();
		}
	}

	private static void pause() {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1 + ThreadLocalRandom.current().nextLong(20)));
	}

	private void leased(String namespace, String token, Lease lease, Consumer<Long> work) {
		try {
			work.accept(lease.fence());
		}
		catch (RuntimeException ex) {
			this.strict.giveUp(namespace, token, ex);
			throw ex;
		}
		if (lease.takenOver()) {
			this.strict.putRight(namespace, token);
		}
		else {
			this.strict.release(namespace, token);
		}
	}

	ReindexProgress reindex(@Nullable ReindexProgress last, Consumer<ReindexProgress> listener) {
		if (!(this.hook.hook() instanceof ReindexableHook index)) {
			throw new IllegalArgumentException("The hook '" + this.hook.name()
					+ "' can't be built again from nothing: let it implement ReindexableHook");
		}
		if (last == null) {
			call(() -> {
				index.clear();
				return true;
			});
			// what hooks were shown before is gone, and its facts may be written
			// where the pages have passed; before there is progress, as who goes on can't
			// know them
			for (FactAddress fact : underWay()) {
				showStored(fact.namespace(), Set.of(fact.factId()));
			}
		}
		String namespace = (last != null) ? last.namespace() : null;
		StoredFact position = (last != null) ? position(last) : null;
		if (namespace == null) {
			namespace = nextNamespace(null);
		}
		while (namespace != null) {
			reindex(namespace, position, listener);
			position = null;
			namespace = nextNamespace(namespace);
		}
		ReindexProgress done = new ReindexProgress(this.hook.name(), null, null, null, this.facts, true);
		listener.accept(done);
		return done;
	}

	/**
	 * The fact that was read last, as far as its place matters: what is stored of it may
	 * be in another place by now.
	 */
	private static @Nullable StoredFact position(ReindexProgress last) {
		if (last.namespace() == null || last.lastFactId() == null || last.lastCreatedAt() == null) {
			return null;
		}
		return new StoredFact(last.namespace(), last.lastFactId(), "", Payload.of(Map.of()), null, null, false, 1,
				last.lastCreatedAt(), last.lastCreatedAt(), null);
	}

	private void reindex(String namespace, @Nullable StoredFact position, Consumer<ReindexProgress> listener) {
		StoredFact last = position;
		List<FactState> page;
		do {
			page = page(namespace, last);
			last = last(page, last);
			Set<String> ids = new LinkedHashSet<>(wanted(page));
			if (!ids.isEmpty()) {
				showStored(namespace, ids);
			}
			this.facts += ids.size();
			listener.accept(new ReindexProgress(this.hook.name(), namespace, (last != null) ? last.id() : null,
					(last != null) ? last.createdAt() : null, this.facts, false));
		}
		while (page.size() == PAGE);
	}

	private Set<FactAddress> underWay() {
		// or it would be waited for
		this.strict.releaseIdle();
		Set<FactAddress> underWay = new LinkedHashSet<>();
		FactAddress after = null;
		List<Intent> page;
		do {
			page = this.storage.intents().list(after, PAGE);
			for (Intent intent : page) {
				after = new FactAddress(intent.namespace(), intent.factId());
				underWay.add(after);
			}
		}
		while (page.size() == PAGE);
		return underWay;
	}

	private @Nullable String nextNamespace(@Nullable String after) {
		List<String> next = this.storage.namespaces(after, 1);
		return next.isEmpty() ? null : next.get(0);
	}

	// what has expired counts until it is removed, of which the hook is told
	private List<FactState> page(String namespace, @Nullable StoredFact after) {
		return this.storage
			.query(new StorageQuery(namespace, null, Layers.ANY, null, null, List.of(), after, PAGE, Instant.EPOCH));
	}

	private static @Nullable StoredFact last(List<FactState> page, @Nullable StoredFact before) {
		return page.isEmpty() ? before : page.get(page.size() - 1).fact();
	}

	private List<String> wanted(List<FactState> page) {
		return page.stream().filter((state) -> this.hook.wants(state.fact())).map(FactState::id).toList();
	}

	private <R> R call(Callable<R> call) {
		return this.hook.run(call, "a comparison with the facts");
	}

}
