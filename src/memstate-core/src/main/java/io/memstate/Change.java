package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * Who changes something and why, and on what condition. Immutable; each method answers
 * with a copy.
 *
 * @since 0.1.0
 */
public final class Change {

	private static final Change ANONYMOUS = new Change(null, null, null, null, false);

	private final @Nullable String actor;

	private final @Nullable String reason;

	private final @Nullable Long expected;

	private final @Nullable String idempotencyKey;

	private final boolean force;

	private Change(@Nullable String actor, @Nullable String reason, @Nullable Long expected,
			@Nullable String idempotencyKey, boolean force) {
		this.actor = actor;
		this.reason = reason;
		this.expected = expected;
		this.idempotencyKey = idempotencyKey;
		this.force = force;
	}

	/**
	 * A change by somebody.
	 * @param actor a user, an agent, a job: 1 to 255 characters without control
	 * characters
	 * @return the change
	 */
	public static Change by(String actor) {
		return new Change(Arguments.name(actor, "actor"), null, null, null, false);
	}

	/**
	 * A change by nobody in particular.
	 * @return the change
	 */
	public static Change anonymous() {
		return ANONYMOUS;
	}

	/**
	 * Tells why.
	 * @param reason 1 to 4,096 characters without control characters
	 * @return a copy
	 */
	public Change because(String reason) {
		return new Change(this.actor, Arguments.text(reason, "reason"), this.expected, this.idempotencyKey, this.force);
	}

	/**
	 * Lets a commit, update or delete succeed only at this version of the fact.
	 * @param version the version; 0 if the fact must not exist
	 * @return a copy
	 */
	public Change expecting(long version) {
		if (version < 0) {
			throw new IllegalArgumentException("'version' must not be negative, but was " + version);
		}
		return new Change(this.actor, this.reason, version, this.idempotencyKey, this.force);
	}

	/**
	 * Lets a repeated call answer with the result of the first one instead of acting
	 * again.
	 * @param key unique in the namespace: 1 to 255 characters without control characters
	 * @return a copy
	 */
	public Change idempotencyKey(String key) {
		return new Change(this.actor, this.reason, this.expected, Arguments.name(key, "key"), this.force);
	}

	/**
	 * Lets a rollback or redo override changes that were made since. Constraints hold all
	 * the same.
	 * @return a copy
	 */
	public Change force() {
		return new Change(this.actor, this.reason, this.expected, this.idempotencyKey, true);
	}

	@Nullable String actor() {
		return this.actor;
	}

	@Nullable String reason() {
		return this.reason;
	}

	@Nullable Long expected() {
		return this.expected;
	}

	@Nullable String key() {
		return this.idempotencyKey;
	}

	boolean forced() {
		return this.force;
	}

	/** This change, with who and why of another where it does not tell itself. */
	Change orElse(Change other) {
		return new Change((this.actor != null) ? this.actor : other.actor,
				(this.reason != null) ? this.reason : other.reason, this.expected, this.idempotencyKey, this.force);
	}

}
