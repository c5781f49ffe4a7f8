package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.memstate.StorageException;
import io.memstate.storage.FactState;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;
import org.jspecify.annotations.Nullable;

/**
 * A whole result. The order of creation is fetched page by page, by an index, and holds
 * no connection in between. Another order is fetched from one statement, up to where the
 * database can't sort exactly; from there on page by page too.
 */
final class FactStream implements Iterator<FactState> {

	private static final int MOST_AT_ONCE = 500;

	private final QueryReader reader;

	private final StorageQuery query;

	private final Function<Exception, StorageException> failures;

	private @Nullable FactCursor cursor;

	private Iterator<FactState> page = Collections.emptyIterator();

	private boolean lastPage;

	private @Nullable StoredFact last;

	private @Nullable FactState next;

	/**
	 * Opens a result.
	 * @param reader reads the facts
	 * @param query the query; its limit is how many to fetch at a time
	 * @param failures what becomes of a failure on the way
	 * @throws SQLException if it can't be opened
	 */
	FactStream(QueryReader reader, StorageQuery query, Function<Exception, StorageException> failures)
			throws SQLException {
		this.reader = reader;
		this.query = query;
		this.failures = failures;
		this.last = query.after();
		if (!query.order().isEmpty() && reader.sortedExactly(query.after(), query)) {
			this.cursor = reader.cursor(query);
		}
	}

	Stream<FactState> stream() {
		Spliterator<FactState> facts = Spliterators.spliteratorUnknownSize(this,
				Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
		return StreamSupport.stream(facts, false).onClose(this::close);
	}

	@Override
	public boolean hasNext() {
		if (this.next == null) {
			try {
				this.next = advance();
			}
			catch (StorageException ex) {
				throw ex;
			}
			catch (SQLException | RuntimeException ex) {
				throw this.failures.apply(ex);
			}
		}
		return this.next != null;
	}

	@Override
	public FactState next() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		FactState state = Objects.requireNonNull(this.next);
		this.next = null;
		this.last = QueryReader.living(state);
		return state;
	}

	private @Nullable FactState advance() throws SQLException {
		if (this.cursor != null) {
			FactState state = this.cursor.hasNext() ? this.cursor.next() : null;
			if (state == null || this.reader.sortedExactly(state.fact(), this.query)) {
				return state;
			}
			closeCursor();
		}
		if (!this.page.hasNext() && !this.lastPage) {
			int size = Math.min(this.query.limit(), MOST_AT_ONCE);
			var facts = this.reader.page(this.query.page(this.last, size));
			this.lastPage = facts.size() < size;
			this.page = facts.iterator();
		}
		return this.page.hasNext() ? this.page.next() : null;
	}

	private void close() {
		this.lastPage = true;
		try {
			closeCursor();
		}
		catch (SQLException | RuntimeException ex) {
			throw this.failures.apply(ex);
		}
	}

	private void closeCursor() throws SQLException {
		FactCursor open = this.cursor;
		this.cursor = null;
		if (open != null) {
			open.close();
		}
	}

}
