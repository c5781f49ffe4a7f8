package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Work on a connection.
 *
 * @param <R> the result
 */
@FunctionalInterface
interface SqlWork<R> {

	R run(Connection connection) throws SQLException;

}
