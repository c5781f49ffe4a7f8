package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * What a hook is told of one fact. A delivery of the stored state, after a failure or a
 * crash, has no operation, no step and no {@link #before()}.
 *
 * @since 0.1.0
 */
public final class FactChange {

	private final String namespace;

	private final String factId;

	private final @Nullable Operation operation;

	private final @Nullable String step;

	private final long fence;

	private final @Nullable Fact before;

	private final @Nullable Fact after;

	FactChange(String namespace, String factId, @Nullable Operation operation, @Nullable String step, long fence,
			@Nullable Fact before, @Nullable Fact after) {
		this.namespace = namespace;
		this.factId = factId;
		this.operation = operation;
		this.step = step;
		this.fence = fence;
		this.before = before;
		this.after = after;
	}

	/**
	 * The namespace.
	 * @return its name
	 */
	public String namespace() {
		return this.namespace;
	}

	/**
	 * The fact.
	 * @return its id
	 */
	public String factId() {
		return this.factId;
	}

	/**
	 * What was done.
	 * @return the operation, or null for a delivery of the stored state
	 */
	public @Nullable Operation operation() {
		return this.operation;
	}

	/**
	 * The step.
	 * @return its id, or null for a delivery of the stored state
	 */
	public @Nullable String step() {
		return this.step;
	}

	/**
	 * Orders the deliveries for one fact: a change whose fence is below the last one
	 * taken for that fact is out of date.
	 * @return a number that rises for each fact, of up to 63 bits: what keeps numbers as
	 * floating point must keep it as a text of 19 digits
	 */
	public long fence() {
		return this.fence;
	}

	/**
	 * The fact before.
	 * @return the fact, or null if there was none, or for a delivery of the stored state
	 */
	public @Nullable Fact before() {
		return this.before;
	}

	/**
	 * The fact after.
	 * @return the fact, or null if there is none
	 */
	public @Nullable Fact after() {
		return this.after;
	}

	@Override
	public String toString() {
		return "FactChange[" + ((this.operation != null) ? this.operation : "stored state") + " of '" + this.factId
				+ "' in namespace '" + this.namespace + "', fence " + this.fence + "]";
	}

}
