package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Sends many statements at once, which the server answers at once.
 */
final class PostgresExchange extends Exchange {

	private static final int MOST_AT_ONCE = 50;

	private final int timeout;

	/**
	 * Creates an empty exchange.
	 * @param timeout how many seconds what is sent at once may take
	 */
	PostgresExchange(int timeout) {
		this.timeout = timeout;
	}

	@Override
	void run(Connection connection) throws SQLException {
		for (int from = 0; from < calls().size(); from += MOST_AT_ONCE) {
			run(connection, calls().subList(from, Math.min(from + MOST_AT_ONCE, calls().size())));
		}
	}

	private void run(Connection connection, List<Call> calls) throws SQLException {
		String sql = String.join(";\n", calls.stream().map(Call::sql).toList());
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

}
