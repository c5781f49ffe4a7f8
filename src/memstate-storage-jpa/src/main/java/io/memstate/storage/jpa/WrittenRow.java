package io.memstate.storage.jpa;

import io.memstate.storage.FactJson;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of rows that are written, in the order of their columns.
 */
final class WrittenRow {

	/** The columns of {@link #fact} that tell which row it is. */
	static final String FACT_KEY = "namespace, id";

	/** The other columns of {@link #fact}. */
	static final String FACT_VALUES = "version, shows, live, type, session_id, singleton_key, payload, source, "
			+ "ephemeral, created_at, updated_at, expires_at, format";

	/** The columns of {@link #entry}. */
	static final String ENTRY = "namespace, step, operation, session_id, fact_id, before_image, after_image, version, "
			+ "actor, reason, logged_at, reverts, showed, idempotency_key, fingerprint, ordinal, format";

	/** Question marks for {@link #ENTRY}. */
	static final String ENTRY_PARAMETERS = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " + FactJson.FORMAT;

	private WrittenRow() {
	}

	/**
	 * Question marks for {@link #FACT_VALUES}.
	 * @param database tells how a payload is given
	 * @return the expressions, separated by commas
	 */
	static String factParameters(Database database) {
		return "?, ?, ?, ?, ?, ?, " + database.payloadParameter() + ", ?, ?, ?, ?, ?, " + FactJson.FORMAT;
	}

	static Object[] fact(FactState state) {
		StoredFact fact = state.fact();
		if (fact == null) {
			return new Object[] { state.version(), text(state.shows()), false, Exchange.NO_TEXT, "",
					text(state.singletonKey()), Exchange.NO_TEXT, Exchange.NO_TEXT, false, Exchange.NO_NUMBER,
					Exchange.NO_NUMBER, Exchange.NO_NUMBER };
		}
		return new Object[] { state.version(), text(state.shows()), true, fact.type(), session(fact.sessionId()),
				text(state.singletonKey()), fact.payload().json(), text(fact.source()), fact.ephemeral(),
				Path.micros(fact.createdAt()), Path.micros(fact.updatedAt()),
				(fact.expiresAt() != null) ? Path.micros(fact.expiresAt()) : Exchange.NO_NUMBER };
	}

	static Object[] entry(String namespace, StoredEntry entry) {
		IdempotentCall call = entry.call();
		return new Object[] { namespace, entry.step(), entry.operation(), text(entry.sessionId()), entry.factId(),
				image(entry.before()), image(entry.after()), entry.version(), text(entry.actor()), text(entry.reason()),
				Path.micros(entry.at()), text(entry.reverts()), text(entry.showed()),
				text((call != null) ? call.key() : null), text((call != null) ? call.fingerprint() : null),
				(call != null) ? (long) call.ordinal() : Exchange.NO_NUMBER };
	}

	static Object text(@Nullable String value) {
		return (value != null) ? value : Exchange.NO_TEXT;
	}

	private static String session(@Nullable String sessionId) {
		return (sessionId != null) ? sessionId : "";
	}

	private static Object image(@Nullable StoredFact fact) {
		return (fact != null) ? FactJson.write(fact) : Exchange.NO_TEXT;
	}

}
