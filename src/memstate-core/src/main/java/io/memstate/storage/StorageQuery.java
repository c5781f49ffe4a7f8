package io.memstate.storage;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Asks for living facts of one namespace.
 *
 * @param namespace the namespace
 * @param sessionId the session whose layer is asked, or null for long-term memory
 * @param layers which layers; {@link Layers#WITH_LONG_TERM} means the union, shadowing is
 * the engine's business
 * @param type only facts of this type, or null for every type
 * @param condition only facts that match, or null for all
 * @param order by what to sort, before creation and id, which always come last; empty for
 * the order of creation
 * @param after the fact after which the page starts, or null for the first page; its own
 * values count, whether it is still there or not
 * @param limit how many at most, at least 1
 * @param now facts that expire at or before this time are left out
 * @since 0.1.0
 */
public record StorageQuery(String namespace, @Nullable String sessionId, Layers layers, @Nullable String type,
		@Nullable Condition condition, List<SortKey> order, @Nullable StoredFact after, int limit, Instant now) {

	/**
	 * Which layers of a namespace a query sees.
	 */
	public enum Layers {

		/** The layer that is asked: long-term memory, or the session. */
		OWN,

		/** The session and long-term memory. */
		WITH_LONG_TERM,

		/** Long-term memory and every session. */
		ANY

	}

	/**
	 * One criterion of an order.
	 *
	 * @param path the value to sort by
	 * @param descending whether the highest value comes first
	 */
	public record SortKey(Path path, boolean descending) {
	}

	/**
	 * The order of the query as a comparator: its criteria, then creation, then id.
	 * @return the comparator of the whole order
	 */
	public java.util.Comparator<StoredFact> comparator() {
		java.util.Comparator<StoredFact> comparator = (left, right) -> 0;
		for (SortKey key : this.order) {
			java.util.Comparator<StoredFact> byPath = (left, right) -> Values.compare(key.path().resolve(left),
					key.path().resolve(right));
			comparator = comparator.thenComparing(key.descending() ? byPath.reversed() : byPath);
		}
		return comparator.thenComparing(StoredFact::createdAt).thenComparing(StoredFact::id, Values::compareStrings);
	}

	/**
	 * Whether a fact is one of those that the query asks for: layer, type, expiry and
	 * condition, not its page and limit.
	 * @param fact the fact
	 * @return true if it is
	 */
	public boolean matches(StoredFact fact) {
		return seesLayer(fact.sessionId()) && (this.type == null || this.type.equals(fact.type()))
				&& !fact.expired(this.now) && (this.condition == null || this.condition.matches(fact));
	}

	private boolean seesLayer(@Nullable String factSession) {
		return switch (this.layers) {
			case ANY -> true;
			case OWN -> java.util.Objects.equals(this.sessionId, factSession);
			case WITH_LONG_TERM -> factSession == null || factSession.equals(this.sessionId);
		};
	}

	/**
	 * The query with another page.
	 * @param after the fact after which the page starts, or null for the first page
	 * @param limit how many at most
	 * @return a copy
	 */
	public StorageQuery page(@Nullable StoredFact after, int limit) {
		return new StorageQuery(this.namespace, this.sessionId, this.layers, this.type, this.condition, this.order,
				after, limit, this.now);
	}

}
