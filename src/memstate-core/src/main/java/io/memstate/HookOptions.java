package io.memstate;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a hook wants to be told of, when, and how long it may take. Immutable.
 *
 * @since 0.1.0
 */
public final class HookOptions {

	private static final HookOptions DEFAULTS = new HookOptions(Set.of(), null, null);

	private final Set<String> types;

	private final @Nullable Duration timeout;

	private final @Nullable HookMode mode;

	private HookOptions(Set<String> types, @Nullable Duration timeout, @Nullable HookMode mode) {
		this.types = types;
		this.timeout = timeout;
		this.mode = mode;
	}

	/**
	 * Every type, no time-out, the mode of the store.
	 * @return the defaults
	 */
	public static HookOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Tells the hook of facts of some types only. A fact of another type is no fact to
	 * it.
	 * @param types the types; none for every type
	 * @return a copy
	 */
	public HookOptions types(String... types) {
		for (String type : Arguments.notNull(types, "types")) {
			Arguments.name(type, "types");
		}
		return new HookOptions(Set.of(types), this.timeout, this.mode);
	}

	/**
	 * Gives the hook up if a call takes longer, as if it had failed. It is then called on
	 * a thread of the store's own, which is interrupted, instead of the caller's. Without
	 * a time-out, a hook that hangs makes its callers hang.
	 * @param timeout more than zero
	 * @return a copy
	 */
	public HookOptions timeout(Duration timeout) {
		if (Arguments.notNull(timeout, "timeout").isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("'timeout' must be more than zero, but was " + timeout);
		}
		return new HookOptions(this.types, timeout, this.mode);
	}

	/**
	 * Tells the hook in another mode than the store's.
	 * @param mode the mode
	 * @return a copy
	 */
	public HookOptions mode(HookMode mode) {
		return new HookOptions(this.types, this.timeout, Arguments.notNull(mode, "mode"));
	}

	/**
	 * The types that the hook is told of.
	 * @return the types, empty for every type
	 */
	public Set<String> types() {
		return this.types;
	}

	/**
	 * How long a call may take.
	 * @return the time-out, or null for none
	 */
	public @Nullable Duration timeout() {
		return this.timeout;
	}

	/**
	 * When the hook is told.
	 * @return the mode, or null for the store's
	 */
	public @Nullable HookMode mode() {
		return this.mode;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof HookOptions options && this.types.equals(options.types)
				&& Objects.equals(this.timeout, options.timeout) && this.mode == options.mode;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.types, this.timeout, this.mode);
	}

	@Override
	public String toString() {
		return "HookOptions[types " + (this.types.isEmpty() ? "all" : this.types) + ", time-out "
				+ ((this.timeout != null) ? this.timeout : "none") + ", mode "
				+ ((this.mode != null) ? this.mode : "of the store") + "]";
	}

}
