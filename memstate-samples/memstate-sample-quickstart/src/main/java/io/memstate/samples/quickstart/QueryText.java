package io.memstate.samples.quickstart;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import io.memstate.FactQuery;
import io.memstate.Filter;

/**
 * A query as one types it: conditions such as {@code speaker=Caroline}, or
 * {@code text~support} for a part of the value, with white space between them. The keys
 * {@code type} and {@code session} address the fact, all others its payload.
 *
 * @param session the session to look into, or null for every layer
 * @param query what to look for
 */
record QueryText(String session, FactQuery query) {

	private static final Pattern CONDITION = Pattern
		.compile("((?:`[^`]*`|[^\\s=~`])+)([=~])(?:\"([^\"]*)\"|((?!\")\\S*))(?:\\s+|$)");

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * Reads a query.
	 * @throws IllegalArgumentException if it is malformed
	 */
	static QueryText parse(String text) {
		QueryText query = new QueryText(null, FactQuery.all().anyLayer());
		Matcher matcher = CONDITION.matcher(text.strip());
		while (matcher.regionStart() < matcher.regionEnd()) {
			if (!matcher.lookingAt()) {
				throw new IllegalArgumentException("--query must be conditions such as type=observation "
						+ "speaker=Caroline or text~\"support group\", but was: " + text);
			}
			query = query.and(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
			matcher.region(matcher.end(), matcher.regionEnd());
		}
		return query;
	}

	private QueryText and(String key, String operator, String quoted, String plain) {
		String text = (quoted != null) ? quoted : plain;
		if (key.equals("session") && operator.equals("=")) {
			if (text.isBlank()) {
				throw new IllegalArgumentException("--query needs the name of a session after session=");
			}
			return new QueryText(text, this.query);
		}
		String path = key.equals("type") ? "$type" : key;
		Object value = (quoted != null) ? quoted : value(plain);
		Filter filter = operator.equals("=") ? Filter.in(path, List.of(text, value))
				: Filter.or(Filter.contains(path, text), Filter.contains(path, value));
		return new QueryText(this.session, this.query.where(filter));
	}

	/** What the text means as a number or a boolean, otherwise the text itself. */
	private static Object value(String text) {
		try {
			Object value = JSON.readValue(text, Object.class);
			return (value instanceof Number || value instanceof Boolean) ? value : text;
		}
		catch (JacksonException ex) {
			return text;
		}
	}

}
