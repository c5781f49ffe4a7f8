package io.memstate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Storage;

/**
 * A transactional, reversible memory: typed facts, committed atomically, isolated by
 * namespace and session. Acts on the long-term memory of one {@link #namespace()}; other
 * namespaces and sessions are views of the same store. Thread-safe.
 *
 * <pre class="code">
 * MemoryStore memory = MemoryStore.builder(SqliteStorage.open(Path.of("memory.db"))).build();
 * Fact fact = memory.commit(Draft.of("preference", Map.of("role", "editor", "tone", "dry")));
 * memory.update(fact.id(), Patch.set("tone", "warm"), Change.by("assistant").because("asked for"));
 * memory.rollback(1);
 * </pre>
 *
 * @since 0.1.0
 */
public interface MemoryStore extends MemoryOperations, AutoCloseable {

	/**
	 * The namespace that this store acts on.
	 * @return its name
	 */
	String namespace();

	/**
	 * A view of another namespace of the same storage. Cheap.
	 * @param name 1 to 255 characters without control characters
	 * @return the view
	 */
	MemoryStore namespace(String name);

	/**
	 * A view of a session of this namespace. Cheap; a session need not be opened or
	 * closed.
	 * @param id 1 to 255 characters without control characters
	 * @return the view
	 */
	MemorySession session(String id);

	/**
	 * The namespaces that hold facts.
	 * @return their names in code-point order; to be closed by the caller
	 */
	Stream<String> namespaces();

	/**
	 * The sessions of this namespace that hold facts.
	 * @return their ids in code-point order; to be closed by the caller
	 */
	Stream<String> sessions();

	/**
	 * The types that are known.
	 * @return the registry, shared by all views of this store
	 */
	SchemaRegistry schemas();

	/**
	 * Reads the log of the whole namespace.
	 * @param query which entries
	 * @return the entries, newest first
	 */
	List<LogEntry> log(LogQuery query);

	/**
	 * Reads the log of one fact, in whatever layer it was.
	 * @param factId the id
	 * @return the entries, oldest first
	 */
	List<LogEntry> history(String factId);

	/**
	 * Undoes the newest steps of long-term memory that are not yet undone, newest first,
	 * all or none. Nothing is deleted from the log: the rollback is a step of its own.
	 * @param steps how many, at least 1
	 * @return the log entries written, one for each entry undone
	 * @throws ConflictException if there are fewer steps, or if a fact was changed since
	 * by another step; {@link Change#force()} overrides the latter
	 */
	List<LogEntry> rollback(int steps);

	/**
	 * Undoes the newest steps of long-term memory that are not yet undone.
	 * @param steps how many, at least 1
	 * @param change who and why, and whether by force
	 * @return the log entries written, one for each entry undone
	 * @see #rollback(int)
	 */
	List<LogEntry> rollback(int steps, Change change);

	/**
	 * Does undone steps of long-term memory again, the one undone last first. Possible
	 * until something new is committed.
	 * @param steps how many, at least 1
	 * @return the log entries written, one for each entry done again
	 * @throws ConflictException if there are fewer steps to do again, or if a fact was
	 * changed since by another step; {@link Change#force()} overrides the latter
	 */
	List<LogEntry> redo(int steps);

	/**
	 * Does undone steps of long-term memory again, the one undone last first.
	 * @param steps how many, at least 1
	 * @param change who and why, and whether by force
	 * @return the log entries written, one for each entry done again
	 * @see #redo(int)
	 */
	List<LogEntry> redo(int steps, Change change);

	/**
	 * The namespace as it was at a time.
	 * @param time the time; what was written at that very microsecond is seen
	 * @return a read-only view
	 */
	MemoryView asOf(Instant time);

	/**
	 * The same store for callers that must not block.
	 * @return a view with futures; the same one at each call
	 */
	AsyncMemoryStore async();

	/**
	 * Looks after what is kept in step with the facts, such as vector indexes.
	 * @return the operations, for all hooks of this store and every namespace
	 */
	HookOperations hooks();

	/**
	 * Removes expired facts, recovers what a dead process left behind, and delivers what
	 * is due in the outboxes of hooks, once, in every namespace of the storage. The
	 * Spring Boot starter calls it on a schedule. In a transaction of the caller that the
	 * storage takes part in, only expired facts are removed.
	 */
	void maintenance();

	/**
	 * Closes the store; later calls are an {@link IllegalStateException}. Writes that run
	 * are waited for, for at most 30 seconds. Of its asynchronous calls, those that have
	 * not begun fail likewise and those that run are waited for as writes are. Reads and
	 * streams that run are not waited for: they end as they would have, unless the
	 * storage is closed too, which makes them a {@link StorageException}. The storage
	 * stays open for whoever opened it. A view of a store closes nothing.
	 */
	@Override
	void close();

	/**
	 * Starts building a store.
	 * @param storage where its facts and log live; several stores may share one
	 * @return a builder
	 */
	static Builder builder(Storage storage) {
		return new Builder(storage);
	}

	/**
	 * Builds a {@link MemoryStore}.
	 */
	final class Builder {

		private final Storage storage;

		private final List<Hook> hooks = new ArrayList<>();

		private final List<Supplier<? extends Collection<? extends MemoryHook>>> lateHooks = new ArrayList<>();

		private HookMode hookMode = HookMode.STRICT;

		private int hookMaxAttempts = 20;

		private Duration hookBackOff = Duration.ofSeconds(1);

		private SchemaRegistry schemas = new SchemaRegistry();

		private String namespace = "default";

		private Clock clock = Clock.systemUTC();

		private Duration retryTimeout = Duration.ofSeconds(10);

		private int maxStepSize = 10_000;

		private PayloadLimits payloadLimits = PayloadLimits.DEFAULTS;

		private UnregisteredTypes unregisteredTypes = UnregisteredTypes.ACCEPT;

		private @Nullable Executor executor;

		private boolean initialize = true;

		Builder(Storage storage) {
			this.storage = Arguments.notNull(storage, "storage");
		}

		/**
		 * Uses a registry that is made elsewhere, in place of one of the store's own.
		 * @param schemas the registry
		 * @return this
		 */
		public Builder schemas(SchemaRegistry schemas) {
			this.schemas = Arguments.notNull(schemas, "schemas");
			return this;
		}

		/**
		 * Registers a type.
		 * @param schema the schema
		 * @return this
		 */
		public Builder schema(FactSchema schema) {
			this.schemas.register(schema);
			return this;
		}

		/**
		 * Registers a class that is annotated with {@link FactType}.
		 * @param model the class
		 * @return this
		 */
		public Builder schema(Class<?> model) {
			return schema(FactSchema.of(model));
		}

		/**
		 * Keeps something in step with the facts.
		 * @param hook the hook
		 * @return this
		 */
		public Builder hook(MemoryHook hook) {
			return hook(hook, Arguments.notNull(hook, "hook").options());
		}

		/**
		 * Keeps something in step with the facts, under other options than its own.
		 * @param hook the hook
		 * @param options what it wants to be told of, when, and how long it may take
		 * @return this
		 */
		public Builder hook(MemoryHook hook, HookOptions options) {
			this.hooks.add(new Hook(Arguments.notNull(hook, "hook"), Arguments.notNull(options, "options")));
			return this;
		}

		/**
		 * Keeps something in step with the facts that can't be made before the store,
		 * such as beans that use it.
		 * @param hooks is asked when the store first needs its hooks, and again if it
		 * fails
		 * @return this
		 */
		public Builder hooks(Supplier<? extends Collection<? extends MemoryHook>> hooks) {
			this.lateHooks.add(Arguments.notNull(hooks, "hooks"));
			return this;
		}

		/**
		 * When hooks are told that don't say so themselves; {@link HookMode#STRICT} if
		 * not given.
		 * @param hookMode the mode
		 * @return this
		 */
		public Builder hookMode(HookMode hookMode) {
			this.hookMode = Arguments.notNull(hookMode, "hookMode");
			return this;
		}

		/**
		 * After how many failed deliveries from an outbox a change is parked; 20 if not
		 * given, which takes more than an hour.
		 * @param hookMaxAttempts at least 1
		 * @return this
		 */
		public Builder hookMaxAttempts(int hookMaxAttempts) {
			this.hookMaxAttempts = Arguments.atLeastOne(hookMaxAttempts, "hookMaxAttempts");
			return this;
		}

		/**
		 * How long to wait after the first failed delivery of a change from an outbox; 1
		 * second if not given. The wait doubles with each further failure, up to 5
		 * minutes, less a random part.
		 * @param hookBackOff at least a millisecond
		 * @return this
		 */
		public Builder hookBackOff(Duration hookBackOff) {
			if (Arguments.notNull(hookBackOff, "hookBackOff").toMillis() < 1) {
				throw new IllegalArgumentException(
						"'hookBackOff' must be at least a millisecond, but was " + hookBackOff);
			}
			this.hookBackOff = hookBackOff;
			return this;
		}

		/**
		 * A hook that was given.
		 *
		 * @param hook the hook
		 * @param options its options
		 */
		private record Hook(MemoryHook hook, HookOptions options) {

			private RegisteredHook register(HookMode mode, Supplier<ExecutorService> executor) {
				return new RegisteredHook(this.hook, this.options, mode, executor);
			}

		}

		// the builder may be used again meanwhile
		private Supplier<List<RegisteredHook>> registration(WorkerThreads threads) {
			HookMode mode = this.hookMode;
			List<RegisteredHook> given = this.hooks.stream()
				.map((hook) -> hook.register(mode, threads::executor))
				.toList();
			HookRegistry.checkNames(given);
			if (!given.isEmpty()) {
				EngineHooks.requireHookStorage(this.storage);
			}
			List<Supplier<? extends Collection<? extends MemoryHook>>> late = List.copyOf(this.lateHooks);
			return () -> {
				List<RegisteredHook> all = new ArrayList<>(given);
				late.forEach((supplier) -> supplier.get()
					.forEach((hook) -> all.add(new Hook(hook, hook.options()).register(mode, threads::executor))));
				return all;
			};
		}

		/**
		 * The namespace that the store acts on; {@code default} if not given.
		 * @param namespace 1 to 255 characters without control characters
		 * @return this
		 */
		public Builder namespace(String namespace) {
			this.namespace = Arguments.name(namespace, "namespace");
			return this;
		}

		/**
		 * The clock that tells when facts are written and expire; the system's if not
		 * given.
		 * @param clock the clock
		 * @return this
		 */
		public Builder clock(Clock clock) {
			this.clock = Arguments.notNull(clock, "clock");
			return this;
		}

		/**
		 * What becomes of facts of types without a schema; they are accepted if not
		 * given.
		 * @param unregisteredTypes whether to accept or reject
		 * @return this
		 */
		public Builder unregisteredTypes(UnregisteredTypes unregisteredTypes) {
			this.unregisteredTypes = Arguments.notNull(unregisteredTypes, "unregisteredTypes");
			return this;
		}

		/**
		 * How many facts a step may change; 10,000 if not given.
		 * @param maxStepSize at least 1
		 * @return this
		 */
		public Builder maxStepSize(int maxStepSize) {
			if (maxStepSize < 1) {
				throw new IllegalArgumentException("'maxStepSize' must be at least 1, but was " + maxStepSize);
			}
			this.maxStepSize = maxStepSize;
			return this;
		}

		/**
		 * How large a payload may be.
		 * @param payloadLimits the limits
		 * @return this
		 */
		public Builder payloadLimits(PayloadLimits payloadLimits) {
			this.payloadLimits = Arguments.notNull(payloadLimits, "payloadLimits");
			return this;
		}

		/**
		 * For how long a write that loses races against others is planned again; 10
		 * seconds if not given.
		 * @param retryTimeout more than zero
		 * @return this
		 */
		public Builder retryTimeout(Duration retryTimeout) {
			if (Arguments.notNull(retryTimeout, "retryTimeout").isNegative() || retryTimeout.isZero()) {
				throw new IllegalArgumentException("'retryTimeout' must be more than zero, but was " + retryTimeout);
			}
			this.retryTimeout = retryTimeout;
			return this;
		}

		/**
		 * Where {@link MemoryStore#async()} runs; if not given, on virtual threads where
		 * the JDK has them, 64 calls at a time, otherwise on a pool of at most 32 that
		 * the store makes when it is first needed. A given executor is never shut down by
		 * the store.
		 * @param executor runs calls on threads of its own; a call that it runs on the
		 * calling thread is refused
		 * @return this
		 */
		public Builder executor(Executor executor) {
			this.executor = Arguments.notNull(executor, "executor");
			return this;
		}

		/**
		 * Whether {@link #build()} calls {@link Storage#initialize()}; it does if not
		 * given.
		 * @param initialize false to build a store whose storage is not reachable yet
		 * @return this
		 */
		public Builder initialize(boolean initialize) {
			this.initialize = initialize;
			return this;
		}

		/**
		 * Builds the store.
		 * @return the store
		 * @throws StorageException if the storage can't be initialized
		 */
		public MemoryStore build() {
			// of their own, as a call that waits for a hook must not be in its way
			WorkerThreads hookThreads = new WorkerThreads();
			Engine engine = new Engine(this.storage, this.schemas, registration(hookThreads), hookThreads, this.clock,
					new EngineOptions(this.retryTimeout, this.maxStepSize, this.payloadLimits, this.unregisteredTypes,
							this.hookMaxAttempts, this.hookBackOff));
			if (this.initialize) {
				engine.initialize();
			}
			return new EngineStore(engine, new AsyncExecutor(this.executor), this.namespace);
		}

	}

}
