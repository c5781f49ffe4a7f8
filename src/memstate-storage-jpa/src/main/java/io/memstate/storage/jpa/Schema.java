package io.memstate.storage.jpa;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import io.memstate.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * The tables: their version, and the script that creates them.
 */
final class Schema {

	static final String VERSION = "1";

	private final Database database;

	private final Tables tables;

	Schema(Database database, Tables tables) {
		this.database = database;
		this.tables = tables;
	}

	/**
	 * Creates the tables if they are missing.
	 * @param connections where to
	 * @param description what the storage is, for messages
	 * @throws SQLException if that failed
	 */
	void create(Connections connections, String description) throws SQLException {
		if (connections.inspect(this::exists)) {
			check(connections, description);
			return;
		}
		connections.write((connection) -> {
			this.database.lockSchema(connection, this.tables);
			if (this.tables.schema() != null && !exists(connection)) {
				execute(connection, "create schema if not exists " + this.tables.schema());
			}
			for (String statement : statements()) {
				execute(connection, this.tables.sql(statement));
			}
			return true;
		}, (done) -> true);
		check(connections, description);
	}

	private boolean exists(Connection connection) throws SQLException {
		String schema = this.tables.schema();
		String name = this.tables.prefix() + "meta";
		// unquoted names are in lower case on PostgreSQL and in any on SQLite
		return hasTable(connection, schema, name)
				|| hasTable(connection, schema, name.toLowerCase(java.util.Locale.ROOT));
	}

	private static boolean hasTable(Connection connection, @Nullable String schema, String name) throws SQLException {
		String folded = name(connection, schema);
		try (ResultSet found = connection.getMetaData()
			.getTables(null, folded, name.replace("_", "\\_"), new String[] { "TABLE" })) {
			return found.next();
		}
	}

	// unquoted names are in lower case
	static @Nullable String name(Connection connection, @Nullable String schema) throws SQLException {
		return (schema != null) ? schema.toLowerCase(java.util.Locale.ROOT) : connection.getSchema();
	}

	/**
	 * Checks that the tables are those that this version reads.
	 * @param connections where to look
	 * @param description what the storage is, for messages
	 * @throws SQLException if they can't be read
	 */
	void check(Connections connections, String description) throws SQLException {
		String version = connections.inspect(this::version);
		if (!VERSION.equals(version)) {
			throw new StorageException("The tables of " + description + " have schema version " + version
					+ ", but this version of MemState reads version " + VERSION
					+ "; use the version of MemState that created them or a newer one, or another table prefix");
		}
	}

	private String version(Connection connection) throws SQLException {
		String sql = this.tables.sql("select value from memstate_meta where name = 'schema-version'");
		try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
			return row.next() ? row.getString(1) : "none";
		}
	}

	private List<String> statements() {
		try (InputStream script = Schema.class.getClassLoader().getResourceAsStream(this.database.script())) {
			if (script == null) {
				throw new StorageException(this.database.script() + " is missing on the class path; add the whole jar");
			}
			String text = new String(script.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*\\R", "");
			return Arrays.stream(text.split(";\\s*(\\R|$)"))
				.map(String::strip)
				.filter((sql) -> !sql.isEmpty())
				.toList();
		}
		catch (IOException ex) {
			throw new StorageException(this.database.script() + " could not be read; check the jar", ex);
		}
	}

	static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * A short name for a long one.
	 * @param text the long name
	 * @return 16 hexadecimal digits
	 */
	static String digest(String text) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, 8);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex); // every Java has it
		}
	}

}
