package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Statements that are run in order. A database behind a network gets many of them at once
 * and answers them at once; one in the process gets them one by one.
 */
final class Exchange {

	/** Stands for null where a string is meant. */
	static final Object NO_TEXT = new Object();

	/** Stands for null where an integer is meant. */
	static final Object NO_NUMBER = new Object();

	private static final int MOST_AT_ONCE = 50;

	private final boolean together;

	private final int timeout;

	private final List<Call> calls = new ArrayList<>();

	/**
	 * Creates an empty exchange.
	 * @param together whether several statements are sent at once
	 * @param timeout how many seconds a statement may take, or 0 for no limit
	 */
	Exchange(boolean together, int timeout) {
		this.together = together;
		this.timeout = timeout;
	}

	boolean isEmpty() {
		return this.calls.isEmpty();
	}

	void query(String sql, RowReader reader, Object... parameters) {
		this.calls.add(new Call(sql, parameters, reader, null));
	}

	void update(String sql, Object... parameters) {
		update((count) -> {
		}, sql, parameters);
	}

	void update(IntConsumer count, String sql, Object... parameters) {
		this.calls.add(new Call(sql, parameters, null, count));
	}

	void run(Connection connection) throws SQLException {
		if (this.together) {
			for (int from = 0; from < this.calls.size(); from += MOST_AT_ONCE) {
				together(connection, this.calls.subList(from, Math.min(from + MOST_AT_ONCE, this.calls.size())));
			}
		}
		else {
			oneByOne(connection);
		}
	}

	private void together(Connection connection, List<Call> calls) throws SQLException {
		String sql = (calls.size() == 1) ? calls.get(0).sql
				: String.join(";\n", calls.stream().map(Call::sql).toList());
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setQueryTimeout(this.timeout);
			int index = 1;
			for (Call call : calls) {
				index = call.bind(statement, index);
			}
			statement.execute();
			for (int i = 0; i < calls.size(); i++) {
				if (i > 0) {
					statement.getMoreResults();
				}
				calls.get(i).read(statement);
			}
		}
	}

	private void oneByOne(Connection connection) throws SQLException {
		PreparedStatement statement = null;
		String prepared = null;
		try {
			for (Call call : this.calls) {
				if (statement == null || !call.sql.equals(prepared)) {
					if (statement != null) {
						statement.close();
					}
					statement = connection.prepareStatement(call.sql);
					prepared = call.sql;
				}
				call.bind(statement, 1);
				statement.execute();
				call.read(statement);
			}
		}
		finally {
			if (statement != null) {
				statement.close();
			}
		}
	}

	/**
	 * Takes a row of a result.
	 */
	@FunctionalInterface
	interface RowReader {

		void read(ResultSet row) throws SQLException;

	}

	private record Call(String sql, Object[] parameters, @Nullable RowReader reader, @Nullable IntConsumer count) {

		int bind(PreparedStatement statement, int first) throws SQLException {
			int index = first;
			for (Object parameter : this.parameters) {
				bind(statement, index++, parameter);
			}
			return index;
		}

		private static void bind(PreparedStatement statement, int index, Object parameter) throws SQLException {
			if (parameter instanceof String text) {
				statement.setString(index, text);
			}
			else if (parameter instanceof Long number) {
				statement.setLong(index, number);
			}
			else if (parameter instanceof Integer number) {
				statement.setInt(index, number);
			}
			else if (parameter instanceof Boolean bool) {
				statement.setBoolean(index, bool);
			}
			else {
				statement.setNull(index, (parameter == NO_TEXT) ? Types.VARCHAR : Types.BIGINT);
			}
		}

		void read(PreparedStatement statement) throws SQLException {
			if (this.reader != null) {
				try (ResultSet rows = statement.getResultSet()) {
					while (rows.next()) {
						this.reader.read(rows);
					}
				}
			}
			else if (this.count != null) {
				this.count.accept(statement.getUpdateCount());
			}
		}

	}

}
