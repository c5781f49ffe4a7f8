package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.memstate.StorageException;
import io.memstate.storage.Outbox;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.OutboxRetry;
import io.memstate.storage.OutboxRow;
import io.memstate.storage.OutboxStatus;
import io.memstate.storage.Path;
import io.memstate.storage.StoredEntry;
import org.hibernate.query.NativeQuery;
import org.jspecify.annotations.Nullable;

/**
 * The outbox as a table beside the facts. Its rows name entries of the log; a row that is
 * parked is due never.
 */
final class JpaOutbox implements Outbox {

	private static final int PARTITIONS = 16;

	private static final int MOST_AT_ONCE = 100;

	private static final long NEVER = Long.MAX_VALUE;

	private final Connections connections;

	private final Sessions sessions;

	private final JpaIntents intents;

	private final Database database;

	private final int timeout;

	private final Function<Exception, StorageException> failures;

	private final Tables tables;

	private final String candidates;

	private final String lease;

	private final String held;

	private final String find;

	private final String entries;

	private final String giveBack;

	private final String putOff;

	private final String unpark;

	private final String endPauses;

	private final String count;

	private final String oldest;

	JpaOutbox(Database database, JdbcSettings settings, Connections connections, Sessions sessions, JpaIntents intents,
			Function<Exception, StorageException> failures) {
		this.connections = connections;
		this.sessions = sessions;
		this.intents = intents;
		this.database = database;
		this.timeout = settings.statementSeconds();
		this.failures = failures;
		this.tables = settings.tables();
		List<String> numbers = new ArrayList<>();
		for (int i = 0; i < PARTITIONS; i++) {
			numbers.add("select " + i + " as part");
		}
		this.candidates = this.tables.sql("select p.part from (" + String.join(" union all ", numbers) + ") p "
				+ "where exists (select 1 from memstate_outbox o where o.hook = ? and o.part = p.part "
				+ "and o.due_at <= ?) and not exists (select 1 from memstate_lease l where l.hook = ? "
				+ "and l.part = p.part and l.until_at > ? and l.token <> ?)");
		this.lease = this.tables.sql("insert into memstate_lease as l (hook, part, token, until_at) "
				+ "values (?, ?, ?, ?) on conflict (hook, part) do update set token = excluded.token, "
				+ "until_at = excluded.until_at where l.until_at <= ? or l.token = excluded.token");
		this.held = this.tables.sql("select 1 from memstate_lease where hook = ? and part = ? and token = ?");
		this.find = this.tables.sql("select o.id, o.namespace, o.sequence, o.attempts from memstate_outbox o "
				+ "where o.hook = ? and o.part = ? and o.due_at <= ? and not exists (select 1 from memstate_outbox b "
				+ "where b.hook = o.hook and b.namespace = o.namespace and b.fact_id = o.fact_id and b.due_at > 0 "
				+ "and b.due_at > ? and b.id < o.id) order by o.id limit ?");
		this.entries = this.tables.sql("select l.* from memstate_outbox o join memstate_log l "
				+ "on l.namespace = o.namespace and l.sequence = o.sequence "
				+ "where o.hook = ? and o.part = ? and o.id between ? and ? and o.due_at <= ?");
		this.giveBack = this.tables
			.sql("update memstate_lease set token = '', until_at = ? " + "where hook = ? and part = ? and token = ?");
		this.putOff = this.tables.sql("update memstate_outbox set attempts = ?, due_at = ? where id = ?");
		this.unpark = this.tables
			.sql("update memstate_outbox set attempts = 0, due_at = 0 where hook = ? and due_at = " + NEVER);
		this.endPauses = this.tables.sql("update memstate_lease set until_at = 0 where hook = ? and token = ''");
		this.count = this.tables.sql("select count(*), (select count(*) from memstate_outbox p where p.hook = ? "
				+ "and p.due_at > 0 and p.due_at = " + NEVER + ") from memstate_outbox o where o.hook = ?");
		this.oldest = this.tables.sql("select l.logged_at from memstate_outbox o join memstate_log l "
				+ "on l.namespace = o.namespace and l.sequence = o.sequence where o.hook = ? and o.due_at < " + NEVER
				+ " order by o.id limit 1");
	}

	static int part(String namespace, String factId) {
		return Math.floorMod(31 * namespace.hashCode() + factId.hashCode(), PARTITIONS);
	}

	private Exchange exchange() {
		return this.database.exchange(this.timeout);
	}

	private <R> R write(SqlWork<R> work) {
		try {
			return this.connections.write(work, (result) -> true);
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
	}

	private <R> R read(SqlWork<R> work) {
		try {
			return this.connections.read(work);
		}
		catch (SQLException ex) {
			throw this.failures.apply(ex);
		}
	}

	@Override
	public @Nullable OutboxClaim claim(String hook, String token, Instant now, Instant until, int limit) {
		long time = Path.micros(now);
		List<Integer> parts = new ArrayList<>();
		read((connection) -> {
			Exchange exchange = exchange();
			exchange.query(this.candidates, (row) -> parts.add(row.getInt(1)), hook, time, hook, time, token);
			exchange.run(connection);
			return parts;
		});
		// so that instances don't all begin with the same
		Collections.shuffle(parts);
		for (int part : parts) {
			if (lease(hook, part, token, time, Path.micros(until))) {
				List<OutboxRow> rows = rows(hook, part, token, time, limit);
				OutboxClaim claim = new OutboxClaim(hook, Integer.toString(part), token, rows);
				if (!rows.isEmpty()) {
					return claim;
				}
				settle(claim, List.of(), List.of(), null);
			}
		}
		return null;
	}

	private boolean lease(String hook, int part, String token, long now, long until) {
		int[] leased = new int[1];
		write((connection) -> {
			Exchange exchange = exchange();
			exchange.update((count) -> leased[0] = count, this.lease, hook, part, token, until, now);
			exchange.run(connection);
			return true;
		});
		return leased[0] == 1;
	}

	private boolean isHeld(String hook, int part, String token) {
		return read((connection) -> {
			boolean[] held = new boolean[1];
			Exchange exchange = exchange();
			exchange.query(this.held, (row) -> held[0] = true, hook, part, token);
			exchange.run(connection);
			return held[0];
		});
	}

	private List<OutboxRow> rows(String hook, int part, String token, long now, int limit) {
		Map<Long, StoredEntry> entries = new HashMap<>();
		List<Due> due = read((connection) -> {
			List<Due> found = due(connection, hook, part, now, limit);
			if (!found.isEmpty()) {
				entries.putAll(entries(connection, hook, part, now, found));
			}
			return found;
		});
		if (due.isEmpty()) {
			return List.of();
		}
		// while no connection is held, as it may take one from the same pool
		long[] fences = this.intents.fences(due.size());
		// or another one, which came later, may have lower fences than these rows
		if (!isHeld(hook, part, token)) {
			return List.of();
		}
		List<OutboxRow> rows = new ArrayList<>();
		for (Due row : due) {
			StoredEntry entry = entries.get(row.sequence());
			if (entry == null) {
				throw new StorageException("The outbox names entry " + row.sequence() + " of the log of namespace '"
						+ row.namespace() + "', which is not there: restore it, or delete the row from the outbox");
			}
			rows.add(new OutboxRow(row.id(), fences[rows.size()], row.attempts(), row.namespace(), entry));
		}
		return rows;
	}

	private List<Due> due(Connection connection, String hook, int part, long now, int limit) throws SQLException {
		List<Due> due = new ArrayList<>();
		Exchange exchange = exchange();
		exchange.query(this.find,
				(row) -> due.add(new Due(row.getLong(1), row.getString(2), row.getLong(3), row.getInt(4))), hook, part,
				now, now, limit);
		exchange.run(connection);
		return due;
	}

	private record Due(long id, String namespace, long sequence, int attempts) {
	}

	private Map<Long, StoredEntry> entries(Connection connection, String hook, int part, long now, List<Due> due) {
		return this.sessions.stateless(connection, (session) -> {
			NativeQuery<EntryRow> query = session.createNativeQuery(this.entries, EntryRow.class);
			Object[] parameters = { hook, part, due.get(0).id(), due.get(due.size() - 1).id(), now };
			for (int i = 0; i < parameters.length; i++) {
				query.setParameter(i + 1, parameters[i]);
			}
			Map<Long, StoredEntry> entries = new HashMap<>();
			query.getResultList().forEach((row) -> entries.put(row.entry().sequence(), row.entry()));
			return entries;
		});
	}

	@Override
	public boolean settle(OutboxClaim claim, Collection<OutboxRow> delivered, Collection<OutboxRetry> failed,
			@Nullable Instant pause) {
		return write((connection) -> {
			int[] held = new int[1];
			Exchange lease = exchange();
			lease.update((count) -> held[0] = count, this.giveBack, (pause != null) ? Path.micros(pause) : 0L,
					claim.hook(), Integer.parseInt(claim.partition()), claim.token());
			lease.run(connection);
			if (held[0] == 1 && !(delivered.isEmpty() && failed.isEmpty())) {
				Exchange exchange = exchange();
				delete(exchange, delivered.stream().map(OutboxRow::id).toList());
				for (OutboxRetry retry : failed) {
					exchange.update(this.putOff, retry.attempts(),
							retry.parked() ? NEVER : Math.max(1, Path.micros(retry.due())), retry.row().id());
				}
				exchange.run(connection);
			}
			return held[0] == 1;
		});
	}

	private void delete(Exchange exchange, List<Long> ids) {
		for (int from = 0; from < ids.size(); from += MOST_AT_ONCE) {
			List<Long> some = ids.subList(from, Math.min(from + MOST_AT_ONCE, ids.size()));
			exchange.update(
					this.tables.sql("delete from memstate_outbox where id in (?") + ", ?".repeat(some.size() - 1) + ")",
					some.toArray());
		}
	}

	@Override
	public int unpark(String hook) {
		int[] unparked = new int[1];
		write((connection) -> {
			Exchange exchange = exchange();
			exchange.update((count) -> unparked[0] = count, this.unpark, hook);
			exchange.update(this.endPauses, hook);
			exchange.run(connection);
			return true;
		});
		return unparked[0];
	}

	@Override
	public OutboxStatus status(String hook) {
		return read((connection) -> {
			long[] counts = new long[2];
			Instant[] oldest = new Instant[1];
			Exchange exchange = exchange();
			exchange.query(this.count, (row) -> {
				counts[0] = row.getLong(1);
				counts[1] = row.getLong(2);
			}, hook, hook);
			exchange.query(this.oldest, (row) -> oldest[0] = Path.instant(row.getLong(1)), hook);
			exchange.run(connection);
			return new OutboxStatus(counts[0] - counts[1], counts[1], oldest[0]);
		});
	}

}
