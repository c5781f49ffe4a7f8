package io.memstate;

import org.jspecify.annotations.Nullable;

/**
 * What to search for by meaning. Sees the layer that it is asked on. Immutable; each
 * method answers with a copy.
 *
 * @since 0.1.0
 */
public final class SearchRequest {

	private final String text;

	private final @Nullable String type;

	private final @Nullable Filter filter;

	private final int limit;

	private final double minScore;

	private final SearchScope.Layers layers;

	private SearchRequest(String text, @Nullable String type, @Nullable Filter filter, int limit, double minScore,
			SearchScope.Layers layers) {
		this.text = text;
		this.type = type;
		this.filter = filter;
		this.limit = limit;
		this.minScore = minScore;
		this.layers = layers;
	}

	/**
	 * A search for a text.
	 * @param text the text, not blank
	 * @return a request for the best 10 facts
	 */
	public static SearchRequest of(String text) {
		if (Arguments.notNull(text, "text").isBlank()) {
			throw new IllegalArgumentException("'text' must not be blank");
		}
		return new SearchRequest(text, null, null, 10, Double.NEGATIVE_INFINITY, SearchScope.Layers.OWN);
	}

	/**
	 * Only facts of a type.
	 * @param type the type
	 * @return a copy
	 */
	public SearchRequest type(String type) {
		return new SearchRequest(this.text, Arguments.name(type, "type"), this.filter, this.limit, this.minScore,
				this.layers);
	}

	/**
	 * Only facts that match a filter, and the filters that were given before.
	 * @param filter the filter
	 * @return a copy
	 */
	public SearchRequest where(Filter filter) {
		Filter joined = (this.filter != null) ? Filter.and(this.filter, filter) : Arguments.notNull(filter, "filter");
		return new SearchRequest(this.text, this.type, joined, this.limit, this.minScore, this.layers);
	}

	/**
	 * At most so many facts.
	 * @param limit at least 1
	 * @return a copy
	 */
	public SearchRequest limit(int limit) {
		return new SearchRequest(this.text, this.type, this.filter, Arguments.atLeastOne(limit, "limit"), this.minScore,
				this.layers);
	}

	/**
	 * Only facts of at least this score.
	 * @param minScore the score, as the index counts it
	 * @return a copy
	 */
	public SearchRequest minScore(double minScore) {
		if (Double.isNaN(minScore)) {
			throw new IllegalArgumentException("'minScore' must be a number");
		}
		return new SearchRequest(this.text, this.type, this.filter, this.limit, minScore, this.layers);
	}

	/**
	 * Searches long-term memory and every session of the namespace.
	 * @return a copy
	 */
	public SearchRequest anyLayer() {
		return new SearchRequest(this.text, this.type, this.filter, this.limit, this.minScore, SearchScope.Layers.ANY);
	}

	/**
	 * On a session, searches the session and the long-term facts that no singleton of the
	 * session shadows.
	 * @return a copy
	 */
	public SearchRequest withLongTerm() {
		return new SearchRequest(this.text, this.type, this.filter, this.limit, this.minScore,
				SearchScope.Layers.WITH_LONG_TERM);
	}

	/**
	 * The text.
	 * @return not blank
	 */
	public String text() {
		return this.text;
	}

	/**
	 * The type.
	 * @return its name, or null for every type
	 */
	public @Nullable String type() {
		return this.type;
	}

	/**
	 * The filter.
	 * @return the filter, or null for none
	 */
	public @Nullable Filter filter() {
		return this.filter;
	}

	/**
	 * How many facts at most.
	 * @return at least 1
	 */
	public int limit() {
		return this.limit;
	}

	/**
	 * The lowest score.
	 * @return negative infinity for none
	 */
	public double minScore() {
		return this.minScore;
	}

	SearchScope.Layers layers() {
		return this.layers;
	}

}
