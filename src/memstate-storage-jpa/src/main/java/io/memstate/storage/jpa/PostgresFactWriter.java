package io.memstate.storage.jpa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.CanonicalJson;
import io.memstate.storage.FactState;
import io.memstate.storage.Precondition;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import org.jspecify.annotations.Nullable;

/**
 * Writes a unit of one fact, by far the most frequent, with one statement: each row that
 * it writes depends on the one before, and the first on the preconditions. So it is a
 * transaction by itself and takes one round trip.
 */
final class PostgresFactWriter {

	// the fact is written by then, so that nothing but a failure can take it back
	private static final String SEQUENCE_IF_LEASED = " select sequence / (select count(*) from lease) from entry";

	private static final String DIVISION_BY_ZERO = "22012";

	private final Database database;

	private final int timeout;

	private final String keyFields;

	private final String addFact;

	private final String changeFact;

	private final String addEntry;

	private final String putStep;

	private final String endLease;

	private final String keepLease;

	PostgresFactWriter(Database database, Tables tables, int timeout) {
		this.database = database;
		this.timeout = timeout;
		String values = WrittenRow.factParameters(database);
		this.keyFields = tables.sql("fields as materialized (select 1 from memstate_type where namespace = ? "
				+ "and type = ? and key_fields = ? for key share), ");
		this.addFact = tables
			.sql("fact as (insert into memstate_fact (" + WrittenRow.FACT_VALUES + ", " + WrittenRow.FACT_KEY
					+ ") select " + values + ", ?, ?%s on conflict (namespace, id) do nothing returning 1), ");
		this.changeFact = tables.sql("fact as (update memstate_fact set (" + WrittenRow.FACT_VALUES + ") = (" + values
				+ ")%s where namespace = ? and id = ? and version = ? returning 1), ");
		this.addEntry = tables.sql("entry as (insert into memstate_log (" + WrittenRow.ENTRY + ") select "
				+ WrittenRow.ENTRY_PARAMETERS + " from fact returning sequence)");
		this.putStep = tables.sql(", step as (insert into memstate_step as s (namespace, step, session_id, long_term, "
				+ "sequence) select ?, ?, ?, ?, sequence from entry on conflict (namespace, step) do update "
				+ "set sequence = excluded.sequence where s.sequence < excluded.sequence)");
		// last, as no other lock must be waited for while an intent is locked; by its
		// primary key, of which there is one row whatever the statistics say, as else the
		// server plans the statement anew each time
		String lease = "memstate_intent where namespace = ? and fact_id = ? and token = ? "
				+ "and exists (select 1 from fact)";
		this.endLease = tables.sql(", lease as (delete from " + lease + " returning fact_id)");
		this.keepLease = tables.sql(", lease as (select fact_id from " + lease + " for update)");
	}

	/**
	 * Whether a unit is one that can be written so.
	 * @param unit the unit
	 * @return true if it writes a fact with its entry and all of its preconditions are
	 * about that fact
	 */
	static boolean suits(Unit unit) {
		if (unit.facts().size() != 1 || unit.entries().size() != 1 || !unit.marks().isEmpty()
				|| !unit.outbox().isEmpty()) {
			return false;
		}
		FactState fact = unit.facts().get(0);
		StoredEntry entry = unit.entries().get(0);
		StoredStep step = unit.step();
		return entry.factId().equals(fact.id()) && (step == null || step.step().equals(entry.step()))
				&& unit.preconditions().size() <= 4 && version(unit) >= 0
				&& unit.preconditions().stream().allMatch((precondition) -> suits(precondition, unit));
	}

	private static boolean suits(Precondition precondition, Unit unit) {
		FactState fact = unit.facts().get(0);
		if (precondition instanceof Precondition.VersionIs is) {
			return is.factId().equals(fact.id()) && is.version() == version(unit);
		}
		if (precondition instanceof Precondition.KeyAvailable available) {
			// then the index sees to it
			return available.key().equals(fact.key())
					&& (fact.id().equals(available.factId()) || (available.factId() == null && version(unit) == 0));
		}
		if (precondition instanceof Precondition.LeaseHeld lease) {
			return lease.factIds().equals(Set.of(fact.id()));
		}
		return precondition instanceof Precondition.KeyFieldsAre fields
				&& fields.equals(find(unit, Precondition.KeyFieldsAre.class));
	}

	private static long version(Unit unit) {
		Precondition.VersionIs is = find(unit, Precondition.VersionIs.class);
		return (is != null) ? is.version() : -1;
	}

	private static <P extends Precondition> @Nullable P find(Unit unit, Class<P> type) {
		for (Precondition precondition : unit.preconditions()) {
			if (type.isInstance(precondition)) {
				return type.cast(precondition);
			}
		}
		return null;
	}

	/**
	 * Writes a unit if its preconditions hold.
	 * @param connection a connection
	 * @param unit a unit that suits
	 * @return the answer, or nothing if a precondition does not hold or can't be told so;
	 * nothing is written then
	 * @throws SQLException if the database failed
	 */
	Optional<ApplyResult> apply(Connection connection, Unit unit) throws SQLException {
		StringBuilder sql = new StringBuilder("with ");
		List<Object> parameters = new ArrayList<>(40);
		Precondition.KeyFieldsAre fields = find(unit, Precondition.KeyFieldsAre.class);
		if (fields != null) {
			sql.append(this.keyFields);
			add(parameters, unit.namespace(), fields.type(), CanonicalJson.write(fields.fields()));
		}
		FactState fact = unit.facts().get(0);
		long version = version(unit);
		sql.append(((version == 0) ? this.addFact : this.changeFact).formatted((fields != null) ? " from fields" : ""));
		add(parameters, WrittenRow.fact(fact));
		add(parameters, unit.namespace(), fact.id());
		if (version > 0) {
			parameters.add(version);
		}
		sql.append(this.addEntry);
		add(parameters, WrittenRow.entry(unit.namespace(), unit.entries().get(0)));
		StoredStep step = unit.step();
		if (step != null) {
			sql.append(this.putStep);
			add(parameters, unit.namespace(), step.step(), WrittenRow.text(step.sessionId()), step.longTerm() ? 1 : 0);
		}
		Precondition.LeaseHeld lease = find(unit, Precondition.LeaseHeld.class);
		if (lease != null) {
			sql.append(lease.kept() ? this.keepLease : this.endLease);
			add(parameters, unit.namespace(), fact.id(), lease.token());
		}
		sql.append((lease != null) ? SEQUENCE_IF_LEASED : " select sequence from entry");
		List<Long> sequences = new ArrayList<>(1);
		Exchange exchange = this.database.exchange(this.timeout);
		exchange.query(sql.toString(), (row) -> sequences.add(row.getLong(1)), parameters.toArray());
		try {
			exchange.run(connection);
		}
		catch (SQLException ex) {
			if (lease != null && DIVISION_BY_ZERO.equals(ex.getSQLState())) {
				throw new UnitWriter.LostRaceException("lease of fact '" + fact.id());
			}
			throw ex;
		}
		return sequences.isEmpty() ? Optional.empty() : Optional.of(new ApplyResult.Applied(sequences));
	}

	private static void add(List<Object> parameters, Object... more) {
		parameters.addAll(List.of(more));
	}

}
