package io.memstate;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.StoredEntry;

/**
 * An entry of the log: what happened to one fact, by whom and why, and how it was before
 * and after. Immutable; equal to another if every attribute is.
 *
 * @since 0.1.0
 */
public final class LogEntry {

	private final StoredEntry stored;

	LogEntry(StoredEntry stored) {
		this.stored = stored;
	}

	/**
	 * The place in the log: unique in the namespace and rising for each fact. May have
	 * gaps.
	 * @return at least 1
	 */
	public long sequence() {
		return this.stored.sequence();
	}

	/**
	 * The step that the entry belongs to: what was written together.
	 * @return the id of the step
	 */
	public String step() {
		return this.stored.step();
	}

	/**
	 * What was done.
	 * @return the operation
	 */
	public Operation operation() {
		return Operation.valueOf(this.stored.operation());
	}

	/**
	 * The session concerned.
	 * @return its id, or null for long-term memory alone
	 */
	public @Nullable String sessionId() {
		return this.stored.sessionId();
	}

	/**
	 * The fact.
	 * @return its id
	 */
	public String factId() {
		return this.stored.factId();
	}

	/**
	 * The fact before.
	 * @return the fact, or null if there was none
	 */
	public @Nullable Fact before() {
		return Fact.ofNullable(this.stored.before());
	}

	/**
	 * The fact after.
	 * @return the fact, or null if there was none
	 */
	public @Nullable Fact after() {
		return Fact.ofNullable(this.stored.after());
	}

	/**
	 * Who did it.
	 * @return the actor, or null if not told
	 */
	public @Nullable String actor() {
		return this.stored.actor();
	}

	/**
	 * Why.
	 * @return the reason, or null if not told
	 */
	public @Nullable String reason() {
		return this.stored.reason();
	}

	/**
	 * When.
	 * @return the time, to the microsecond
	 */
	public Instant at() {
		return this.stored.at();
	}

	/**
	 * The step that a rollback or redo acted on.
	 * @return the id of the step, or null for every other operation
	 */
	public @Nullable String reverts() {
		return this.stored.reverts();
	}

	StoredEntry stored() {
		return this.stored;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LogEntry entry && this.stored.equals(entry.stored);
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.stored.sequence());
	}

	/**
	 * The entry without payloads, which may be confidential.
	 */
	@Override
	public String toString() {
		return "LogEntry[" + sequence() + " " + operation() + " of '" + factId() + "'"
				+ ((sessionId() != null) ? " in session '" + sessionId() + "'" : "")
				+ ((actor() != null) ? " by " + actor() : "") + ((reason() != null) ? " because " + reason() : "")
				+ ", step " + step() + " at " + at() + "]";
	}

}
