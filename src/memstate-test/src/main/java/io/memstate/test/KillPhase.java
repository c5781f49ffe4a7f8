package io.memstate.test;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.memstate.HookMode;
import io.memstate.storage.Unit;

/**
 * Where in a write, or in a delivery, a process is killed.
 */
enum KillPhase {

	/** Wherever it is. */
	ANYWHERE(null, false),

	BEFORE_INTENT(HookMode.STRICT, false),

	AFTER_INTENT(HookMode.STRICT, true),

	/** The first hook was told and the second was not. */
	BETWEEN_HOOKS(HookMode.STRICT, true),

	BEFORE_APPLY(null, false),

	AFTER_APPLY(null, true),

	/** A hook has failed, and it is to be shown what is stored. */
	BEFORE_WITHDRAWAL(HookMode.STRICT, false),

	/** The hooks were shown what is stored, and the intent is still there. */
	AFTER_WITHDRAWAL(HookMode.STRICT, false),

	AFTER_CLAIM(HookMode.OUTBOX, true),

	BEFORE_SETTLEMENT(HookMode.OUTBOX, false),

	AFTER_SETTLEMENT(HookMode.OUTBOX, true);

	private final @Nullable HookMode mode;

	private final boolean after;

	KillPhase(@Nullable HookMode mode, boolean after) {
		this.mode = mode;
		this.after = after;
	}

	static List<KillPhase> of(HookMode mode) {
		List<KillPhase> phases = new ArrayList<>();
		for (KillPhase phase : values()) {
			if (phase.mode == null || phase.mode == mode) {
				phases.add(phase);
				phases.add(ANYWHERE);
			}
		}
		return phases;
	}

	private Set<String> methods() {
		return switch (this) {
			case BEFORE_INTENT, AFTER_INTENT -> Set.of("lease", "leaseAndRead");
			case BEFORE_APPLY, AFTER_APPLY -> Set.of("apply");
			case BEFORE_WITHDRAWAL -> Set.of("renew");
			case AFTER_WITHDRAWAL -> Set.of("release");
			case AFTER_CLAIM -> Set.of("claim");
			case BEFORE_SETTLEMENT, AFTER_SETTLEMENT -> Set.of("settle");
			case ANYWHERE, BETWEEN_HOOKS -> Set.of();
		};
	}

	/**
	 * Stops the thread that comes to a phase for the so-many-th time, and tells the
	 * parent, which is to kill the process then.
	 */
	static final class Trap {

		private static final Set<String> SPIES = Set.of("intents", "outbox");

		private volatile @Nullable KillPhase phase;

		private final AtomicInteger times = new AtomicInteger();

		private volatile Runnable onClaim = () -> {
		};

		void set(KillPhase phase, int times) {
			this.times.set(times);
			this.phase = phase;
		}

		/** Does something before each claim. */
		void onClaim(Runnable action) {
			this.onClaim = action;
		}

		void at(KillPhase phase) {
			if (phase == this.phase && this.times.decrementAndGet() == 0) {
				ChildProcess.tell(KillHarness.TRAPPED);
				while (true) {
					LockSupport.park();
				}
			}
		}

		/** A storage whose callers fall into the trap. */
		<S> S in(S target) {
			return Proxies.before(target, (proxy, method, arguments) -> call(target, method, arguments));
		}

		private @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
			if (method.getName().equals("claim")) {
				this.onClaim.run();
			}
			KillPhase phase = this.phase;
			boolean here = phase != null && phase.methods().contains(method.getName()) && !isAside(method, arguments);
			if (here && !phase.after) {
				at(phase);
			}
			Object result = Proxies.proceed(target, method, arguments);
			if (here && phase.after && result != null) {
				at(phase);
			}
			return SPIES.contains(method.getName()) ? in(result) : result;
		}

		// a unit that only ends a lease, or the release of what hooks were told nothing
		// of
		private static boolean isAside(Method method, Object[] arguments) {
			return (arguments[0] instanceof Unit unit && unit.entries().isEmpty())
					|| (method.getName().equals("release") && arguments[1] instanceof Collection);
		}

	}

}
