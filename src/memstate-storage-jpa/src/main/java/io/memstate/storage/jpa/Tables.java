package io.memstate.storage.jpa;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Where the tables are. All SQL is written with the default names; {@link #sql} puts the
 * configured schema and prefix in.
 *
 * @param schema the schema of the tables, or null for the connection's own
 * @param prefix what the names of tables and indexes start with
 */
record Tables(@Nullable String schema, String prefix) {

	static final String DEFAULT_PREFIX = "memstate_";

	private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,39}");

	private static final Pattern NAME = Pattern
		.compile("\\bmemstate_(meta|fact|log|step|type|intent|fence|outbox|lease)?(\\w*)");

	Tables {
		require(schema == null || IDENTIFIER.matcher(schema).matches(), "schema", schema);
		require(prefix.isEmpty() || IDENTIFIER.matcher(prefix).matches(), "tablePrefix", prefix);
	}

	private static void require(boolean condition, String name, @Nullable String value) {
		if (!condition) {
			throw new IllegalArgumentException("'" + name + "' must be 1 to 40 letters, digits and underscores and not "
					+ "start with a digit, but was '" + value + "'");
		}
	}

	/**
	 * Puts schema and prefix into SQL.
	 * @param sql with the default names
	 * @return with the configured names
	 */
	String sql(String sql) {
		Matcher matcher = NAME.matcher(sql);
		return matcher.replaceAll((name) -> {
			boolean table = name.group(1) != null && name.group(2).isEmpty();
			return Matcher.quoteReplacement(((table && this.schema != null) ? this.schema + "." : "") + this.prefix
					+ name.group().substring(9));
		});
	}

}
