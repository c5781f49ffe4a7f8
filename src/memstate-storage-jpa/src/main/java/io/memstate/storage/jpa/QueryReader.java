package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import org.hibernate.StatelessSession;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/**
 * Reads facts. Statements that need an index are written out, so that it is sure to be
 * used; Hibernate maps their rows.
 */
final class QueryReader {

	private static final int MOST_AT_ONCE = 500;

	private final Database database;

	private final Tables tables;

	private final Connections connections;

	private final Sessions sessions;

	private final PathIndexes indexes;

	private final int timeout;

	private final String factByKey;

	private final String lastEntries;

	private final String due;

	private final String nextNamespace;

	private final String nextSession;

	QueryReader(Database database, JdbcSettings settings, Connections connections, Sessions sessions,
			PathIndexes indexes) {
		this.database = database;
		this.tables = settings.tables();
		this.connections = connections;
		this.sessions = sessions;
		this.indexes = indexes;
		this.timeout = database.limitsTime() ? settings.statementSeconds() : 0;
		this.factByKey = this.tables.sql("select f.* from memstate_fact f where f.namespace = ? and ")
				+ database.holder() + " = ? and f.live and f.singleton_key is not null";
		// where the page begins is told twice, or a join of the two would begin with the
		// first
		// fact each time
		this.lastEntries = this.tables.sql("select l.* from memstate_log l where l.namespace = ? and l.fact_id > ? "
				+ "and l.logged_at <= ? and not exists (select 1 from memstate_log n where n.namespace = l.namespace "
				+ "and n.fact_id = l.fact_id and n.fact_id > ? and n.sequence > l.sequence and n.logged_at <= ?) "
				+ "order by l.fact_id limit ?");
		this.due = this.tables.sql("select namespace, id from memstate_fact where live and expires_at is not null "
				+ "and expires_at <= ? order by expires_at limit ?");
		this.nextNamespace = this.tables
			.sql("select namespace from memstate_fact where live and namespace > ? order by namespace limit 1");
		this.nextSession = this.tables.sql("select session_id from memstate_fact where namespace = ? and live "
				+ "and session_id > ? and (expires_at is null or expires_at > ?) order by session_id limit 1");
	}

	Map<String, FactState> facts(String namespace, Collection<String> ids) throws SQLException {
		return read((session) -> {
			Map<String, FactState> found = new HashMap<>();
			List<String> all = List.copyOf(ids);
			for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
				List<String> some = all.subList(from, Math.min(from + MOST_AT_ONCE, all.size()));
				for (FactRow row : facts(session, namespace, some)) {
					found.put(row.id(), state(row));
				}
			}
			return found;
		});
	}

	private List<FactRow> facts(StatelessSession session, String namespace, List<String> ids) {
		if (ids.size() == 1) {
			FactRow row = session.get(FactRow.class, new FactRow.Key(namespace, ids.get(0)));
			return (row != null) ? List.of(row) : List.of();
		}
		// a few lengths only, so that statements are used again
		List<String> padded = new ArrayList<>(ids);
		padded.addAll(Collections.nCopies(Integer.highestOneBit(ids.size() - 1) * 2 - ids.size(), ids.get(0)));
		Fragment statement = this.database.factsById(namespace, padded);
		return rows(session, FactRow.class, this.tables.sql(statement.sql()), statement.parameters()).getResultList();
	}

	Map<SingletonKey, FactState> singletons(String namespace, Collection<SingletonKey> keys) throws SQLException {
		return read((session) -> {
			Map<SingletonKey, FactState> found = new HashMap<>();
			for (SingletonKey key : keys) {
				List<Object> parameters = List.of(namespace, this.database.holder(key));
				rows(session, FactRow.class, this.factByKey, parameters).getResultList()
					.forEach((row) -> found.put(key, state(row)));
			}
			return found;
		});
	}

	List<FactState> page(StorageQuery query) throws SQLException {
		List<FactState> page = read(
				(session) -> facts(session, query, query.limit()).getResultList().stream().map(this::state).toList());
		return sortedExactly(page, query) ? page : exactPage(query);
	}

	/**
	 * Whether the database could sort a page exactly. It could if nothing on the page,
	 * nor the fact before it, has a value that may look equal to another.
	 */
	private boolean sortedExactly(List<FactState> page, StorageQuery query) {
		return page.stream().allMatch((state) -> sortedExactly(state.fact(), query))
				&& sortedExactly(query.after(), query);
	}

	boolean sortedExactly(@Nullable StoredFact fact, StorageQuery query) {
		return fact == null
				|| query.order().stream().allMatch((key) -> this.database.sortsExactly(key.path().resolve(fact)));
	}

	private List<FactState> exactPage(StorageQuery query) throws SQLException {
		Comparator<FactState> order = Comparator.comparing(QueryReader::living, query.comparator());
		PriorityQueue<FactState> first = new PriorityQueue<>(order.reversed());
		StorageQuery all = new StorageQuery(query.namespace(), query.sessionId(), query.layers(), query.type(),
				query.condition(), List.of(), null, MOST_AT_ONCE, query.now());
		StoredFact after = query.after();
		try (FactCursor facts = cursor(all)) {
			while (facts.hasNext()) {
				FactState state = facts.next();
				if (after == null || query.comparator().compare(living(state), after) > 0) {
					first.add(state);
				}
				if (first.size() > query.limit()) {
					first.remove();
				}
			}
		}
		return first.stream().sorted(order).toList();
	}

	static StoredFact living(FactState state) {
		return Objects.requireNonNull(state.fact());
	}

	/**
	 * Opens one statement for a whole result.
	 * @param query the query; its limit is how many to fetch at a time
	 * @return the facts, to be closed
	 * @throws SQLException if it can't be opened
	 */
	FactCursor cursor(StorageQuery query) throws SQLException {
		Connections.Lease lease = this.connections.cursor();
		try {
			StatelessSession session = this.sessions.stateless(lease.connection());
			Stream<FactRow> rows = facts(session, query, null).setFetchSize(Math.min(query.limit(), MOST_AT_ONCE))
				.getResultStream();
			return new FactCursor(lease, session, rows, this::state);
		}
		catch (RuntimeException ex) {
			lease.close();
			throw ex;
		}
	}

	OptionalLong count(StorageQuery query) throws SQLException {
		Fragment which = which(query, true);
		if (!which.exact()) {
			return OptionalLong.empty();
		}
		String sql = this.tables.sql("select count(*) from memstate_fact f") + " where " + which.sql();
		return OptionalLong.of(read((session) -> rows(session, Long.class, sql, which.parameters()).getSingleResult()));
	}

	private NativeQuery<FactRow> facts(StatelessSession session, StorageQuery query, @Nullable Integer limit) {
		Fragment statement = statement(query, limit);
		return rows(session, FactRow.class, statement.sql(), statement.parameters());
	}

	/**
	 * The statement of a query.
	 * @param query the query
	 * @param limit how many facts at most, or null for all
	 * @return the statement
	 */
	Fragment statement(StorageQuery query, @Nullable Integer limit) {
		Sorting sorting = Sorting.of(this.database, query);
		Fragment which = which(query, false);
		if (query.after() != null) {
			which = Fragment.all(List.of(which, sorting.after(query.after())));
		}
		List<Object> parameters = new ArrayList<>(which.parameters());
		String sql = this.tables.sql("select f.* from memstate_fact as f")
				+ this.database.hint(this.tables, query, indexed(query.type())) + " where " + which.sql() + " order by "
				+ sorting.orderBy();
		if (limit != null) {
			sql += " limit ?";
			parameters.add(limit);
		}
		return new Fragment(sql, parameters, which.exact());
	}

	private Set<Path> indexed(@Nullable String type) {
		return (type != null) ? this.indexes.of(type) : Set.of();
	}

	private Fragment which(StorageQuery query, boolean exactly) {
		List<Fragment> all = new ArrayList<>();
		all.add(Fragment.of("f.namespace = ?", query.namespace()));
		all.add(Fragment.of("f.live"));
		String session = (query.sessionId() != null) ? query.sessionId() : "";
		switch (query.layers()) {
			case OWN -> all.add(Fragment.of("f.session_id = ?", session));
			case WITH_LONG_TERM -> all.add(Fragment.of("f.session_id in ('', ?)", session));
			case ANY -> {
			}
		}
		if (query.type() != null) {
			// an index of a path is only used where the statement itself names the type
			all.add(this.database.ofType(query.type(), !indexed(query.type()).isEmpty()));
		}
		all.add(Fragment.of("(f.expires_at is null or f.expires_at > ?)", Path.micros(query.now())));
		if (query.condition() != null) {
			all.add(this.database.conditions(exactly, indexed(query.type())).translate(query.condition()));
		}
		return Fragment.all(all);
	}

	List<StoredEntry> lastEntries(String namespace, Instant at, @Nullable String afterFactId, int limit)
			throws SQLException {
		Fragment statement = lastEntriesStatement(namespace, at, afterFactId, limit);
		return read((session) -> rows(session, EntryRow.class, statement.sql(), statement.parameters()).getResultList()
			.stream()
			.map(EntryRow::entry)
			.toList());
	}

	Fragment lastEntriesStatement(String namespace, Instant at, @Nullable String afterFactId, int limit) {
		long micros = Path.micros(at);
		String after = (afterFactId != null) ? afterFactId : "";
		return new Fragment(this.lastEntries, List.of(namespace, after, micros, after, micros, limit), true);
	}

	List<FactAddress> due(Instant now, int limit) throws SQLException {
		return read(
				(session) -> rows(session, Object[].class, this.due, List.of(Path.micros(now), limit)).getResultList()
					.stream()
					.map((row) -> new FactAddress((String) row[0], (String) row[1]))
					.toList());
	}

	List<String> namespaces(@Nullable String after, int limit) throws SQLException {
		return names(after, limit, (last) -> new Fragment(this.nextNamespace, List.of(last), true));
	}

	List<String> sessions(String namespace, Instant now, @Nullable String after, int limit) throws SQLException {
		return names(after, limit,
				(last) -> new Fragment(this.nextSession, List.of(namespace, last, Path.micros(now)), true));
	}

	// from name to name by an index, past however many facts they have
	private List<String> names(@Nullable String after, int limit, Function<String, Fragment> next) throws SQLException {
		return read((session) -> {
			List<String> names = new ArrayList<>();
			String last = (after != null) ? after : "";
			while (names.size() < limit) {
				Fragment statement = next.apply(last);
				last = rows(session, String.class, statement.sql(), statement.parameters()).getSingleResultOrNull();
				if (last == null) {
					break;
				}
				names.add(last);
			}
			return names;
		});
	}

	private FactState state(FactRow row) {
		return row.state(this.database::payload);
	}

	private <R> R read(Function<StatelessSession, R> work) throws SQLException {
		return this.connections.read((connection) -> this.sessions.stateless(connection, work));
	}

	private <R> NativeQuery<R> rows(StatelessSession session, Class<R> type, String sql, List<Object> parameters) {
		NativeQuery<R> query = session.createNativeQuery(sql, type);
		for (int i = 0; i < parameters.size(); i++) {
			query.setParameter(i + 1, parameters.get(i));
		}
		if (this.timeout > 0) {
			query.setTimeout(this.timeout);
		}
		return query;
	}

}
