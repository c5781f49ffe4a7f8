package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Path;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * The function that MemState adds to its SQLite connections: {@code mem_sort_key(json)}
 * and {@code mem_sort_key(json, path)} give the {@link SortKey} of a value.
 */
final class SqliteFunctions {

	static final String SORT_KEY = "mem_sort_key";

	private static final Set<Connection> KNOWN = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	private SqliteFunctions() {
	}

	/**
	 * Adds the function to a connection that does not have it yet.
	 * @param connection a connection of SQLite or of a pool
	 * @throws SQLException if it is of another driver
	 */
	static void addTo(Connection connection) throws SQLException {
		Connection physical = connection.unwrap(SQLiteConnection.class);
		if (!KNOWN.contains(physical)) {
			Function.create(physical, SORT_KEY, new SortKeyFunction(), -1, Function.FLAG_DETERMINISTIC);
			KNOWN.add(physical);
		}
	}

	static byte[] sortKey(@Nullable String json, @Nullable String path) {
		if (json == null) {
			return SortKey.of(Path.MISSING);
		}
		if (path != null) {
			return SortKey.of(Path.parse(path).resolve(CanonicalJson.readObject(json)));
		}
		return SortKey.of(CanonicalJson.readObject("{\"v\":" + json + "}").get("v"));
	}

	private static final class SortKeyFunction extends Function {

		@Override
		protected void xFunc() throws SQLException {
			String path = (args() > 1) ? Objects.requireNonNull(value_text(1)) : null;
			result(sortKey(value_text(0), path));
		}

	}

}
