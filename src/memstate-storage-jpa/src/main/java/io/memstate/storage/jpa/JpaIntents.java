package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

import io.memstate.storage.Intents;
import io.memstate.storage.Precondition;

/**
 * Intents on a connection apart from those that facts are written on.
 */
interface JpaIntents extends Intents, AutoCloseable {

	/**
	 * Is called before they are used, with a connection of the application's pool, which
	 * must not be waited for afterwards: who has taken the last one may wait for a lease.
	 * @param connection a connection that can write
	 * @throws SQLException if it failed
	 */
	default void prepare(Connection connection) throws SQLException {
	}

	/**
	 * Issues fences.
	 * @param count how many
	 * @return the fences, rising
	 */
	long[] fences(int count);

	/**
	 * Adds to a unit what ends a lease, or holds on to it, as the last of its statements:
	 * no other lock must be waited for while intents are locked.
	 * @param exchange the unit's last
	 * @param leased gets the facts that were leased
	 */
	void end(Exchange exchange, String namespace, Precondition.LeaseHeld lease, Set<String> leased);

	/**
	 * Finds out which facts a lease still has, where {@link #end} could not tell, with
	 * the unit's transaction about to commit.
	 */
	void look(Connection connection, String namespace, Precondition.LeaseHeld lease, Set<String> leased)
			throws SQLException;

	/** Is called once the unit is committed. */
	void ended(String namespace, String token);

	@Override
	void close();

}
