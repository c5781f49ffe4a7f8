package io.memstate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.StrictHooks.Telling;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.ApplyResult.Applied;
import io.memstate.storage.ApplyResult.Rejected;
import io.memstate.storage.IndexingStorage;
import io.memstate.storage.Precondition;
import io.memstate.storage.Storage;
import io.memstate.storage.TransactionalStorage;
import io.memstate.storage.TransactionalStorage.CallerTransaction;
import io.memstate.storage.Unit;

/**
 * Plans writes and applies them: the one place that knows how a write comes about, for
 * every storage, synchronous and asynchronous.
 */
final class Engine {

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

	private final Storage storage;

	private final Types types;

	private final EngineHooks hooks;

	private final Clock clock;

	private final EngineOptions options;

	private final WorkerThreads hookThreads;

	private final ThreadLocal<Boolean> insideWork = new ThreadLocal<>();

	private final ReentrantLock indexing = new ReentrantLock();

	private volatile int indexedRevision;

	// held in common by the writes that run
	private final ReentrantReadWriteLock writes = new ReentrantReadWriteLock();

	private volatile boolean closed;

	Engine(Storage storage, SchemaRegistry schemas, Supplier<List<RegisteredHook>> hooks, WorkerThreads hookThreads,
			Clock clock, EngineOptions options) {
		this.storage = storage;
		this.types = new Types(schemas, options.payloadLimits(), options.unregisteredTypes());
		this.hookThreads = hookThreads;
		this.clock = clock;
		this.options = options;
		this.hooks = new EngineHooks(storage, new HookRegistry(hooks), this::now, options);
	}

	void initialize() {
		checkOpen();
		this.storage.initialize();
		ensureIndexes();
	}

	Storage storage() {
		checkOpen();
		ensureIndexes();
		return this.storage;
	}

	/**
	 * Has the storage keep the indexes of types registered since the last time, but not
	 * inside a caller's transaction, whose locks may be in the way.
	 */
	private void ensureIndexes() {
		if (!(this.storage instanceof IndexingStorage indexing)) {
			return;
		}
		int revision = this.types.schemas().revision();
		if (revision != this.indexedRevision && callerTransaction() == null && this.indexing.tryLock()) {
			try {
				for (RegisteredType type : this.types.schemas().types()) {
					if (!type.indexed().isEmpty()) {
						indexing.index(type.name(), type.indexed());
					}
				}
				this.indexedRevision = revision;
			}
			finally {
				this.indexing.unlock();
			}
		}
	}

	Types types() {
		return this.types;
	}

	@Nullable SemanticIndex index() {
		return this.hooks.index();
	}

	HookOperations hooks() {
		checkOpen();
		return this.hooks;
	}

	Instant now() {
		return this.clock.instant().truncatedTo(ChronoUnit.MICROS);
	}

	Reads reads(Layer layer) {
		return new Reads(storage(), layer, now(), null);
	}

	String description() {
		return this.storage.description();
	}

	/** Refuses further calls, and waits for the writes that run. */
	void close() {
		this.closed = true;
		awaitWrites();
		this.hooks.close();
		this.hookThreads.close();
	}

	// a write may itself close the store, which can't wait for it
	private void awaitWrites() {
		try {
			if (this.writes.getReadHoldCount() == 0
					&& this.writes.writeLock().tryLock(CLOSE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
				this.writes.writeLock().unlock();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void checkOpen() {
		if (this.closed) {
			throw new IllegalStateException("The memory store is closed");
		}
	}

	/**
	 * Commits, updates, deletes and discards: inside a caller's transaction, a run of
	 * these is one step.
	 */
	<R> R edit(Layer layer, Function<Plan, R> work) {
		return edit(layer, () -> null, work);
	}

	/** The same for what writes one fact, which may be leased while that is planned. */
	<R> R editOne(Layer layer, Function<Plan, R> work) {
		return edit(layer, (callerTransaction() != null) ? () -> null : () -> this.hooks.early(layer.namespace()),
				work);
	}

	private <R> R edit(Layer layer, Supplier<@Nullable EarlyLease> early, Function<Plan, R> work) {
		Runs runs = runs();
		return write(layer, runs.current(layer), early, (plan) -> {
			R result = work.apply(plan);
			return () -> {
				runs.goOn(layer, plan.step());
				return result;
			};
		});
	}

	/** A write that is a step of its own, also inside a caller's transaction. */
	<R> R step(Layer layer, Function<Plan, Supplier<R>> work) {
		Runs runs = runs();
		return write(layer, null, () -> null, (plan) -> {
			Supplier<R> result = work.apply(plan);
			return () -> {
				plan.sessions().forEach((sessionId) -> runs.end(new Layer(layer.namespace(), sessionId)));
				return result.get();
			};
		});
	}

	/** Runs work that is not ours, in which the store itself must not be written to. */
	<R> R inside(Supplier<R> work) {
		this.insideWork.set(true);
		try {
			return work.get();
		}
		finally {
			this.insideWork.remove();
		}
	}

	/** The same work for another thread, there too inside what is inside here. */
	<R> Supplier<R> elsewhere(Supplier<R> work) {
		return (this.insideWork.get() != null) ? () -> inside(work) : work;
	}

	/**
	 * Plans, applies, and plans again after a lost race, until the deadline. The result
	 * is asked for once the write is applied.
	 */
	private <R> R write(Layer layer, @Nullable String step, Supplier<@Nullable EarlyLease> early,
			Function<Plan, Supplier<R>> work) {
		checkWritable();
		this.writes.readLock().lock();
		try {
			return writeOpen(layer, step, early, work);
		}
		finally {
			this.writes.readLock().unlock();
		}
	}

	private <R> R writeOpen(Layer layer, @Nullable String step, Supplier<@Nullable EarlyLease> earlyLeases,
			Function<Plan, Supplier<R>> work) {
		checkOpen();
		long deadline = System.nanoTime() + this.options.retryTimeout().toNanos();
		for (int attempt = 0;; attempt++) {
			boolean last = System.nanoTime() > deadline || Thread.currentThread().isInterrupted();
			try (EarlyLease early = earlyLeases.get()) {
				Plan plan = new Plan(storage(), this.types, layer.namespace(), now(),
						(step != null) ? step : Ids.next(), this.options.maxStepSize(), early);
				Supplier<R> result = plan(work, plan, last);
				if (result != null && (plan.isEmpty() || apply(plan, early))) {
					return result.get();
				}
			}
			if (last) {
				throw new StorageException("The write to " + layer + " lost every race against other writers within "
						+ this.options.retryTimeout() + ": try again, or spread the writes");
			}
			pause(attempt);
		}
	}

	/**
	 * Lets the work plan. What it reads piece by piece while others write may not fit
	 * together, and then its failure is no reason to refuse the write.
	 * @return the result, or null if the work failed on what does not hold any more
	 */
	private <R> @Nullable Supplier<R> plan(Function<Plan, Supplier<R>> work, Plan plan, boolean last) {
		try {
			return work.apply(plan);
		}
		catch (StorageException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			if (last || callerTransaction() != null || this.storage.apply(plan.check()) instanceof Applied) {
				throw ex;
			}
			return null;
		}
	}

	private void checkWritable() {
		checkOpen();
		if (this.insideWork.get() != null) {
			throw new IllegalStateException("The store itself must not be written to inside a transaction: use the "
					+ "operations that the transaction is given");
		}
		CallerTransaction transaction = callerTransaction();
		if (transaction != null && transaction.readOnly()) {
			throw new IllegalStateException("The caller's transaction is read-only, so that nothing can be written in "
					+ "it: write outside it, or in one that is not read-only");
		}
	}

	private @Nullable CallerTransaction callerTransaction() {
		return (this.storage instanceof TransactionalStorage transactional) ? transactional.callerTransaction() : null;
	}

	private boolean apply(Plan plan, @Nullable EarlyLease early) {
		if (this.hooks.isEmpty()) {
			return applied(plan, this.storage.apply(plan.unit(List.of())));
		}
		CallerTransaction transaction = callerTransaction();
		return (transaction != null) ? applyIn(transaction, plan) : applyTold(plan, early);
	}

	private Unit unit(Plan plan) {
		return plan.unit(this.hooks.outbox().tasks(plan.entries()));
	}

	/** Strict hooks are told when the transaction is about to commit. */
	private boolean applyIn(CallerTransaction transaction, Plan plan) {
		boolean applied = applied(plan, this.storage.apply(unit(plan)));
		if (applied) {
			CallerHooks.wrote(this.storage, this.hooks.strict(), transaction, plan.namespace(), plan.entries());
		}
		return applied;
	}

	private boolean applyTold(Plan plan, @Nullable EarlyLease early) {
		Telling telling = this.hooks.strict().lease(plan.namespace(), plan.entries(), early);
		if (telling == null) {
			return false;
		}
		ApplyResult result;
		try {
			telling.tell();
			telling.preconditions().forEach(plan::require);
			result = this.storage.apply(unit(plan));
		}
		// a storage in another language may throw what it does not declare
		catch (Throwable ex) {
			telling.withdraw(ex);
			throw ex;
		}
		if (result instanceof Rejected rejected) {
			telling.withdraw(null);
			if (early != null && rejected.failed().stream().anyMatch(Precondition.LeaseHeld.class::isInstance)) {
				early.lost();
			}
		}
		else {
			telling.written();
		}
		return applied(plan, result);
	}

	private static boolean applied(Plan plan, ApplyResult result) {
		if (result instanceof Applied applied) {
			plan.applied(applied.sequences());
			return true;
		}
		checkKeyFields(plan, (Rejected) result);
		return false;
	}

	private static void checkKeyFields(Plan plan, Rejected rejected) {
		for (Precondition failed : rejected.failed()) {
			if (failed instanceof Precondition.KeyFieldsAre keyFields) {
				throw new ConflictException("The namespace '" + plan.namespace() + "' holds facts of type '"
						+ keyFields.type() + "' under other singleton key fields than " + keyFields.fields()
						+ ": register the type as it was, or read its facts, delete them, and commit them again");
			}
		}
	}

	private static void pause(int attempt) {
		long most = TimeUnit.MILLISECONDS.toNanos(Math.min(1L << Math.min(attempt, 6), 50));
		LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
	}

	/**
	 * Removes expired facts everywhere, and brings hooks in step.
	 * @throws HookException if a hook failed on what has expired; all the rest is done
	 */
	void maintenance() {
		HookException failure = new Expiry(this, storage(), this.options.maxStepSize()).run();
		// in a transaction of the caller hooks would see what may yet be rolled back
		if (callerTransaction() == null) {
			this.hooks.recover();
			this.hooks.deliver();
		}
		if (failure != null) {
			throw failure;
		}
	}

	private Runs runs() {
		CallerTransaction transaction = callerTransaction();
		return (transaction != null) ? transaction.attribute(Runs.class, Runs::new) : new Runs();
	}

	/** The steps that are going on in a caller's transaction, by layer. */
	private static final class Runs {

		private final Map<Layer, String> steps = new HashMap<>();

		@Nullable String current(Layer layer) {
			return this.steps.get(layer);
		}

		void goOn(Layer layer, String step) {
			this.steps.put(layer, step);
		}

		void end(Layer layer) {
			this.steps.remove(layer);
		}

	}

}
