package io.memstate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Condition;
import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StorageQuery.Layers;
import io.memstate.storage.StorageQuery.SortKey;
import io.memstate.storage.StoredFact;

/**
 * Which facts, in which order. Sees the layer that it is asked on. Without an order,
 * facts come in the order of their creation, then of their ids. Immutable; each method
 * answers with a copy.
 *
 * @since 0.1.0
 */
public final class FactQuery {

	private static final FactQuery ALL = new FactQuery(null, List.of(), List.of(), Integer.MAX_VALUE, null, Layers.OWN);

	private final @Nullable String type;

	private final List<Condition> conditions;

	private final List<SortKey> order;

	private final int limit;

	private final @Nullable StoredFact after;

	private final Layers layers;

	private FactQuery(@Nullable String type, List<Condition> conditions, List<SortKey> order, int limit,
			@Nullable StoredFact after, Layers layers) {
		this.type = type;
		this.conditions = conditions;
		this.order = order;
		this.limit = limit;
		this.after = after;
		this.layers = layers;
	}

	/**
	 * Every fact.
	 * @return the query
	 */
	public static FactQuery all() {
		return ALL;
	}

	/**
	 * Every fact of a type.
	 * @param type the type
	 * @return the query
	 */
	public static FactQuery type(String type) {
		return ALL.ofType(Arguments.name(type, "type"));
	}

	/**
	 * Only facts that match a filter, and the filters that were given before.
	 * @param filter the filter
	 * @return a copy
	 */
	public FactQuery where(Filter filter) {
		List<Condition> conditions = new ArrayList<>(this.conditions);
		conditions.add(Arguments.notNull(filter, "filter").condition());
		return new FactQuery(this.type, List.copyOf(conditions), this.order, this.limit, this.after, this.layers);
	}

	/**
	 * Sorts by a value, after the orders that were given before. Missing comes before
	 * null, then booleans, numbers, strings, arrays and objects. Ties come in the order
	 * of creation, then of ids.
	 * @param path the path to the value
	 * @param direction the direction
	 * @return a copy
	 */
	public FactQuery orderBy(String path, Direction direction) {
		List<SortKey> order = new ArrayList<>(this.order);
		order.add(new SortKey(Path.parse(path), Arguments.notNull(direction, "direction") == Direction.DESC));
		return new FactQuery(this.type, this.conditions, List.copyOf(order), this.limit, this.after, this.layers);
	}

	/**
	 * At most so many facts.
	 * @param limit at least 1
	 * @return a copy
	 */
	public FactQuery limit(int limit) {
		return new FactQuery(this.type, this.conditions, this.order, Arguments.atLeastOne(limit, "limit"), this.after,
				this.layers);
	}

	/**
	 * Only facts that come after one in this query's order: the next page.
	 * @param last the last fact of the page before, as it was found; it need not be there
	 * any more
	 * @return a copy
	 */
	public FactQuery after(Fact last) {
		return new FactQuery(this.type, this.conditions, this.order, this.limit,
				Arguments.notNull(last, "last").stored(), this.layers);
	}

	/**
	 * Sees long-term memory and every session of the namespace.
	 * @return a copy
	 */
	public FactQuery anyLayer() {
		return new FactQuery(this.type, this.conditions, this.order, this.limit, this.after, Layers.ANY);
	}

	/**
	 * On a session, sees the session and the long-term facts that no singleton of the
	 * session shadows.
	 * @return a copy
	 */
	public FactQuery withLongTerm() {
		return new FactQuery(this.type, this.conditions, this.order, this.limit, this.after, Layers.WITH_LONG_TERM);
	}

	FactQuery ofType(String type) {
		return new FactQuery(type, this.conditions, this.order, this.limit, this.after, this.layers);
	}

	@Nullable String type() {
		return this.type;
	}

	int limit() {
		return this.limit;
	}

	/** The query as a storage gets it, without page. */
	StorageQuery on(String namespace, @Nullable String sessionId, Instant now) {
		Layers layers = (sessionId == null && this.layers == Layers.WITH_LONG_TERM) ? Layers.OWN : this.layers;
		return new StorageQuery(namespace, sessionId, layers, this.type, Conditions.all(this.conditions), this.order,
				this.after, this.limit, now);
	}

}
