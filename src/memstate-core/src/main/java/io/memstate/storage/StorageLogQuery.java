package io.memstate.storage;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Asks for entries of the log of one namespace. What is null does not restrict.
 *
 * @param namespace the namespace
 * @param sessionId only entries of this session
 * @param factId only entries of this fact
 * @param operation only entries of this operation
 * @param step only entries of this step
 * @param idempotencyKey only entries of the call with this key
 * @param since only entries at or after this time
 * @param until only entries at or before this time
 * @param beyond the sequence after which the page starts in the query's direction, or
 * null for the first page
 * @param ascending whether the lowest sequence comes first
 * @param limit how many at most, at least 1
 * @since 0.1.0
 */
public record StorageLogQuery(String namespace, @Nullable String sessionId, @Nullable String factId,
		@Nullable String operation, @Nullable String step, @Nullable String idempotencyKey, @Nullable Instant since,
		@Nullable Instant until, @Nullable Long beyond, boolean ascending, int limit) {

	/**
	 * The newest entries of a namespace.
	 * @param namespace the namespace
	 * @param limit how many at most
	 * @return a query to narrow down
	 */
	public static StorageLogQuery newest(String namespace, int limit) {
		return new StorageLogQuery(namespace, null, null, null, null, null, null, null, null, false, limit);
	}

	/**
	 * The next page.
	 * @param sequence the sequence of the last entry of the page before
	 * @return a copy that goes on after it
	 */
	public StorageLogQuery beyond(long sequence) {
		return new StorageLogQuery(this.namespace, this.sessionId, this.factId, this.operation, this.step,
				this.idempotencyKey, this.since, this.until, sequence, this.ascending, this.limit);
	}

	/**
	 * The query with another limit.
	 * @param limit how many at most
	 * @return a copy
	 */
	public StorageLogQuery limit(int limit) {
		return new StorageLogQuery(this.namespace, this.sessionId, this.factId, this.operation, this.step,
				this.idempotencyKey, this.since, this.until, this.beyond, this.ascending, limit);
	}

	/**
	 * Whether an entry is one of those that the query asks for, its page and limit aside.
	 * @param entry the entry
	 * @return true if no restriction speaks against it
	 */
	public boolean matches(StoredEntry entry) {
		return (this.sessionId == null || this.sessionId.equals(entry.sessionId()))
				&& (this.factId == null || this.factId.equals(entry.factId()))
				&& (this.operation == null || this.operation.equals(entry.operation()))
				&& (this.step == null || this.step.equals(entry.step()))
				&& (this.idempotencyKey == null
						|| (entry.call() != null && this.idempotencyKey.equals(entry.call().key())))
				&& (this.since == null || !entry.at().isBefore(this.since))
				&& (this.until == null || !entry.at().isAfter(this.until));
	}

}
