package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.util.Iterator;
import java.util.function.Function;
import java.util.stream.Stream;

import io.memstate.storage.FactState;
import org.hibernate.StatelessSession;

/**
 * The result of one statement, fetched bit by bit.
 */
final class FactCursor implements Iterator<FactState>, AutoCloseable {

	private final Connections.Lease lease;

	private final StatelessSession session;

	private final Stream<FactRow> rows;

	private final Iterator<FactState> states;

	FactCursor(Connections.Lease lease, StatelessSession session, Stream<FactRow> rows,
			Function<FactRow, FactState> mapping) {
		this.lease = lease;
		this.session = session;
		this.rows = rows;
		this.states = rows.map(mapping).iterator();
	}

	@Override
	public boolean hasNext() {
		return this.states.hasNext();
	}

	@Override
	public FactState next() {
		return this.states.next();
	}

	@Override
	public void close() throws SQLException {
		try (Connections.Lease returned = this.lease; StatelessSession closed = this.session) {
			this.rows.close();
		}
	}

}
