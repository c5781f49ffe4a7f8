package io.memstate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;

/**
 * A hook with its options. It sees the facts of the types it wants, as if there were no
 * others.
 */
final class RegisteredHook {

	/** How many writes can follow each other under one fence that a storage issued. */
	static final int USES_OF_FENCE = 1_000;

	private final MemoryHook hook;

	private final String name;

	private final HookOptions options;

	private final HookMode mode;

	private final Supplier<ExecutorService> executor;

	RegisteredHook(MemoryHook hook, HookOptions options, HookMode mode, Supplier<ExecutorService> executor) {
		this.hook = hook;
		this.name = Arguments.name(hook.name(), "hook.name()");
		this.options = options;
		this.mode = (options.mode() != null) ? options.mode() : mode;
		this.executor = executor;
	}

	MemoryHook hook() {
		return this.hook;
	}

	String name() {
		return this.name;
	}

	HookOptions options() {
		return this.options;
	}

	HookMode mode() {
		return this.mode;
	}

	boolean wants(String type) {
		Set<String> types = this.options.types();
		return types.isEmpty() || types.contains(type);
	}

	boolean wants(@Nullable StoredFact fact) {
		return fact != null && wants(fact.type());
	}

	boolean wants(StoredEntry entry) {
		return this.options.types().isEmpty() || wants(entry.before()) || wants(entry.after());
	}

	/** A change as this hook sees it. */
	FactChange change(String namespace, StoredEntry entry, long fence) {
		return change(namespace, entry, fence, 0);
	}

	/** The same for a lease that several writes use, one after another. */
	FactChange change(String namespace, StoredEntry entry, long fence, int use) {
		return new FactChange(namespace, entry.factId(), Operation.valueOf(entry.operation()), entry.step(),
				fence * USES_OF_FENCE + use, visible(entry.before()), visible(entry.after()));
	}

	/** The stored state of a fact as this hook sees it. */
	FactChange stored(String namespace, String factId, @Nullable StoredFact fact, long fence) {
		return new FactChange(namespace, factId, null, null, fence * USES_OF_FENCE, null, visible(fact));
	}

	private @Nullable Fact visible(@Nullable StoredFact fact) {
		return wants(fact) ? Fact.ofNullable(fact) : null;
	}

	/**
	 * Calls the hook, for no longer than it may take.
	 * @throws HookException if it failed in whatever way
	 */
	void apply(List<FactChange> changes, String consequence) {
		if (changes.isEmpty()) {
			return;
		}
		run(() -> {
			this.hook.apply(List.copyOf(changes));
			return true;
		}, describe(changes) + consequence);
	}

	/**
	 * Has the hook do something, for no longer than it may take where that is limited.
	 */
	<R> R run(Callable<R> call, String what) {
		try {
			return (this.options.timeout() == null) ? call.call() : limited(call, this.options.timeout().toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure(what, ex);
		}
		// a hook is not ours, and must not leave facts and index apart however it fails
		catch (Throwable ex) {
			throw failure(what, ex);
		}
	}

	private <R> R limited(Callable<R> call, long nanos) throws Throwable {
		Future<R> future = this.executor.get().submit(call);
		try {
			return future.get(nanos, TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (TimeoutException ex) {
			throw new TimeoutException("No answer within " + this.options.timeout());
		}
		finally {
			future.cancel(true);
		}
	}

	private HookException failure(String what, Throwable cause) {
		return new HookException("The hook '" + this.name + "' failed on " + what + ": see the cause", cause);
	}

	static String describe(List<FactChange> changes) {
		List<String> first = new ArrayList<>();
		changes.stream().limit(3).forEach((change) -> first.add("'" + change.factId() + "'"));
		String names = String.join(", ", first)
				+ ((changes.size() > 3) ? " and " + (changes.size() - 3) + " more" : "");
		return ((changes.size() == 1) ? "the fact " : "the facts ") + names;
	}

}
