package io.memstate.storage.jpa;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import io.memstate.StorageException;
import io.memstate.storage.FactAddress;
import io.memstate.storage.Intent;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Path;
import io.memstate.storage.Precondition;
import io.memstate.storage.ReadingIntents;
import io.memstate.storage.Renewal;
import io.memstate.storage.TransactionalStorage.CallerTransaction;
import io.memstate.storage.TransactionalStorage.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Intents in a table beside the facts, on connections of their own: they must be
 * committed while a transaction of the caller goes on, which may have taken the last
 * connection of the pool. Only what is leased with a read is leased on one of the pool,
 * outside the caller's transactions.
 */
final class PostgresIntents implements JpaIntents, ReadingIntents {

	private static final Logger logger = LoggerFactory.getLogger(PostgresIntents.class);

	private static final long SECONDS_60 = 60_000_000;

	private final Database database;

	private final Connections connections;

	private final BesidePool beside;

	private final Supplier<@Nullable CallerTransaction> transactions;

	private final IntentStatements statements;

	private final String add;

	private final String addOneAndRead;

	private final String remove;

	private final String releaseAll;

	private final String nextFences;

	private final String raiseFence;

	private final Function<Exception, StorageException> failures;

	private final int timeout;

	PostgresIntents(Database database, JdbcSettings settings, Connections connections,
			Supplier<@Nullable CallerTransaction> transactions, Function<Exception, StorageException> failures) {
		this.database = database;
		this.connections = connections;
		this.beside = new BesidePool(connections.pools().writer(), settings.hookConnections(), this::raiseFence);
		this.transactions = transactions;
		this.statements = new IntentStatements(database, settings);
		this.failures = failures;
		this.timeout = settings.statementSeconds();
		Tables tables = settings.tables();
		// what is there is passed over and not waited for: whose transaction is about
		// to remove it may want a lease first; a fence for each row once it is there;
		// arrays whose length the server can't see, or it would plan for each
		this.add = tables.sql("insert into memstate_intent (namespace, fact_id, token, until_at) "
				+ "select * from unnest((select ?::text[]), (select ?::text[]), (select ?::text[]), "
				+ "(select ?::bigint[])) n (namespace, fact_id, token, until_at) "
				+ "where (select i.token from memstate_intent i where i.namespace = n.namespace "
				+ "and i.fact_id = n.fact_id) is null "
				+ "on conflict (namespace, fact_id) do nothing returning token, fact_id, nextval('memstate_fence')");
		this.addOneAndRead = tables.sql("with leased as (insert into memstate_intent "
				+ "(namespace, fact_id, token, until_at) select ?, ?, ?, ? where (select i.token from memstate_intent i "
				+ "where i.namespace = ? and i.fact_id = ?) is null on conflict (namespace, fact_id) do nothing "
				+ "returning nextval('memstate_fence') as fence) select l.fence, f.* from leased l "
				+ "left join memstate_fact f on f.namespace = ? and f.id = ?");
		this.remove = tables.sql("delete from memstate_intent where namespace = ? and token = ? and fact_id = any(?)");
		// who locks some of them to take them over may wait for another of them, and does
		// away with the tokens itself
		this.releaseAll = tables.sql("with released as (select namespace, fact_id from memstate_intent "
				+ "where namespace = ? and token = any(?) for update skip locked) delete from memstate_intent i "
				+ "using released r where i.namespace = r.namespace and i.fact_id = r.fact_id");
		this.nextFences = tables.sql("select nextval('memstate_fence') from generate_series(1, ?)");
		this.raiseFence = tables.sql("select setval('memstate_fence', ?) from memstate_fence where last_value < ?");
	}

	@Override
	public void prepare(Connection connection) throws SQLException {
		this.beside.prepare(connection);
	}

	// a backup that was restored must not issue fences again; the clocks of two machines
	// never differ by so much
	private boolean raiseFence(Connection connection) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.raiseFence)) {
			long now = Path.micros(Instant.now());
			statement.setLong(1, now);
			statement.setLong(2, now - SECONDS_60);
			return statement.execute();
		}
	}

	private <R> R write(SqlWork<R> work) {
		try {
			return this.beside.write(work);
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
	}

	private <R> R writeAtOnce(SqlWork<R> work) {
		try {
			return this.beside.writeAtOnce(work);
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
	}

	// for what may wait for rows of others
	private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
		PreparedStatement statement = connection.prepareStatement(sql);
		statement.setQueryTimeout(this.timeout);
		return statement;
	}

	// once the rows are locked, so that the later lease of a fact has the higher one
	private long[] fences(Connection connection, int count) throws SQLException {
		long[] fences = new long[count];
		try (PreparedStatement statement = connection.prepareStatement(this.nextFences)) {
			statement.setInt(1, count);
			try (ResultSet row = statement.executeQuery()) {
				for (int i = 0; row.next(); i++) {
					fences[i] = row.getLong(1);
				}
			}
		}
		Arrays.sort(fences);
		return fences;
	}

	@Override
	public int concurrency() {
		return BesidePool.CONNECTIONS;
	}

	@Override
	public long[] fences(int count) {
		return write((connection) -> fences(connection, count));
	}

	/**
	 * {@inheritDoc} What is free takes one exchange with the server.
	 */
	@Override
	public List<LeaseResult> lease(List<LeaseRequest> requests) {
		if (requests.stream().anyMatch((request) -> !request.replaces().isEmpty())) {
			return List.of(leaseOne(requests.get(0)));
		}
		Map<String, Added> added = add(requests);
		List<LeaseResult> results = new ArrayList<>();
		for (LeaseRequest request : requests) {
			Added rows = added.getOrDefault(request.token(), new Added());
			if (rows.factIds.size() == request.factIds().size()) {
				results.add(new LeaseResult.Leased(rows.fence));
			}
			else {
				remove(request, rows.factIds);
				results.add(leaseOne(request));
			}
		}
		return results;
	}

	/**
	 * {@inheritDoc} On a connection of the ordinary pool, as it takes the place of a
	 * read.
	 */
	@Override
	public @Nullable LeasedFact leaseAndRead(String namespace, String factId, String token, Instant until) {
		List<Leased> leased = new ArrayList<>(1);
		Exchange exchange = this.database.exchange(this.timeout);
		exchange.query(this.addOneAndRead, (row) -> leased.add(new Leased(row.getLong("fence"), FactRow.read(row))),
				namespace, factId, token, Path.micros(until), namespace, factId, namespace, factId);
		try {
			this.beside.open(); // which sees to the fences
			this.connections.writeAtOnce((connection) -> {
				exchange.run(connection);
				return true;
			});
		}
		catch (SQLException ex) {
			if (this.database.isRace(ex, false)) {
				return null;
			}
			throw this.failures.apply(ex);
		}
		return leased.isEmpty() ? null : read(namespace, token, leased.get(0));
	}

	private LeasedFact read(String namespace, String token, Leased leased) {
		FactRow fact = leased.fact();
		try {
			return new LeasedFact(leased.fence(), (fact.id() != null) ? fact.state(this.database::payload) : null);
		}
		catch (RuntimeException ex) {
			release(namespace, token);
			throw ex;
		}
	}

	/**
	 * A row that was leased.
	 *
	 * @param fence the fence issued
	 * @param fact the fact, without an id if there is none
	 */
	private record Leased(long fence, FactRow fact) {
	}

	/** What was added for a token. */
	private static final class Added {

		private final Set<String> factIds = new HashSet<>();

		private long fence;

		private void add(String factId, long fence) {
			this.factIds.add(factId);
			this.fence = Math.max(this.fence, fence);
		}

	}

	private void remove(LeaseRequest request, Set<String> factIds) {
		if (factIds.isEmpty()) {
			return;
		}
		writeAtOnce((connection) -> {
			try (PreparedStatement statement = prepare(connection, this.remove)) {
				statement.setString(1, request.namespace());
				statement.setString(2, request.token());
				statement.setArray(3, connection.createArrayOf("text", factIds.toArray()));
				return statement.executeUpdate();
			}
		});
	}

	private Map<String, Added> add(List<LeaseRequest> requests) {
		List<Intent> intents = new ArrayList<>();
		for (LeaseRequest request : requests) {
			request.factIds()
				.forEach((id) -> intents.add(new Intent(request.namespace(), id, request.token(), request.until())));
		}
		// always in the same order, so that two instances don't wait for each other
		intents.sort(Comparator.comparing(Intent::namespace).thenComparing(Intent::factId));
		Map<String, Added> added = new HashMap<>();
		writeAtOnce((connection) -> {
			try (PreparedStatement statement = prepare(connection, this.add)) {
				statement.setArray(1, texts(connection, intents, Intent::namespace));
				statement.setArray(2, texts(connection, intents, Intent::factId));
				statement.setArray(3, texts(connection, intents, Intent::token));
				statement.setArray(4, connection.createArrayOf("bigint",
						intents.stream().map((intent) -> Path.micros(intent.until())).toArray()));
				try (ResultSet rows = statement.executeQuery()) {
					while (rows.next()) {
						added.computeIfAbsent(rows.getString(1), (token) -> new Added())
							.add(rows.getString(2), rows.getLong(3));
					}
				}
				return true;
			}
		});
		return added;
	}

	private static Array texts(Connection connection, List<Intent> intents, Function<Intent, String> text)
			throws SQLException {
		return connection.createArrayOf("text", intents.stream().map(text).toArray());
	}

	private LeaseResult leaseOne(LeaseRequest request) {
		return write((connection) -> {
			try {
				List<@Nullable List<Intent>> answers = this.statements.lease(connection, List.of(request));
				return IntentStatements.results(answers, (answers.get(0) == null) ? fences(connection, 1)[0] : 0)
					.get(0);
			}
			catch (IntentStatements.LeaseLostException ex) {
				connection.rollback();
				return new LeaseResult.Busy(List.of());
			}
		});
	}

	@Override
	public Renewal renew(String namespace, String token, String newToken, Instant until) {
		return write((connection) -> {
			Set<String> ids = this.statements.renew(connection, namespace, token, newToken, until);
			return new Renewal(fences(connection, 1)[0], ids);
		});
	}

	@Override
	public void release(String namespace, String token) {
		write((connection) -> this.statements.release(connection, namespace, token));
	}

	@Override
	public void release(String namespace, Collection<String> tokens) {
		writeAtOnce((connection) -> {
			try (PreparedStatement statement = prepare(connection, this.releaseAll)) {
				statement.setString(1, namespace);
				statement.setArray(2, connection.createArrayOf("text", tokens.toArray()));
				return statement.executeUpdate();
			}
		});
	}

	@Override
	public List<Intent> list(@Nullable FactAddress after, int limit) {
		return write((connection) -> this.statements.list(connection, after, limit));
	}

	@Override
	public void end(Exchange exchange, String namespace, Precondition.LeaseHeld lease, Set<String> leased) {
		this.statements.end(exchange, namespace, lease, leased);
	}

	/**
	 * {@inheritDoc} The unit's own statement has told, unless it is part of a transaction
	 * of the caller that sees the database as it was when it began, which is before the
	 * lease. Then it is looked for on another connection, with take-overs held off until
	 * the transaction has ended, and is ended afterwards.
	 */
	@Override
	public void look(Connection connection, String namespace, Precondition.LeaseHeld lease, Set<String> leased)
			throws SQLException {
		CallerTransaction transaction = leased.isEmpty() ? this.transactions.get() : null;
		if (transaction == null || connection.getTransactionIsolation() <= Connection.TRANSACTION_READ_COMMITTED) {
			return;
		}
		leased.addAll(write((beside) -> {
			// not before there is a connection beside, as those who would wait for what
			// is held may take the last one
			this.statements.hold(connection, lease.token());
			return this.statements.held(beside, namespace, lease.token());
		}));
		if (leased.containsAll(lease.factIds())) {
			transaction.afterCompletion((outcome) -> {
				if (outcome == Outcome.COMMITTED) {
					endAfterwards(namespace, lease.token());
				}
			});
		}
	}

	private void endAfterwards(String namespace, String token) {
		try {
			release(namespace, token);
		}
		catch (StorageException ex) {
			// the facts are committed all the same
			logger.warn("Could not end leases of facts of namespace '{}'; they will run out and be recovered",
					namespace, ex);
		}
	}

	@Override
	public void ended(String namespace, String token) {
		// with the unit, or its transaction
	}

	@Override
	public void close() {
		this.beside.close();
	}

}
