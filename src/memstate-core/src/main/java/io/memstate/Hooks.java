package io.memstate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactState;
import io.memstate.storage.Storage;

/**
 * The hooks of a store, and how they are told.
 */
final class Hooks {

	private final Storage storage;

	private final Supplier<List<MemoryHook>> source;

	private final AtomicLong fence = new AtomicLong();

	private volatile @Nullable List<MemoryHook> resolved;

	Hooks(Storage storage, Supplier<List<MemoryHook>> source) {
		this.storage = storage;
		this.source = source;
	}

	/** The hooks, which may be beans that can't be made before the store. */
	private List<MemoryHook> hooks() {
		List<MemoryHook> hooks = this.resolved;
		if (hooks == null) {
			hooks = List.copyOf(this.source.get());
			checkNames(hooks);
			this.resolved = hooks;
		}
		return hooks;
	}

	private static void checkNames(List<MemoryHook> hooks) {
		Set<String> names = new HashSet<>();
		for (MemoryHook hook : hooks) {
			if (!names.add(Arguments.name(hook.name(), "hook.name()"))) {
				throw new IllegalArgumentException(
						"'hook' must have a name of its own, but there are two of '" + hook.name() + "'");
			}
		}
	}

	boolean isEmpty() {
		return hooks().isEmpty();
	}

	@Nullable SemanticIndex index() {
		return hooks().stream()
			.filter(SemanticIndex.class::isInstance)
			.map(SemanticIndex.class::cast)
			.findFirst()
			.orElse(null);
	}

	/** Tells every hook; if one fails, all are shown the stored state again. */
	void deliver(Plan plan) {
		List<FactChange> changes = plan.changes(nextFence(plan));
		for (MemoryHook hook : hooks()) {
			try {
				hook.apply(changes);
			}
			catch (Exception | LinkageError | AssertionError | StackOverflowError ex) {
				HookException failure = new HookException("The hook '" + hook.name() + "' failed on "
						+ describe(changes) + ", so nothing was written: see the cause, and try again", ex);
				withdraw(plan, failure);
				if (ex instanceof InterruptedException) {
					Thread.currentThread().interrupt();
				}
				throw failure;
			}
		}
	}

	/**
	 * Shows every hook the stored state of the facts that a write was about to change.
	 */
	void withdraw(Plan plan, @Nullable Throwable failure) {
		Set<String> ids = new HashSet<>();
		plan.changed().forEach((state) -> ids.add(state.id()));
		List<FactChange> stored = new ArrayList<>();
		RuntimeException problem = null;
		try {
			Map<String, FactState> states = this.storage.facts(plan.namespace(), ids);
			long fence = nextFence(plan);
			ids.forEach((id) -> {
				FactState state = states.get(id);
				stored.add(new FactChange(plan.namespace(), id, null, null, fence, null,
						Fact.ofNullable((state != null) ? state.fact() : null)));
			});
		}
		catch (RuntimeException ex) {
			problem = ex;
		}
		boolean read = problem == null;
		for (MemoryHook hook : hooks()) {
			try {
				if (read) {
					hook.apply(stored);
				}
			}
			catch (Exception ex) {
				problem = new HookException(
						"The hook '" + hook.name() + "' failed on the withdrawal of " + describe(stored), ex);
			}
		}
		if (problem != null) {
			if (failure == null) {
				throw problem;
			}
			failure.addSuppressed(problem);
		}
	}

	private long nextFence(Plan plan) {
		long micros = io.memstate.storage.Path.micros(plan.now());
		return this.fence.updateAndGet((last) -> Math.max(last + 1, micros));
	}

	private static String describe(List<FactChange> changes) {
		return (changes.size() == 1) ? "the fact '" + changes.get(0).factId() + "'" : changes.size() + " facts";
	}

}
