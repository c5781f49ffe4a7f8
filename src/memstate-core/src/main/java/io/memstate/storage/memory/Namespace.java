package io.memstate.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactState;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;

/**
 * One namespace behind its lock. The lock is held for look-ups and for copying
 * references; long scans check their conditions on the copy, without it.
 */
final class Namespace {

	/** How many facts or entries are checked at most while the lock is held. */
	static final int CHUNK = 1_000;

	private final ReadWriteLock lock = new ReentrantReadWriteLock();

	private final Facts facts = new Facts();

	private final Log log = new Log();

	private final Steps steps = new Steps();

	private final Register register;

	private final MemoryIntents intents;

	private final MemoryOutbox outbox;

	Namespace(Register register, MemoryIntents intents, MemoryOutbox outbox) {
		this.register = register;
		this.intents = intents;
		this.outbox = outbox;
	}

	private static <T> T locked(Lock lock, Supplier<T> work) {
		lock.lock();
		try {
			return work.get();
		}
		finally {
			lock.unlock();
		}
	}

	private <T> T read(Supplier<T> work) {
		return locked(this.lock.readLock(), work);
	}

	/** Runs work while nothing else is written to the namespace. */
	<T> T exclusively(Supplier<T> work) {
		return locked(this.lock.writeLock(), work);
	}

	Map<String, FactState> facts(Collection<String> ids) {
		return read(() -> this.facts.byId(ids));
	}

	Map<SingletonKey, FactState> singletons(Collection<SingletonKey> keys) {
		return read(() -> this.facts.byKey(keys));
	}

	List<String> sessions(Instant now, @Nullable String after, int limit) {
		return read(() -> this.facts.sessions(now, after, limit));
	}

	List<StoredEntry> lastEntries(Instant at, @Nullable String afterFactId, int limit) {
		return read(() -> this.log.last(at, afterFactId, limit));
	}

	List<StoredStep> steps(StepQuery query) {
		return read(() -> this.steps.newest(query));
	}

	/**
	 * What a query has to check, as it is at one moment.
	 * @param query the query
	 * @return the facts in the order of creation, matching or not
	 */
	List<FactState> candidates(StorageQuery query) {
		return read(() -> {
			List<FactState> candidates = new ArrayList<>();
			this.facts.candidates(query).forEachRemaining(candidates::add);
			return candidates;
		});
	}

	/**
	 * The first facts of a query in the order of creation, as they are at one moment.
	 * @param query the query
	 * @return at most as many as its limit
	 */
	List<FactState> first(StorageQuery query) {
		List<FactState> found = new ArrayList<>();
		List<FactState> unchecked = read(() -> checkChunk(query, found));
		unchecked.stream()
			.filter((state) -> query.matches(Layer.living(state)))
			.limit(query.limit() - found.size())
			.forEach(found::add);
		return Collections.unmodifiableList(found);
	}

	private List<FactState> checkChunk(StorageQuery query, List<FactState> found) {
		List<FactState> unchecked = new ArrayList<>();
		Iterator<FactState> candidates = this.facts.candidates(query);
		for (int i = 0; candidates.hasNext() && found.size() < query.limit(); i++) {
			FactState state = candidates.next();
			if (i >= CHUNK) {
				unchecked.add(state);
			}
			else if (query.matches(Layer.living(state))) {
				found.add(state);
			}
		}
		return unchecked;
	}

	List<StoredEntry> log(StorageLogQuery query) {
		List<StoredEntry> found = new ArrayList<>();
		List<StoredEntry> chunk = logChunk(query);
		while (!chunk.isEmpty()) {
			chunk.stream().filter(query::matches).limit(query.limit() - found.size()).forEach(found::add);
			chunk = (found.size() < query.limit()) ? logChunk(query.beyond(chunk.get(chunk.size() - 1).sequence()))
					: List.of();
		}
		return Collections.unmodifiableList(found);
	}

	private List<StoredEntry> logChunk(StorageLogQuery query) {
		return read(() -> this.log.candidates(query, CHUNK));
	}

	ApplyResult apply(Unit unit) {
		return locked(this.lock.writeLock(), () -> {
			List<Precondition> failed = unit.preconditions()
				.stream()
				.filter((condition) -> !holds(unit, condition))
				.toList();
			return failed.isEmpty() ? write(unit) : new ApplyResult.Rejected(failed);
		});
	}

	private boolean holds(Unit unit, Precondition precondition) {
		if (precondition instanceof Precondition.LeaseHeld condition) {
			return this.intents.holds(unit.namespace(), condition.token(), condition.factIds());
		}
		if (precondition instanceof Precondition.VersionIs condition) {
			return this.facts.version(condition.factId()) == condition.version();
		}
		if (precondition instanceof Precondition.KeyAvailable condition) {
			String holder = this.facts.holder(condition.key());
			return holder == null || holder.equals(condition.factId());
		}
		if (precondition instanceof Precondition.IdempotencyKeyFree condition) {
			return !this.log.knowsKey(condition.key());
		}
		if (precondition instanceof Precondition.StepUndone condition) {
			return this.steps.isUndone(condition.step(), condition.undone());
		}
		if (precondition instanceof Precondition.KeyFieldsAre condition) {
			return this.facts.fieldsAgree(condition.type(), condition.fields());
		}
		throw new IllegalArgumentException("Unknown precondition " + precondition);
	}

	private ApplyResult write(Unit unit) {
		this.facts.check(unit.facts());
		this.log.check(unit.entries());
		this.steps.check(unit.marks());
		for (Precondition precondition : unit.preconditions()) {
			if (precondition instanceof Precondition.KeyFieldsAre condition) {
				this.facts.setFields(condition.type(), condition.fields());
			}
			else if (precondition instanceof Precondition.LeaseHeld condition && !condition.kept()) {
				this.intents.remove(unit.namespace(), condition.token());
			}
		}
		unit.facts().forEach((state) -> this.register.replace(this.facts.get(state.id()), state));
		this.facts.put(unit.facts());
		this.register.setInhabited(unit.namespace(), !this.facts.isEmpty());
		List<StoredEntry> entries = this.log.append(unit.entries());
		if (unit.step() != null) {
			this.steps.put(unit.step(), entries);
		}
		unit.marks().forEach((mark) -> this.steps.mark(mark, entries));
		if (!unit.outbox().isEmpty()) {
			this.outbox.add(unit.namespace(), unit.outbox(), entries);
		}
		return new ApplyResult.Applied(entries.stream().map(StoredEntry::sequence).toList());
	}

}
