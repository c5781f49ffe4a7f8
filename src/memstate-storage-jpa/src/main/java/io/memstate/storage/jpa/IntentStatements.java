package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.storage.FactAddress;
import io.memstate.storage.Intent;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Path;
import io.memstate.storage.Precondition;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the table of intents, each to be run in a transaction.
 */
final class IntentStatements {

	private final Database database;

	private final int timeout;

	private final String find;

	private final String add;

	private final String replace;

	private final String renew;

	private final String release;

	private final String held;

	private final String keep;

	private final String list;

	private final @Nullable String holdName;

	IntentStatements(Database database, JdbcSettings settings) {
		Tables tables = settings.tables();
		this.database = database;
		this.holdName = database.holdName();
		this.timeout = settings.statementSeconds();
		String columns = "namespace, fact_id, token, until_at";
		this.find = tables.sql("select " + columns + " from memstate_intent where namespace = ? and fact_id = ?");
		this.add = tables.sql("insert into memstate_intent (" + columns + ") values (?, ?, ?, ?) "
				+ "on conflict (namespace, fact_id) do nothing");
		this.replace = tables.sql("update memstate_intent set token = ?, until_at = ? where namespace = ? "
				+ "and fact_id = ? and token = ?");
		this.renew = tables.sql("update memstate_intent set token = ?, until_at = ? where namespace = ? "
				+ "and token = ? returning fact_id");
		this.release = tables.sql("delete from memstate_intent where namespace = ? and token = ? returning fact_id");
		this.held = tables.sql("select fact_id from memstate_intent where namespace = ? and token = ?");
		this.keep = this.held + database.forUpdate();
		this.list = tables.sql("select " + columns + " from memstate_intent where namespace > ? "
				+ "or (namespace = ? and fact_id > ?) order by namespace, fact_id limit ?");
	}

	private Exchange exchange() {
		return this.database.exchange(this.timeout);
	}

	/**
	 * Carries out requests.
	 * @param connection in a transaction
	 * @param requests the requests
	 * @return the intents in the way of each request, or null where it was granted
	 * @throws SQLException if it failed; also if a request that replaces tokens found
	 * others in the end, and the transaction is to be rolled back
	 */
	List<@Nullable List<Intent>> lease(Connection connection, List<LeaseRequest> requests) throws SQLException {
		Map<FactAddress, Intent> known = find(connection, requests);
		List<@Nullable List<Intent>> answers = new ArrayList<>();
		Exchange exchange = exchange();
		int[] missed = new int[requests.size()];
		for (int i = 0; i < requests.size(); i++) {
			LeaseRequest request = requests.get(i);
			List<Intent> holders = holders(request, known);
			answers.add(holders.isEmpty() ? null : holders);
			if (holders.isEmpty()) {
				write(exchange, request, known, missed, i);
			}
		}
		if (!exchange.isEmpty()) {
			exchange.run(connection);
		}
		for (int i = 0; i < missed.length; i++) {
			if (missed[i] > 0) {
				takeBack(connection, requests.get(i));
				answers.set(i, List.of());
			}
		}
		return answers;
	}

	private Map<FactAddress, Intent> find(Connection connection, List<LeaseRequest> requests) throws SQLException {
		Map<FactAddress, Intent> found = new HashMap<>();
		Exchange exchange = exchange();
		for (LeaseRequest request : requests) {
			hold(exchange, request.replaces());
			for (String id : request.factIds()) {
				exchange.query(this.find, (row) -> found.put(new FactAddress(request.namespace(), id), intent(row)),
						request.namespace(), id);
			}
		}
		exchange.run(connection);
		return found;
	}

	private static Intent intent(ResultSet row) throws SQLException {
		return new Intent(row.getString(1), row.getString(2), row.getString(3), Path.instant(row.getLong(4)));
	}

	private static List<Intent> holders(LeaseRequest request, Map<FactAddress, Intent> known) {
		List<Intent> holders = new ArrayList<>();
		for (String id : request.factIds()) {
			Intent intent = known.get(new FactAddress(request.namespace(), id));
			if (intent != null && !intent.token().equals(request.token())
					&& !request.replaces().contains(intent.token())) {
				holders.add(intent);
			}
		}
		return holders;
	}

	private void write(Exchange exchange, LeaseRequest request, Map<FactAddress, Intent> known, int[] missed, int i) {
		long until = Path.micros(request.until());
		for (String id : request.factIds().stream().sorted().toList()) {
			FactAddress address = new FactAddress(request.namespace(), id);
			Intent before = known.put(address, new Intent(request.namespace(), id, request.token(), request.until()));
			if (before == null) {
				exchange.update((count) -> missed[i] += 1 - count, this.add, request.namespace(), id, request.token(),
						until);
			}
			else {
				exchange.update((count) -> missed[i] += 1 - count, this.replace, request.token(), until,
						request.namespace(), id, before.token());
			}
		}
	}

	// another one was faster
	private void takeBack(Connection connection, LeaseRequest request) throws SQLException {
		if (!request.replaces().isEmpty()) {
			throw new LeaseLostException();
		}
		release(connection, request.namespace(), request.token());
	}

	Set<String> renew(Connection connection, String namespace, String token, String newToken, Instant until)
			throws SQLException {
		Set<String> ids = new HashSet<>();
		Exchange exchange = exchange();
		if (!token.equals(newToken)) {
			hold(exchange, Set.of(token));
		}
		exchange.query(this.renew, (row) -> ids.add(row.getString(1)), newToken, Path.micros(until), namespace, token);
		exchange.run(connection);
		return ids;
	}

	/**
	 * Sees to it that nobody takes over the leases of a token before the transaction has
	 * ended; waits for those who are doing so.
	 */
	void hold(Connection connection, String token) throws SQLException {
		Exchange exchange = exchange();
		hold(exchange, Set.of(token));
		exchange.run(connection);
	}

	// in one order, so that two don't wait for each other
	private void hold(Exchange exchange, Set<String> tokens) {
		if (this.holdName != null) {
			for (String token : tokens.stream().sorted().toList()) {
				exchange.query(this.holdName, (row) -> {
				}, token);
			}
		}
	}

	Set<String> release(Connection connection, String namespace, String token) throws SQLException {
		return ids(connection, this.release, namespace, token);
	}

	Set<String> held(Connection connection, String namespace, String token) throws SQLException {
		return ids(connection, this.held, namespace, token);
	}

	/** Adds the end of a lease to a unit, or holds on to it until the unit has ended. */
	void end(Exchange exchange, String namespace, Precondition.LeaseHeld lease, Set<String> leased) {
		exchange.query(lease.kept() ? this.keep : this.release, (row) -> leased.add(row.getString(1)), namespace,
				lease.token());
	}

	private Set<String> ids(Connection connection, String sql, Object... parameters) throws SQLException {
		Set<String> ids = new HashSet<>();
		Exchange exchange = exchange();
		exchange.query(sql, (row) -> ids.add(row.getString(1)), parameters);
		exchange.run(connection);
		return ids;
	}

	List<Intent> list(Connection connection, @Nullable FactAddress after, int limit) throws SQLException {
		List<Intent> intents = new ArrayList<>();
		Exchange exchange = exchange();
		String namespace = (after != null) ? after.namespace() : "";
		exchange.query(this.list, (row) -> intents.add(intent(row)), namespace, namespace,
				(after != null) ? after.factId() : "", limit);
		exchange.run(connection);
		return intents;
	}

	// one fence for all, as no fact was granted twice
	static List<LeaseResult> results(List<@Nullable List<Intent>> answers, long fence) {
		List<LeaseResult> results = new ArrayList<>();
		for (List<Intent> holders : answers) {
			results.add((holders != null) ? new LeaseResult.Busy(holders) : new LeaseResult.Leased(fence));
		}
		return results;
	}

	/**
	 * The tokens to replace are gone.
	 */
	static final class LeaseLostException extends SQLException {

		private static final long serialVersionUID = 1L;

	}

}
