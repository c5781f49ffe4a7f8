package io.memstate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

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

	private final Storage storage;

	private final StrictHooks strict;

	// what was written and not yet told, by namespace
	private final Map<String, Set<String>> steps = new LinkedHashMap<>();

	private final List<Telling> tellings = new ArrayList<>();

	private @Nullable HookException failure;

	private CallerHooks(Storage storage, StrictHooks strict, CallerTransaction transaction) {
		this.storage = storage;
		this.strict = strict;
		transaction.beforeCommit(this::beforeCommit);
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
	}

	private void beforeCommit() {
		Map<String, Set<String>> untold = new LinkedHashMap<>(this.steps);
		untold.forEach((namespace, ofNamespace) -> tell(namespace, written(namespace, ofNamespace)));
		this.steps.clear();
	}

	// from the log, as savepoints may have taken writes back
	private List<StoredEntry> written(String namespace, Set<String> steps) {
		List<StoredEntry> entries = new ArrayList<>();
		for (String step : steps) {
			entries.addAll(this.storage.log(new StorageLogQuery(namespace, null, null, null, step, null, null, null,
					null, true, Integer.MAX_VALUE)));
		}
		entries.sort(Comparator.comparingLong(StoredEntry::sequence));
		return entries;
	}

	private void tell(String namespace, List<StoredEntry> entries) {
		// others can't write these facts before this transaction has ended, and would be
		// waited for in vain
		Telling telling = this.strict.lease(namespace, entries, true);
		if (telling == null) {
			throw lost(namespace);
		}
		if (telling.preconditions().isEmpty()) {
			return;
		}
		this.tellings.add(telling);
		try {
			telling.tell();
		}
		catch (HookException ex) {
			this.failure = ex;
			throw ex;
		}
		Unit end = new Unit(namespace, telling.preconditions(), List.of(), List.of(), null, List.of(), Map.of());
		if (this.storage.apply(end) instanceof ApplyResult.Rejected) {
			throw lost(namespace);
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
	}

}
