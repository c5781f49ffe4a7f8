package io.memstate;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.StorageLogQuery;

/**
 * Which entries of the log. Immutable; each method answers with a copy.
 *
 * @since 0.1.0
 */
public final class LogQuery {

	private static final LogQuery ALL = new LogQuery(StorageLogQuery.newest("", Integer.MAX_VALUE));

	// the namespace is filled in when the query is asked
	private final StorageLogQuery query;

	private LogQuery(StorageLogQuery query) {
		this.query = query;
	}

	/**
	 * Every entry of the namespace.
	 * @return the query
	 */
	public static LogQuery all() {
		return ALL;
	}

	/**
	 * Only entries that concern a session.
	 * @param id the session
	 * @return a copy
	 */
	public LogQuery session(String id) {
		return with(Arguments.name(id, "id"), this.query.factId(), this.query.operation(), this.query.since(),
				this.query.until(), this.query.beyond(), this.query.limit());
	}

	/**
	 * Only entries of a fact.
	 * @param id the fact
	 * @return a copy
	 */
	public LogQuery fact(String id) {
		return with(this.query.sessionId(), Arguments.name(id, "id"), this.query.operation(), this.query.since(),
				this.query.until(), this.query.beyond(), this.query.limit());
	}

	/**
	 * Only entries of an operation.
	 * @param operation the operation
	 * @return a copy
	 */
	public LogQuery operation(Operation operation) {
		return with(this.query.sessionId(), this.query.factId(), Arguments.notNull(operation, "operation").name(),
				this.query.since(), this.query.until(), this.query.beyond(), this.query.limit());
	}

	/**
	 * Only entries at or after a time.
	 * @param time the time
	 * @return a copy
	 */
	public LogQuery since(Instant time) {
		return with(this.query.sessionId(), this.query.factId(), this.query.operation(), Arguments.time(time, "time"),
				this.query.until(), this.query.beyond(), this.query.limit());
	}

	/**
	 * Only entries at or before a time.
	 * @param time the time
	 * @return a copy
	 */
	public LogQuery until(Instant time) {
		return with(this.query.sessionId(), this.query.factId(), this.query.operation(), this.query.since(),
				Arguments.time(time, "time"), this.query.beyond(), this.query.limit());
	}

	/**
	 * Only entries before one: the next page.
	 * @param sequence the sequence of the last entry of the page before, at least 1
	 * @return a copy
	 */
	public LogQuery before(long sequence) {
		if (sequence < 1) {
			throw new IllegalArgumentException("'sequence' must be at least 1, but was " + sequence);
		}
		return with(this.query.sessionId(), this.query.factId(), this.query.operation(), this.query.since(),
				this.query.until(), sequence, this.query.limit());
	}

	/**
	 * At most so many entries.
	 * @param limit at least 1
	 * @return a copy
	 */
	public LogQuery limit(int limit) {
		return with(this.query.sessionId(), this.query.factId(), this.query.operation(), this.query.since(),
				this.query.until(), this.query.beyond(), Arguments.atLeastOne(limit, "limit"));
	}

	StorageLogQuery on(String namespace) {
		return new StorageLogQuery(namespace, this.query.sessionId(), this.query.factId(), this.query.operation(), null,
				null, this.query.since(), this.query.until(), this.query.beyond(), false, this.query.limit());
	}

	private LogQuery with(@Nullable String sessionId, @Nullable String factId, @Nullable String operation,
			@Nullable Instant since, @Nullable Instant until, @Nullable Long before, int limit) {
		return new LogQuery(
				new StorageLogQuery("", sessionId, factId, operation, null, null, since, until, before, false, limit));
	}

}
