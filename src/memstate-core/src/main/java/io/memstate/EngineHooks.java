package io.memstate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.HookStorage;
import io.memstate.storage.OutboxStatus;
import io.memstate.storage.Storage;
import io.memstate.storage.TransactionalStorage;

/**
 * The hooks of an engine.
 */
final class EngineHooks implements HookOperations {

	private final Storage storage;

	private final HookRegistry registry;

	private final Supplier<Instant> clock;

	private final @Nullable StrictHooks strict;

	private final @Nullable OutboxDelivery outbox;

	EngineHooks(Storage storage, HookRegistry registry, Supplier<Instant> clock, EngineOptions options) {
		this.storage = storage;
		this.registry = registry;
		this.clock = clock;
		if (storage instanceof HookStorage hookStorage) {
			this.strict = new StrictHooks(hookStorage, registry, clock);
			this.outbox = new OutboxDelivery(hookStorage, this.strict, registry, clock, options.hookMaxAttempts(),
					options.hookBackOff());
		}
		else {
			this.strict = null;
			this.outbox = null;
		}
	}

	boolean isEmpty() {
		return this.registry.all().isEmpty();
	}

	@Nullable SemanticIndex index() {
		return this.registry.index();
	}

	StrictHooks strict() {
		hookStorage();
		return Objects.requireNonNull(this.strict);
	}

	OutboxDelivery outbox() {
		hookStorage();
		return Objects.requireNonNull(this.outbox);
	}

	/**
	 * For a write of one fact outside a caller's transaction.
	 * @return null if no hook wants to be told before it is applied
	 */
	@Nullable EarlyLease early(String namespace) {
		return this.registry.strict().isEmpty() ? null : strict().early(namespace);
	}

	void close() {
		if (this.strict != null) {
			this.strict.releaseIdle();
		}
	}

	private HookStorage hookStorage() {
		return requireHookStorage(this.storage);
	}

	static HookStorage requireHookStorage(Storage storage) {
		if (storage instanceof HookStorage hookStorage) {
			return hookStorage;
		}
		throw new IllegalStateException("Hooks can't be kept in step with " + storage.description()
				+ ", because the storage does not implement HookStorage: remove the hooks or use another storage");
	}

	@Override
	public List<HookStatus> list() {
		List<HookStatus> list = new ArrayList<>();
		if (isEmpty()) {
			return list;
		}
		long intents = this.registry.strict().isEmpty() ? 0 : strict().count();
		for (RegisteredHook hook : this.registry.all()) {
			list.add(status(hook, (hook.mode() == HookMode.STRICT) ? intents : 0));
		}
		return list;
	}

	// a strict hook may have changes left from when it had an outbox
	private HookStatus status(RegisteredHook hook, long intents) {
		OutboxStatus status = hookStorage().outbox().status(hook.name());
		Duration lag = (status.oldest() != null) ? Duration.between(status.oldest(), this.clock.get()) : Duration.ZERO;
		return new HookStatus(hook.name(), hook.mode(), status.pending(), status.parked(),
				lag.isNegative() ? Duration.ZERO : lag, intents);
	}

	/** What hooks are shown must be committed. */
	private void checkApart() {
		if (this.storage instanceof TransactionalStorage transactional && transactional.callerTransaction() != null) {
			throw new IllegalStateException("Hooks can't be looked after in a transaction of the caller, as they would "
					+ "be shown what may yet be rolled back: call this outside the transaction");
		}
	}

	@Override
	public int deliver() {
		checkApart();
		return isEmpty() ? 0 : outbox().deliver();
	}

	@Override
	public int recover() {
		checkApart();
		return isEmpty() ? 0 : strict().recover() + outbox().catchUp();
	}

	@Override
	public int retryParked(String name) {
		return hookStorage().outbox().unpark(named(name).name());
	}

	@Override
	public ReconcileReport reconcile(String name) {
		return reconcile(name, false);
	}

	@Override
	public ReconcileReport reconcile(String name, boolean dryRun) {
		HookRepair repair = repair(name);
		if (!dryRun) {
			deliver();
		}
		return repair.reconcile(dryRun);
	}

	@Override
	public ReindexProgress reindex(String name) {
		return reindex(name, (progress) -> {
		});
	}

	@Override
	public ReindexProgress reindex(String name, Consumer<ReindexProgress> listener) {
		return repair(name).reindex(null, Arguments.notNull(listener, "listener"));
	}

	@Override
	public ReindexProgress reindex(ReindexProgress last, Consumer<ReindexProgress> listener) {
		return repair(Arguments.notNull(last, "last").hook()).reindex(last, Arguments.notNull(listener, "listener"));
	}

	private HookRepair repair(String name) {
		checkApart();
		return new HookRepair(hookStorage(), strict(), named(name));
	}

	private RegisteredHook named(String name) {
		return this.registry.named(Arguments.name(name, "name"));
	}

}
