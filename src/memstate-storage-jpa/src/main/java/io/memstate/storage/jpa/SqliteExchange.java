package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Runs statements one by one, which costs no round trip, with statements that stay
 * prepared.
 */
final class SqliteExchange extends Exchange {

	@Override
	void run(Connection connection) throws SQLException {
		SqliteConnections.Prepared prepared = SqliteConnections.of(connection);
		try {
			for (Call call : calls()) {
				PreparedStatement statement = prepared.statement(call.sql());
				call.bind(statement, 1);
				statement.execute();
				call.read(statement);
			}
		}
		catch (SQLException | RuntimeException ex) {
			prepared.discard();
			throw ex;
		}
	}

}
