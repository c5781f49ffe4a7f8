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
 * Statements that are run in order, in as few round trips as the database allows.
 */
abstract class Exchange {

	/** Stands for null where a string is meant. */
	static final Object NO_TEXT = new Object();

	/** Stands for null where an integer is meant. */
	static final Object NO_NUMBER = new Object();

	private final List<Call> calls = new ArrayList<>();

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

	/**
	 * Runs the statements in order.
	 * @param connection where to
	 * @throws SQLException if one failed
	 */
	abstract void run(Connection connection) throws SQLException;

	List<Call> calls() {
		return this.calls;
	}

	/**
	 * Takes a row of a result.
	 */
	@FunctionalInterface
	interface RowReader {

		void read(ResultSet row) throws SQLException;

	}

	/**
	 * A statement with its parameters.
	 *
	 * @param sql the statement
	 * @param parameters one for each question mark
	 * @param reader takes the rows, or null
	 * @param count takes the number of rows that were changed, or null
	 */
	record Call(String sql, Object[] parameters, @Nullable RowReader reader, @Nullable IntConsumer count) {

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
