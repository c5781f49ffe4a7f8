package io.memstate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.StrictHooks.Telling;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.Storage;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.TransactionalStorage.CallerTransaction;
import io.memstate.storage.TransactionalStorage.Outcome;
import io.memstate.storage.Unit;

/**
 * Tells strict hooks of what a transaction of the caller has written, just before it
 * commits, and shows them what is stored if it does not.
 */
final class CallerHooks {

	private static final Logger logger = LoggerFactory.getLogger(CallerHooks.class);

	private final Storage storage;

	private final StrictHooks strict;

	// what was written and not yet told, by namespace
	private final Map<String, Set<String>> steps = new LinkedHashMap<>();

	private final List<Telling> tellings = new ArrayList<>();

	// up to which entry hooks were told, by namespace
	private final Map<String, Long> told = new HashMap<>();

	private final Map<String, Set<String>> leased = new HashMap<>();

	// what was told otherwise than once, just before the commit
	private final Map<String, Set<String>> doubtful = new LinkedHashMap<>();

	private @Nullable HookException failure;

	private CallerHooks(Storage storage, StrictHooks strict, CallerTransaction transaction) {
		this.storage = storage;
		this.strict = strict;
		transaction.beforeCommit(this::tell);
		transaction.afterCompletion(this::afterCompletion);
	}

	/** Takes note of a write in a transaction. */
	static void wrote(Storage storage, StrictHooks strict, CallerTransaction transaction, String namespace,
			List<StoredEntry> entries) {
		for (StoredEntry entry : entries) {
			if (strict.want(entry)) {
				transaction.attribute(CallerHooks.class, () -> new CallerHooks(storage, strict, transaction)).steps
					.computeIfAbsent(namespace, (name) -> new LinkedHashSet<>())
					.add(entry.step());
			}
		}
		if (transaction.committing()) {
			transaction.attribute(CallerHooks.class, () -> new CallerHooks(storage, strict, transaction)).tellLate();
		}
	}

	// a hook may write, too
	private void tell() {
		while (!this.steps.isEmpty()) {
			Map<String, Set<String>> untold = new LinkedHashMap<>(this.steps);
			this.steps.clear();
			untold.forEach((namespace, ofNamespace) -> tell(namespace, written(namespace, ofNamespace)));
		}
	}

	/**
	 * What is written once the transaction commits can be told only at once. A savepoint
	 * may take it back, and a failure may be caught, so it is looked at again afterwards.
	 */
	private void tellLate() {
		this.steps.forEach((namespace, ofNamespace) -> written(namespace, ofNamespace)
			.forEach((entry) -> doubt(namespace, entry.factId())));
		tell();
	}

	private void doubt(String namespace, String factId) {
		this.doubtful.computeIfAbsent(namespace, (name) -> new LinkedHashSet<>()).add(factId);
	}

	// from the log, as savepoints may have taken writes back
	private List<StoredEntry> written(String namespace, Set<String> steps) {
		List<StoredEntry> entries = new ArrayList<>();
		for (String step : steps) {
			entries.addAll(this.storage.log(new StorageLogQuery(namespace, null, null, null, step, null, null, null,
					null, true, Integer.MAX_VALUE)));
		}
		long last = this.told.getOrDefault(namespace, Long.MIN_VALUE);
		entries.removeIf((entry) -> entry.sequence() <= last || !this.strict.want(entry));
		entries.sort(Comparator.comparingLong(StoredEntry::sequence));
		return entries;
	}

	private void tell(String namespace, List<StoredEntry> entries) {
		if (entries.isEmpty()) {
			return;
		}
		this.told.put(namespace, entries.get(entries.size() - 1).sequence());
		Set<String> leased = this.leased.computeIfAbsent(namespace, (name) -> new HashSet<>());
		List<StoredEntry> again = new ArrayList<>();
		List<StoredEntry> first = new ArrayList<>();
		for (StoredEntry entry : entries) {
			(leased.contains(entry.factId()) ? again : first).add(entry);
		}
		if (!first.isEmpty()) {
			first.forEach((entry) -> leased.add(entry.factId()));
			tellFirst(namespace, first);
		}
		if (!again.isEmpty()) {
			again.forEach((entry) -> doubt(namespace, entry.factId()));
			tell(this.strict.again(namespace, again));
		}
	}

	private void tellFirst(String namespace, List<StoredEntry> entries) {
		// others can't write these facts before this transaction has ended, and would be
		// waited for in vain
		Telling telling = this.strict.lease(namespace, entries, true);
		if (telling == null) {
			throw lost(namespace);
		}
		this.tellings.add(telling);
		tell(telling);
		Unit end = new Unit(namespace, telling.preconditions(), List.of(), List.of(), null, List.of(), Map.of());
		if (this.storage.apply(end) instanceof ApplyResult.Rejected) {
			throw lost(namespace);
		}
	}

	private void tell(Telling telling) {
		try {
			telling.tell();
		}
		catch (HookException ex) {
			this.failure = ex;
			throw ex;
		}
	}

	private static StorageException lost(String namespace) {
		return new StorageException("Another write has taken over facts of namespace '" + namespace
				+ "' that hooks were being told of, so the transaction can't commit: try it again");
	}

	private void afterCompletion(Outcome outcome) {
		if (outcome != Outcome.COMMITTED) {
			this.tellings.forEach((telling) -> telling.withdraw(this.failure));
		}
		this.doubtful.forEach(this::showStored);
	}

	private void showStored(String namespace, Set<String> ids) {
		try {
			this.strict.showStored(namespace, ids);
		}
		catch (RuntimeException ex) {
			logger.warn("Could not show hooks what is stored of facts of namespace '{}'; the next write of these facts "
					+ "or maintenance does it", namespace, ex);
		}
	}

}
