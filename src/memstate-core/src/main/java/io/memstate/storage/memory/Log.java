package io.memstate.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.memstate.StorageException;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.Values;

/**
 * The log of one namespace: every list of entries is in the order of their sequence. Not
 * thread-safe.
 */
final class Log {

	private final List<StoredEntry> entries = new ArrayList<>();

	private final NavigableMap<String, List<StoredEntry>> entriesByFact = new TreeMap<>(Values::compareStrings);

	private final Map<String, List<StoredEntry>> entriesBySession = new HashMap<>();

	private final Map<String, List<StoredEntry>> entriesByStep = new HashMap<>();

	private final Map<String, List<StoredEntry>> entriesByKey = new HashMap<>();

	private long sequence;

	long sequence() {
		return this.sequence;
	}

	boolean knowsKey(String idempotencyKey) {
		return this.entriesByKey.containsKey(idempotencyKey);
	}

	/**
	 * Refuses entries that would make an idempotent call ambiguous.
	 * @param added the entries to add
	 */
	void check(List<StoredEntry> added) {
		Set<List<Object>> places = new HashSet<>();
		for (StoredEntry entry : added) {
			IdempotentCall call = entry.call();
			if (call != null && (!places.add(List.of(call.key(), call.ordinal())) || knows(call))) {
				throw new StorageException("The unit holds entry " + call.ordinal() + " of the call with idempotency "
						+ "key '" + call.key() + "' a second time and was not written; it needs a precondition");
			}
		}
	}

	private boolean knows(IdempotentCall call) {
		return list(this.entriesByKey, call.key()).stream()
			.anyMatch((entry) -> Objects.requireNonNull(entry.call()).ordinal() == call.ordinal());
	}

	List<StoredEntry> append(List<StoredEntry> added) {
		return added.stream().map(this::append).toList();
	}

	private StoredEntry append(StoredEntry added) {
		StoredEntry entry = added.withSequence(++this.sequence);
		this.entries.add(entry);
		add(this.entriesByFact, entry.factId(), entry);
		add(this.entriesByStep, entry.step(), entry);
		if (entry.sessionId() != null) {
			add(this.entriesBySession, entry.sessionId(), entry);
		}
		if (entry.call() != null) {
			add(this.entriesByKey, entry.call().key(), entry);
		}
		return entry;
	}

	private static void add(Map<String, List<StoredEntry>> index, String key, StoredEntry entry) {
		index.computeIfAbsent(key, (absent) -> new ArrayList<>(1)).add(entry);
	}

	/**
	 * What a query has to look at next, in its direction and after its cursor.
	 * @param query the query
	 * @param size how many entries at most
	 * @return the entries, matching or not
	 */
	List<StoredEntry> candidates(StorageLogQuery query, int size) {
		List<StoredEntry> list = narrowest(query);
		Long beyond = query.beyond();
		if (query.ascending()) {
			int from = (beyond != null) ? countUpTo(list, beyond) : 0;
			return List.copyOf(list.subList(from, Math.min(list.size(), from + size)));
		}
		int to = (beyond != null) ? countUpTo(list, beyond - 1) : list.size();
		List<StoredEntry> page = new ArrayList<>(list.subList(Math.max(0, to - size), to));
		Collections.reverse(page);
		return page;
	}

	private List<StoredEntry> narrowest(StorageLogQuery query) {
		if (query.idempotencyKey() != null) {
			return list(this.entriesByKey, query.idempotencyKey());
		}
		if (query.step() != null) {
			return list(this.entriesByStep, query.step());
		}
		if (query.factId() != null) {
			return list(this.entriesByFact, query.factId());
		}
		return (query.sessionId() != null) ? list(this.entriesBySession, query.sessionId()) : this.entries;
	}

	private static List<StoredEntry> list(Map<String, List<StoredEntry>> index, String key) {
		return index.getOrDefault(key, Collections.emptyList());
	}

	private static int countUpTo(List<StoredEntry> list, long sequence) {
		int low = 0;
		int high = list.size();
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (list.get(middle).sequence() <= sequence) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	List<StoredEntry> last(Instant at, @Nullable String afterFactId, int limit) {
		NavigableMap<String, List<StoredEntry>> page = (afterFactId != null)
				? this.entriesByFact.tailMap(afterFactId, false) : this.entriesByFact;
		List<StoredEntry> found = new ArrayList<>();
		for (List<StoredEntry> ofFact : page.values()) {
			StoredEntry last = last(ofFact, at);
			if (last != null) {
				found.add(last);
				if (found.size() == limit) {
					break;
				}
			}
		}
		return Collections.unmodifiableList(found);
	}

	private static @Nullable StoredEntry last(List<StoredEntry> ofFact, Instant at) {
		for (int i = ofFact.size() - 1; i >= 0; i--) {
			if (!ofFact.get(i).at().isAfter(at)) {
				return ofFact.get(i);
			}
		}
		return null;
	}

}
