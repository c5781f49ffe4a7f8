package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.CanonicalJson;
import io.memstate.storage.FactState;
import io.memstate.storage.OutboxTask;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepMark;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import io.memstate.storage.Values;
import org.jspecify.annotations.Nullable;

/**
 * Writes units: looks at the preconditions, with the rows locked that they are about, and
 * then writes. Two exchanges with the database for all but rare units.
 */
final class UnitWriter {

	private final Database database;

	private final int timeout;

	private final String lockFact;

	private final String findHolder;

	private final String findCall;

	private final String lockStep;

	private final String holdType;

	private final String lockType;

	private final String addType;

	private final String setType;

	private final String findFactOfType;

	private final String releaseKey;

	private final String putFact;

	private final String addEntry;

	private final String putStep;

	private final String undoStep;

	private final String redoStep;

	private final String addTask;

	private final JpaIntents intents;

	UnitWriter(Database database, Tables tables, int timeout, JpaIntents intents) {
		this.intents = intents;
		this.database = database;
		this.timeout = timeout;
		this.lockFact = "select version, case when live then " + database.holder() + " end"
				+ tables.sql(" from memstate_fact where namespace = ? and id = ?") + database.forUpdate();
		this.findHolder = tables.sql("select id from memstate_fact where namespace = ? and ") + database.holder()
				+ " = ? and live and singleton_key is not null";
		this.findCall = tables.sql("select 1 from memstate_log where namespace = ? and idempotency_key = ? limit 1");
		this.lockStep = tables.sql("select undone_at from memstate_step where namespace = ? and step = ?")
				+ database.forUpdate();
		String type = tables.sql("select key_fields from memstate_type where namespace = ? and type = ?");
		this.holdType = type + database.forShare();
		this.lockType = type + database.forUpdate();
		this.addType = tables.sql("insert into memstate_type (namespace, type, key_fields) values (?, ?, ?) "
				+ "on conflict (namespace, type) do nothing");
		this.setType = tables.sql("update memstate_type set key_fields = ? where namespace = ? and type = ?");
		this.findFactOfType = tables
			.sql("select 1 from memstate_fact f where f.namespace = ? and %s and f.live limit 1");
		this.releaseKey = tables.sql("update memstate_fact set singleton_key = null where namespace = ? and id = ?");
		this.putFact = tables.sql("insert into memstate_fact as f (" + WrittenRow.FACT_VALUES + ", "
				+ WrittenRow.FACT_KEY + ") values (" + WrittenRow.factParameters(database)
				+ ", ?, ?) on conflict (namespace, id) do update set version = excluded.version, "
				+ "shows = excluded.shows, live = excluded.live, type = excluded.type, "
				+ "session_id = excluded.session_id, singleton_key = excluded.singleton_key, "
				+ "payload = excluded.payload, source = excluded.source, ephemeral = excluded.ephemeral, "
				+ "created_at = excluded.created_at, updated_at = excluded.updated_at, "
				+ "expires_at = excluded.expires_at, format = excluded.format where f.version = ?");
		this.addEntry = tables.sql("insert into memstate_log (" + WrittenRow.ENTRY + ") values ("
				+ WrittenRow.ENTRY_PARAMETERS + ") returning sequence");
		// "+ 0" keeps the database from running through the log by sequence, in search of
		// the step
		this.putStep = tables.sql("insert into memstate_step as s (namespace, step, session_id, long_term, sequence) "
				+ "values (?, ?, ?, ?, coalesce((select max(sequence + 0) from memstate_log where namespace = ? and step = ?), 0)) "
				+ "on conflict (namespace, step) do update set sequence = excluded.sequence "
				+ "where s.sequence < excluded.sequence");
		this.undoStep = tables.sql("update memstate_step set undone_at = coalesce((select min(sequence + 0) from "
				+ "memstate_log where namespace = ? and step = ? and reverts = ?), 0) where namespace = ? and step = ?");
		this.addTask = tables
			.sql("insert into memstate_outbox (hook, part, namespace, fact_id, sequence) values (?, ?, ?, ?, ?)");
		this.redoStep = tables.sql("update memstate_step set undone_at = null where namespace = ? and step = ?");
	}

	/**
	 * Checks and writes a unit.
	 * @param connection a connection in a transaction
	 * @param unit the unit
	 * @param changesKeyFields whether the key fields of types may be changed, which takes
	 * a lock that others wait for
	 * @return the answer
	 * @throws SQLException if the database failed
	 * @throws LostRaceException if the unit must be applied again
	 * @throws KeyFieldsDifferException if it must be applied again, with key fields
	 * changed
	 */
	ApplyResult apply(Connection connection, Unit unit, boolean changesKeyFields) throws SQLException {
		return new Application(connection, unit, changesKeyFields).run();
	}

	/**
	 * A row as it was before the unit.
	 *
	 * @param version its version
	 * @param holder the singleton key it holds, as {@link Database#holder()} tells it, or
	 * null
	 */
	private record Before(long version, @Nullable String holder) {
	}

	/** One run for one unit. */
	private final class Application {

		private final Connection connection;

		private final Unit unit;

		private final String namespace;

		private final boolean changesKeyFields;

		private final Map<String, Before> facts = new HashMap<>();

		private final Map<SingletonKey, String> holders = new HashMap<>();

		private final Set<String> calls = new HashSet<>();

		private final Map<String, Boolean> undone = new HashMap<>();

		private final Map<String, String> types = new HashMap<>();

		private final List<Long> sequences = new ArrayList<>();

		private Precondition.@Nullable LeaseHeld lease;

		Application(Connection connection, Unit unit, boolean changesKeyFields) {
			this.changesKeyFields = changesKeyFields;
			this.connection = connection;
			this.unit = unit;
			this.namespace = unit.namespace();
		}

		ApplyResult run() throws SQLException {
			look();
			List<Precondition> failed = new ArrayList<>();
			for (Precondition precondition : this.unit.preconditions()) {
				if (!holds(precondition)) {
					failed.add(precondition);
				}
			}
			if (!failed.isEmpty()) {
				return new ApplyResult.Rejected(failed);
			}
			Precondition lost = write();
			if (lost != null) {
				return new ApplyResult.Rejected(List.of(lost));
			}
			return new ApplyResult.Applied(List.copyOf(this.sequences));
		}

		private Exchange exchange() {
			return UnitWriter.this.database.exchange(UnitWriter.this.timeout);
		}

		private void look() throws SQLException {
			Exchange exchange = exchange();
			// types before facts: who waits for a type must not hold a fact
			for (Precondition precondition : this.unit.preconditions()) {
				if (precondition instanceof Precondition.KeyFieldsAre fields) {
					look(exchange, fields);
				}
			}
			for (String id : ids()) {
				exchange.query(UnitWriter.this.lockFact,
						(row) -> this.facts.put(id, new Before(row.getLong(1), row.getString(2))), this.namespace, id);
			}
			for (Precondition precondition : this.unit.preconditions()) {
				look(exchange, precondition);
			}
			exchange.run(this.connection);
		}

		// always in the same order, so that two units don't wait for each other
		private Set<String> ids() {
			Set<String> ids = new TreeSet<>(Values::compareStrings);
			this.unit.facts().forEach((fact) -> ids.add(fact.id()));
			for (Precondition precondition : this.unit.preconditions()) {
				if (precondition instanceof Precondition.VersionIs is) {
					ids.add(is.factId());
				}
			}
			return ids;
		}

		private void look(Exchange exchange, Precondition precondition) {
			if (precondition instanceof Precondition.KeyAvailable available) {
				SingletonKey key = available.key();
				exchange.query(UnitWriter.this.findHolder, (row) -> this.holders.put(key, row.getString(1)),
						this.namespace, UnitWriter.this.database.holder(key));
			}
			else if (precondition instanceof Precondition.IdempotencyKeyFree free) {
				exchange.query(UnitWriter.this.findCall, (row) -> this.calls.add(free.key()), this.namespace,
						free.key());
			}
			else if (precondition instanceof Precondition.StepUndone step) {
				exchange.query(UnitWriter.this.lockStep,
						(row) -> this.undone.put(step.step(), row.getObject(1) != null), this.namespace, step.step());
			}
		}

		private void look(Exchange exchange, Precondition.KeyFieldsAre fields) {
			String sql = this.changesKeyFields ? UnitWriter.this.lockType : UnitWriter.this.holdType;
			exchange.query(sql, (row) -> this.types.put(fields.type(), row.getString(1)), this.namespace,
					fields.type());
		}

		private boolean holds(Precondition precondition) throws SQLException {
			if (precondition instanceof Precondition.VersionIs is) {
				Before before = this.facts.get(is.factId());
				return is.version() == ((before != null) ? before.version() : 0);
			}
			if (precondition instanceof Precondition.KeyAvailable available) {
				String holder = this.holders.get(available.key());
				return holder == null || holder.equals(available.factId());
			}
			if (precondition instanceof Precondition.IdempotencyKeyFree free) {
				return !this.calls.contains(free.key());
			}
			if (precondition instanceof Precondition.StepUndone step) {
				return Objects.equals(this.undone.get(step.step()), step.undone());
			}
			if (precondition instanceof Precondition.LeaseHeld held) {
				this.lease = held; // turns out at the end
				return true;
			}
			return keyFieldsAre((Precondition.KeyFieldsAre) precondition);
		}

		private boolean keyFieldsAre(Precondition.KeyFieldsAre fields) throws SQLException {
			String wanted = CanonicalJson.write(fields.fields());
			if (wanted.equals(this.types.get(fields.type()))) {
				return true;
			}
			if (!this.changesKeyFields && this.types.containsKey(fields.type())) {
				throw new KeyFieldsDifferException(fields.type());
			}
			return changeKeyFields(fields.type(), wanted);
		}

		private boolean changeKeyFields(String type, String wanted) throws SQLException {
			boolean[] inUse = new boolean[1];
			Exchange exchange = exchange();
			if (!this.types.containsKey(type)) {
				// a type that was never noted counts as one with no key fields
				this.types.put(type, "[]");
				exchange.update((count) -> requireAdded(count, type), UnitWriter.this.addType, this.namespace, type,
						"[]");
			}
			Fragment ofType = UnitWriter.this.database.ofType(type, false);
			List<Object> parameters = new ArrayList<>(List.of(this.namespace));
			parameters.addAll(ofType.parameters());
			exchange.query(UnitWriter.this.findFactOfType.formatted(ofType.sql()), (row) -> inUse[0] = true,
					parameters.toArray());
			exchange.run(this.connection);
			if (wanted.equals(this.types.get(type))) {
				return true;
			}
			if (inUse[0]) {
				return false;
			}
			Exchange change = exchange();
			change.update(UnitWriter.this.setType, wanted, this.namespace, type);
			change.run(this.connection);
			this.types.put(type, wanted);
			return true;
		}

		/**
		 * Writes everything, and at the very end looks whether a lease was still held.
		 * @return the lease that was not
		 */
		private @Nullable Precondition write() throws SQLException {
			Exchange exchange = exchange();
			releaseKeys(exchange);
			List<FactState> facts = new ArrayList<>(this.unit.facts());
			facts.sort(ORDER);
			facts.forEach((fact) -> put(exchange, fact));
			this.unit.entries().forEach((entry) -> add(exchange, entry));
			if (this.unit.step() != null) {
				put(exchange, this.unit.step());
			}
			this.unit.marks().forEach((mark) -> mark(exchange, mark));
			Precondition.LeaseHeld lease = this.lease;
			Set<String> leased = new HashSet<>();
			if (!this.unit.outbox().isEmpty()) {
				exchange.run(this.connection);
				Exchange tasks = exchange();
				this.unit.outbox().forEach((task) -> add(tasks, task));
				end(tasks, lease, leased);
			}
			else {
				end(exchange, lease, leased);
			}
			return (lease != null && !leased.containsAll(lease.factIds())) ? lease : null;
		}

		private void end(Exchange exchange, Precondition.@Nullable LeaseHeld lease, Set<String> leased)
				throws SQLException {
			if (lease != null) {
				UnitWriter.this.intents.end(exchange, this.namespace, lease, leased);
			}
			if (!exchange.isEmpty()) {
				exchange.run(this.connection);
			}
			if (lease != null) {
				UnitWriter.this.intents.look(this.connection, this.namespace, lease, leased);
			}
		}

		private void add(Exchange exchange, OutboxTask task) {
			String factId = this.unit.entries().get(task.entry()).factId();
			exchange.update(UnitWriter.this.addTask, task.hook(), JpaOutbox.part(this.namespace, factId),
					this.namespace, factId, this.sequences.get(task.entry()));
		}

		private void releaseKeys(Exchange exchange) {
			Map<String, String> claims = new HashMap<>();
			for (FactState fact : this.unit.facts()) {
				if (fact.key() != null) {
					claims.put(UnitWriter.this.database.holder(fact.key()), fact.id());
				}
			}
			for (FactState fact : this.unit.facts()) {
				Before before = this.facts.get(fact.id());
				if (before != null && before.holder() != null
						&& !fact.id().equals(claims.getOrDefault(before.holder(), fact.id()))) {
					exchange.update(UnitWriter.this.releaseKey, this.namespace, fact.id());
				}
			}
		}

		private void put(Exchange exchange, FactState state) {
			Before before = this.facts.get(state.id());
			List<Object> parameters = new ArrayList<>(List.of(WrittenRow.fact(state)));
			parameters.addAll(List.of(this.namespace, state.id(), (before != null) ? before.version() : -1L));
			exchange.update((count) -> requireWritten(count, state.id()), UnitWriter.this.putFact,
					parameters.toArray());
		}

		private void requireWritten(int count, String id) {
			if (count != 1) {
				throw new LostRaceException("fact '" + id);
			}
		}

		// what another has added meanwhile is not locked for it here: that would wait for
		// those who hold it and may wait for a fact of this unit
		private void requireAdded(int count, String type) {
			if (count != 1) {
				throw new LostRaceException("type '" + type);
			}
		}

		private void add(Exchange exchange, StoredEntry entry) {
			exchange.query(UnitWriter.this.addEntry, (row) -> this.sequences.add(row.getLong(1)),
					WrittenRow.entry(this.namespace, entry));
		}

		private void put(Exchange exchange, StoredStep step) {
			exchange.update(UnitWriter.this.putStep, this.namespace, step.step(), WrittenRow.text(step.sessionId()),
					step.longTerm() ? 1 : 0, this.namespace, step.step());
		}

		private void mark(Exchange exchange, StepMark mark) {
			if (!mark.undone()) {
				exchange.update(UnitWriter.this.redoStep, this.namespace, mark.step());
				return;
			}
			String undoing = this.unit.entries()
				.stream()
				.filter((entry) -> mark.step().equals(entry.reverts()))
				.map(StoredEntry::step)
				.findFirst()
				.orElse("");
			exchange.update(UnitWriter.this.undoStep, this.namespace, undoing, mark.step(), this.namespace,
					mark.step());
		}

	}

	// what gives up a key first; keys in one order, so that two units don't wait for each
	// other
	private static final Comparator<FactState> ORDER = Comparator
		.comparing((FactState fact) -> (fact.singletonKey() != null) ? fact.singletonKey() : "")
		.thenComparing(FactState::id, Values::compareStrings);

	/**
	 * Another transaction has made an id, noted a type or taken over a lease meanwhile.
	 */
	static final class LostRaceException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		LostRaceException(String what) {
			super("The " + what + "' was made or taken by another transaction meanwhile");
		}

	}

	/**
	 * A type has other key fields. To change them takes a stronger lock, from the start:
	 * two that hold the weaker one would wait for each other.
	 */
	static final class KeyFieldsDifferException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		KeyFieldsDifferException(String type) {
			super("The type '" + type + "' has other key fields");
		}

	}

}
