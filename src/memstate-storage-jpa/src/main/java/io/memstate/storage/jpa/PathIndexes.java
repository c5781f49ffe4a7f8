package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.memstate.storage.Path;
import io.memstate.storage.jpa.Database.Index;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes on paths into payloads: which there are, so that queries are written in the
 * way that uses them. Where the storage is not to initialise the schema, somebody else
 * creates them, and they are looked for when the storage is used next.
 */
final class PathIndexes {

	private static final Logger logger = LoggerFactory.getLogger(PathIndexes.class);

	private final Database database;

	private final Tables tables;

	private final String description;

	private final Map<String, Set<Path>> found = new ConcurrentHashMap<>();

	private final Set<Expected> known = ConcurrentHashMap.newKeySet();

	private final Queue<Expected> expected = new ConcurrentLinkedQueue<>();

	PathIndexes(Database database, JdbcSettings settings, String description) {
		this.database = database;
		this.tables = settings.tables();
		this.description = description;
	}

	/**
	 * The paths that have an index.
	 * @param type the type of the facts
	 * @return the paths
	 */
	Set<Path> of(String type) {
		return this.found.getOrDefault(type, Set.of());
	}

	/**
	 * Creates the indexes on a path.
	 * @param connections where to
	 * @param type the type of the facts
	 * @param path the path
	 * @return whether it had none
	 * @throws SQLException if that failed
	 */
	boolean create(Connections connections, String type, Path path) throws SQLException {
		List<Index> indexes = this.database.indexes(this.tables, type, path);
		if (indexes.isEmpty()) {
			return false;
		}
		connections.write((connection) -> {
			this.database.lockSchema(connection, this.tables);
			for (Index index : indexes) {
				Schema.execute(connection, index.statement());
			}
			return true;
		}, (done) -> true);
		return add(type, path);
	}

	private boolean add(String type, Path path) {
		return this.found.computeIfAbsent(type, (name) -> ConcurrentHashMap.newKeySet()).add(path);
	}

	/**
	 * Has the indexes on a path looked for. Touches nothing by itself.
	 * @param type the type of the facts
	 * @param path the path
	 * @return whether they were not looked for before
	 */
	boolean expect(String type, Path path) {
		Expected index = new Expected(type, path);
		return this.known.add(index) && this.expected.add(index);
	}

	/**
	 * Looks for the indexes that are expected, and tells how to create those that are
	 * missing.
	 * @param connections where to look
	 * @throws SQLException if that failed
	 */
	void find(Connections connections) throws SQLException {
		if (this.expected.isEmpty()) {
			return;
		}
		Set<String> names = connections.inspect(this::names);
		for (Expected next = this.expected.poll(); next != null; next = this.expected.poll()) {
			find(names, next);
		}
	}

	private void find(Set<String> names, Expected expected) {
		List<Index> missing = this.database.indexes(this.tables, expected.type(), expected.path())
			.stream()
			.filter((index) -> !names.contains(index.name().toLowerCase(Locale.ROOT)))
			.toList();
		if (missing.isEmpty()) {
			add(expected.type(), expected.path());
			return;
		}
		logger.warn(
				"There is no index on '{}' of type '{}' in {}, which is not to initialise its schema, so queries by it "
						+ "may read every fact of the type. To create it, run: {};",
				expected.path(), expected.type(), this.description,
				String.join("; ", missing.stream().map(Index::statement).toList()));
	}

	private Set<String> names(Connection connection) throws SQLException {
		Set<String> names = new HashSet<>();
		String table = (this.tables.prefix() + "fact").toLowerCase(Locale.ROOT);
		try (ResultSet indexes = connection.getMetaData()
			.getIndexInfo(null, Schema.name(connection, this.tables.schema()), table, false, true)) {
			while (indexes.next()) {
				String name = indexes.getString("INDEX_NAME");
				if (name != null) {
					names.add(name.toLowerCase(Locale.ROOT));
				}
			}
		}
		return names;
	}

	/**
	 * A path that is to have indexes.
	 *
	 * @param type the type of the facts
	 * @param path the path
	 */
	private record Expected(String type, Path path) {
	}

}
