package io.memstate.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import org.sqlite.SQLiteConfig;

/**
 * What is written by hand to keep an index in step: first the database, and when that is
 * committed, the index. For one thread.
 */
final class HandWrittenNotes implements Notes {

	private final Table table;

	private final Index index;

	private final int tries;

	HandWrittenNotes(String location, String name, Index index, int tries) throws SQLException {
		this.table = Backend.isRedis(location) ? new RedisTable(location, name) : new SqlTable(connect(location), name);
		this.index = index;
		this.tries = tries;
	}

	private static Connection connect(String location) throws SQLException {
		if (Backend.isPostgres(location)) {
			return DriverManager.getConnection(location);
		}
		SQLiteConfig config = new SQLiteConfig();
		config.setJournalMode(SQLiteConfig.JournalMode.WAL);
		config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
		config.setBusyTimeout(30_000);
		return config.createConnection("jdbc:sqlite:" + location);
	}

	@Override
	public void put(String id, String text) throws Exception {
		this.table.put(id, text);
		index(new Index.Entry(id, 0, text));
	}

	@Override
	public void delete(String id) throws Exception {
		this.table.delete(id);
		index(new Index.Entry(id, 0, null));
	}

	private void index(Index.Entry entry) throws Exception {
		for (int tried = 1;; tried++) {
			try {
				this.index.take(List.of(entry));
				return;
			}
			catch (Exception ex) {
				if (tried >= this.tries) {
					throw ex;
				}
			}
		}
	}

	@Override
	public Map<String, String> texts() throws Exception {
		return this.table.texts();
	}

	@Override
	public boolean repair() {
		// nothing has kept what is left to do
		return true;
	}

	@Override
	public void close() throws Exception {
		this.table.close();
	}

	/** The database. */
	private interface Table extends AutoCloseable {

		void put(String id, String text) throws Exception;

		void delete(String id) throws Exception;

		Map<String, String> texts() throws Exception;

	}

	/** SQLite or PostgreSQL. */
	private static final class SqlTable implements Table {

		private final Connection connection;

		private final String name;

		SqlTable(Connection connection, String name) throws SQLException {
			this.connection = connection;
			this.name = name;
			execute("create table if not exists " + name + " (id text primary key, text text not null)");
		}

		private void execute(String sql, String... parameters) throws SQLException {
			try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
				for (int i = 0; i < parameters.length; i++) {
					statement.setString(i + 1, parameters[i]);
				}
				statement.executeUpdate();
			}
		}

		@Override
		public void put(String id, String text) throws SQLException {
			execute("insert into " + this.name + " (id, text) values (?, ?) "
					+ "on conflict (id) do update set text = excluded.text", id, text);
		}

		@Override
		public void delete(String id) throws SQLException {
			execute("delete from " + this.name + " where id = ?", id);
		}

		@Override
		public Map<String, String> texts() throws SQLException {
			Map<String, String> texts = new HashMap<>();
			try (PreparedStatement statement = this.connection.prepareStatement("select id, text from " + this.name);
					ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					texts.put(rows.getString(1), rows.getString(2));
				}
			}
			return texts;
		}

		@Override
		public void close() throws SQLException {
			this.connection.close();
		}

	}

	/** Redis. */
	private static final class RedisTable implements Table {

		private final RedisClient client;

		private final StatefulRedisConnection<String, String> connection;

		private final String name;

		RedisTable(String uri, String name) {
			this.client = RedisClient.create(uri);
			this.connection = this.client.connect();
			this.name = name;
		}

		@Override
		public void put(String id, String text) {
			this.connection.sync().hset(this.name, id, text);
		}

		@Override
		public void delete(String id) {
			this.connection.sync().hdel(this.name, id);
		}

		@Override
		public Map<String, String> texts() {
			return this.connection.sync().hgetall(this.name);
		}

		@Override
		public void close() {
			this.connection.close();
			this.client.shutdown();
		}

	}

}
