package io.memstate.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.memstate.HookMode;
import io.memstate.storage.Intents;
import io.memstate.storage.Outbox;
import io.memstate.storage.Storage;
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

	private @Nullable String method() {
		return switch (this) {
			case BEFORE_INTENT, AFTER_INTENT -> "lease";
			case BEFORE_APPLY, AFTER_APPLY -> "apply";
			case BEFORE_WITHDRAWAL -> "renew";
			case AFTER_WITHDRAWAL -> "release";
			case AFTER_CLAIM -> "claim";
			case BEFORE_SETTLEMENT, AFTER_SETTLEMENT -> "settle";
			case ANYWHERE, BETWEEN_HOOKS -> null;
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
		@SuppressWarnings("unchecked")
		<S> S in(S target) {
			List<Class<?>> types = new ArrayList<>();
			for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
				for (Class<?> each : type.getInterfaces()) {
					if (Storage.class.isAssignableFrom(each) || Intents.class.isAssignableFrom(each)
							|| Outbox.class.isAssignableFrom(each)) {
						Collections.addAll(types, publicOnes(each));
					}
				}
			}
			return (S) Proxy.newProxyInstance(Trap.class.getClassLoader(),
					types.stream().distinct().toArray(Class<?>[]::new),
					(proxy, method, arguments) -> call(target, method, arguments));
		}

		private static Class<?>[] publicOnes(Class<?> type) {
			return java.lang.reflect.Modifier.isPublic(type.getModifiers()) ? new Class<?>[] { type }
					: type.getInterfaces();
		}

		private @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
			if (method.getName().equals("claim")) {
				this.onClaim.run();
			}
			KillPhase phase = this.phase;
			boolean here = phase != null && method.getName().equals(phase.method())
					&& !(arguments[0] instanceof Unit unit && unit.entries().isEmpty());
			if (here && !phase.after) {
				at(phase);
			}
			Object result = proceed(target, method, arguments);
			if (here && phase.after && result != null) {
				at(phase);
			}
			return SPIES.contains(method.getName()) ? in(result) : result;
		}

		private static @Nullable Object proceed(Object target, Method method, Object @Nullable [] arguments)
				throws Throwable {
			try {
				return method.invoke(target, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		}

	}

}
