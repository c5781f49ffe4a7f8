package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.CursorStorage;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.IndexingStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.Outbox;
import io.memstate.storage.Path;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;
import io.memstate.storage.TransactionalStorage;
import io.memstate.storage.Unit;
import org.jspecify.annotations.Nullable;

/**
 * What SQLite and PostgreSQL have in common: all but what {@link Database} tells.
 */
abstract sealed class JpaStorage implements TransactionalStorage, CursorStorage, IndexingStorage, HookStorage
		permits SqliteStorage, PostgresStorage {

	private static final int ATTEMPTS = 10;

	private final Database database;

	private final JdbcSettings settings;

	private final Function<JdbcSettings, Pools> source;

	private final String description;

	private final PathIndexes indexes;

	private volatile @Nullable Running running;

	private volatile boolean checked;

	private boolean closed;

	JpaStorage(Database database, JdbcSettings settings, Function<JdbcSettings, Pools> source, String description) {
		this.database = database;
		this.settings = settings;
		this.source = source;
		this.description = description;
		this.indexes = new PathIndexes(database, settings, description);
	}

	JdbcSettings settings() {
		return this.settings;
	}

	Function<JdbcSettings, Pools> source() {
		return this.source;
	}

	/**
	 * What runs while the storage is open.
	 */
	private record Running(Connections connections, Sessions sessions, CallerTransactions transactions,
			QueryReader queries, UnitWriter writer, @Nullable PostgresFactWriter factWriter, JpaIntents intents,
			JpaOutbox outbox) {
	}

	private Running running() {
		Running current = this.running;
		return (current != null) ? current : start();
	}

	private synchronized Running start() {
		if (this.closed) {
			throw new StorageException(
					"The storage is closed: " + this.description + "; close it last, or make a new one");
		}
		Running current = this.running;
		if (current == null) {
			Connections connections = new Connections(this.database, this.source.apply(this.settings));
			Sessions sessions = new Sessions(this.database, this.settings.tables());
			CallerTransactions transactions = new CallerTransactions(connections, this.description);
			JpaIntents intents = intents(connections, transactions);
			current = new Running(connections, sessions, transactions,
					new QueryReader(this.database, this.settings, connections, sessions, this.indexes),
					new UnitWriter(this.database, this.settings.tables(), this.settings.statementSeconds(), intents),
					factWriter(), intents, new JpaOutbox(this.database, this.settings, connections, sessions, intents,
							(ex) -> failure("use the outbox of", ex)));
			this.running = current;
		}
		return current;
	}

	private @Nullable PostgresFactWriter factWriter() {
		return (this instanceof SqliteStorage) ? null
				: new PostgresFactWriter(this.database, this.settings.tables(), this.settings.statementSeconds());
	}

	private JpaIntents intents(Connections connections, CallerTransactions transactions) {
		Function<Exception, StorageException> failures = (ex) -> failure("lease facts for the hooks on", ex);
		return (this instanceof SqliteStorage)
				? new SqliteIntents(this.database, this.settings, connections, transactions::current, failures)
				: new PostgresIntents(this.database, this.settings, connections, transactions::current, failures);
	}

	/**
	 * {@inheritDoc} If the storage is told not to initialise the schema, nothing is
	 * touched: the version of the tables is checked when they are first used.
	 */
	@Override
	public void initialize() {
		if (this.settings.initializeSchema()) {
			attempt("initialise the schema of", () -> {
				Running current = running();
				checkSource(current);
				schema().create(current.connections(), this.description);
				this.checked = true;
				return true;
			});
		}
		else {
			running();
		}
	}

	private Schema schema() {
		return new Schema(this.database, this.settings.tables());
	}

	private void checkSource(Running current) throws SQLException {
		current.connections().pools().prove();
		current.connections().inspect((connection) -> {
			this.database.check(connection);
			current.intents().prepare(connection);
			return true;
		});
	}

	private Running ready() throws SQLException {
		Running current = running();
		if (!this.checked) {
			checkSource(current);
			schema().check(current.connections(), this.description);
			this.checked = true;
		}
		this.indexes.find(current.connections());
		return current;
	}

	@Override
	public String description() {
		return this.description;
	}

	@Override
	public Map<String, FactState> facts(String namespace, Collection<String> ids) {
		if (ids.isEmpty()) {
			return Map.of();
		}
		return attempt("read facts of namespace '" + namespace + "' from",
				() -> ready().queries().facts(namespace, ids));
	}

	@Override
	public Map<SingletonKey, FactState> singletons(String namespace, Collection<SingletonKey> keys) {
		if (keys.isEmpty()) {
			return Map.of();
		}
		return attempt("read singletons of namespace '" + namespace + "' from",
				() -> ready().queries().singletons(namespace, keys));
	}

	@Override
	public List<FactState> query(StorageQuery query) {
		return attempt("query facts of namespace '" + query.namespace() + "' in", () -> ready().queries().page(query));
	}

	/**
	 * The statement that a query is answered by.
	 * @param query the query
	 * @return the statement
	 */
	Fragment statement(StorageQuery query) {
		return running().queries().statement(query, query.limit());
	}

	/**
	 * The statement that {@link #lastEntries} is answered by.
	 */
	Fragment lastEntriesStatement(String namespace, Instant at, @Nullable String afterFactId, int limit) {
		return running().queries().lastEntriesStatement(namespace, at, afterFactId, limit);
	}

	@Override
	public Stream<FactState> stream(StorageQuery query) {
		return attempt("query facts of namespace '" + query.namespace() + "' in",
				() -> new FactStream(ready().queries(), query, (ex) -> failure("read on in", ex)).stream());
	}

	@Override
	public OptionalLong count(StorageQuery query) {
		return attempt("count facts of namespace '" + query.namespace() + "' in", () -> ready().queries().count(query));
	}

	@Override
	public List<StoredEntry> log(StorageLogQuery query) {
		return attempt("read the log of namespace '" + query.namespace() + "' from", () -> {
			Running current = ready();
			return current.connections()
				.read((connection) -> current.sessions()
					.entries(connection, (entries) -> entries.find(query))
					.stream()
					.map(EntryRow::entry)
					.toList());
		});
	}

	@Override
	public List<StoredEntry> lastEntries(String namespace, Instant at, @Nullable String afterFactId, int limit) {
		return attempt("read the log of namespace '" + namespace + "' from",
				() -> ready().queries().lastEntries(namespace, at, afterFactId, limit));
	}

	@Override
	public List<StoredStep> steps(StepQuery query) {
		return attempt("read steps of namespace '" + query.namespace() + "' from", () -> {
			Running current = ready();
			return current.connections()
				.read((connection) -> current.sessions()
					.steps(connection, (steps) -> steps.find(query))
					.stream()
					.map(StepRow::step)
					.toList());
		});
	}

	@Override
	public List<FactAddress> due(Instant now, int limit) {
		return attempt("find expired facts in", () -> ready().queries().due(now, limit));
	}

	@Override
	public List<String> namespaces(@Nullable String after, int limit) {
		return attempt("list the namespaces of", () -> ready().queries().namespaces(after, limit));
	}

	@Override
	public List<String> sessions(String namespace, Instant now, @Nullable String after, int limit) {
		return attempt("list the sessions of namespace '" + namespace + "' in",
				() -> ready().queries().sessions(namespace, now, after, limit));
	}

	@Override
	public ApplyResult apply(Unit unit) {
		return attempt("write to namespace '" + unit.namespace() + "' of", () -> {
			Running current = ready();
			current.transactions().warnIfApart();
			ApplyResult result = apply(current, unit);
			if (result instanceof ApplyResult.Applied) {
				endLease(current, unit);
			}
			return result;
		});
	}

	// a lost race shows in the preconditions once the unit is looked at again
	private ApplyResult apply(Running current, Unit unit) throws SQLException {
		PostgresFactWriter factWriter = PostgresFactWriter.suits(unit) ? current.factWriter() : null;
		boolean changesKeyFields = false;
		for (int attempt = 1;; attempt++) {
			try {
				if (factWriter != null && attempt == 1) {
					Optional<ApplyResult> applied = current.connections()
						.writeAtOnce((connection) -> factWriter.apply(connection, unit));
					if (applied.isPresent()) {
						return applied.get();
					}
				}
				boolean exclusively = changesKeyFields;
				return current.connections()
					.write((connection) -> current.writer().apply(connection, unit, exclusively),
							ApplyResult.Applied.class::isInstance);
			}
			catch (SQLException ex) {
				if (attempt == ATTEMPTS || !this.database.isRace(ex, current.connections().joined() != null)) {
					throw ex;
				}
			}
			catch (UnitWriter.LostRaceException ex) {
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
			catch (UnitWriter.KeyFieldsDifferException ex) {
				changesKeyFields = true;
			}
		}
	}

	private static void endLease(Running current, Unit unit) {
		for (Precondition precondition : unit.preconditions()) {
			if (precondition instanceof Precondition.LeaseHeld lease && !lease.kept()) {
				current.intents().ended(unit.namespace(), lease.token());
			}
		}
	}

	@Override
	public Intents intents() {
		return attempt("lease facts for the hooks on", () -> ready().intents());
	}

	@Override
	public Outbox outbox() {
		return attempt("use the outbox of", () -> ready().outbox());
	}

	@Override
	public @Nullable CallerTransaction callerTransaction() {
		return running().transactions().current();
	}

	@Override
	public void index(String type, Set<Path> paths) {
		for (Path path : paths) {
			if (path.attribute() == null && !this.indexes.of(type).contains(path)) {
				attempt("create an index on '" + path + "' of type '" + type + "' in", () -> index(type, path));
			}
		}
	}

	private boolean index(String type, Path path) throws SQLException {
		if (this.settings.initializeSchema()) {
			return this.indexes.create(ready().connections(), type, path);
		}
		return this.indexes.expect(type, path);
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		Running current = this.running;
		this.running = null;
		if (current != null) {
			current.intents().close();
			current.sessions().close();
			current.connections().close();
		}
	}

	private <R> R attempt(String what, SqlCall<R> call) {
		try {
			return call.run();
		}
		catch (StorageException ex) {
			throw ex;
		}
		catch (SQLException | RuntimeException ex) {
			throw failure(what, ex);
		}
	}

	private StorageException failure(String what, Exception ex) {
		return Failures.translate(this.database, "Could not " + what + " " + this.description, ex);
	}

	/**
	 * What is attempted.
	 *
	 * @param <R> the result
	 */
	@FunctionalInterface
	private interface SqlCall<R> {

		R run() throws SQLException;

	}

}
