package io.memstate.samples.hooks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.sqlite.SQLiteConfig;

import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.HookOptions;
import io.memstate.IndexedFact;
import io.memstate.ReconcilableHook;
import io.memstate.ReindexableHook;
import io.memstate.SearchRequest;
import io.memstate.SearchScope;
import io.memstate.SemanticIndex;

/**
 * A full-text index of notes in a SQLite file of its own: what an index has to do to be
 * kept in step with the facts, whatever fails.
 * <p>
 * It takes a call whole or not at all, and durably. It remembers the fence of the last
 * change of each fact, also of one that is gone, and takes nothing older.
 */
final class FullTextIndex implements SemanticIndex, ReconcilableHook, ReindexableHook, AutoCloseable {

	static final String NAME = "full-text";

	private static final List<String> TABLES = List.of(
			// a fact that is gone has no version, and no text
			"create table if not exists entry (id integer primary key, namespace text not null, fact_id text not null, "
					+ "session_id text, fence integer not null, version integer, unique (namespace, fact_id))",
			"create virtual table if not exists words using fts5 (text)");

	private final Path file;

	private final Connection writer;

	FullTextIndex(Path file) throws SQLException {
		this.file = file;
		this.writer = connect();
		for (String table : TABLES) {
			execute(table);
		}
	}

	private Connection connect() throws SQLException {
		SQLiteConfig config = new SQLiteConfig();
		config.setJournalMode(SQLiteConfig.JournalMode.WAL);
		// what it has taken must outlast a power cut, as the facts do
		config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
		config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
		config.setBusyTimeout(5_000);
		return config.createConnection("jdbc:sqlite:" + this.file);
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public HookOptions options() {
		return HookOptions.defaults().types("note").timeout(Duration.ofSeconds(10));
	}

	@Override
	public void apply(List<FactChange> changes) throws SQLException {
		write(() -> {
			for (FactChange change : changes) {
				take(change);
			}
		});
	}

	private void take(FactChange change) throws SQLException {
		Fact fact = change.after();
		List<Long> taken = query(this.writer, "insert into entry (namespace, fact_id, session_id, fence, version) "
				+ "values (?, ?, ?, ?, ?) on conflict (namespace, fact_id) do update set fence = excluded.fence, "
				+ "session_id = excluded.session_id, version = excluded.version where excluded.fence >= fence "
				+ "returning id", (row) -> row.getLong(1), change.namespace(), change.factId(),
				(fact != null) ? fact.sessionId() : null, change.fence(), (fact != null) ? fact.version() : null);
		// empty if something newer was taken before
		for (long id : taken) {
			execute("delete from words where rowid = ?", id);
			if (fact != null) {
				execute("insert into words (rowid, text) values (?, ?)", id, fact.payloadAs(Note.class).text());
			}
		}
	}

	@Override
	public List<Hit> search(SearchScope scope, SearchRequest request) {
		String words = Arrays.stream(request.text().split("\\s+"))
			.map((word) -> '"' + word.replace("\"", "\"\"") + '"')
			.collect(Collectors.joining(" OR "));
		List<Object> parameters = new ArrayList<>(List.of(words, scope.namespace()));
		String layers = switch (scope.layers()) {
			case OWN -> "and e.session_id is ? ";
			case WITH_LONG_TERM -> "and (e.session_id is null or e.session_id = ?) ";
			case ANY -> "";
		};
		if (!layers.isEmpty()) {
			parameters.add(scope.sessionId());
		}
		parameters.add(request.limit());
		try (Connection connection = connect()) {
			// a low rank is a good one
			return query(connection,
					"select e.fact_id, -bm25(words) from words join entry e on e.id = words.rowid where words match ? "
							+ "and e.namespace = ? " + layers + "order by rank limit ?",
					(row) -> new Hit(row.getString(1), row.getDouble(2)), parameters.toArray());
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Could not search " + this.file, ex);
		}
	}

	@Override
	public Stream<IndexedFact> entries() {
		try {
			return new Entries(connect()).stream();
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Could not read " + this.file, ex);
		}
	}

	@Override
	public Map<String, Long> versions(String namespace, Collection<String> factIds) {
		Map<String, Long> versions = new HashMap<>();
		try (Connection connection = connect()) {
			for (String id : factIds) {
				query(connection,
						"select version from entry where namespace = ? and fact_id = ? and version is not null",
						(row) -> row.getLong(1), namespace, id)
					.forEach((version) -> versions.put(id, version));
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Could not read " + this.file, ex);
		}
		return versions;
	}

	@Override
	public void clear() throws SQLException {
		write(() -> {
			execute("delete from words");
			// the fences stay, so that nothing that is still on its way is taken for new
			execute("update entry set version = null");
		});
	}

	@Override
	public void close() throws SQLException {
		synchronized (this.writer) {
			this.writer.close();
		}
	}

	private void write(Work work) throws SQLException {
		synchronized (this.writer) {
			this.writer.setAutoCommit(false);
			try {
				work.run();
				this.writer.commit();
			}
			catch (SQLException | RuntimeException | Error ex) {
				this.writer.rollback();
				throw ex;
			}
			finally {
				this.writer.setAutoCommit(true);
			}
		}
	}

	private void execute(String sql, Object... parameters) throws SQLException {
		try (PreparedStatement statement = prepare(this.writer, sql, parameters)) {
			statement.execute();
		}
	}

	private static <R> List<R> query(Connection connection, String sql, RowReader<R> reader, Object... parameters)
			throws SQLException {
		List<R> list = new ArrayList<>();
		try (PreparedStatement statement = prepare(connection, sql, parameters);
				ResultSet rows = statement.executeQuery()) {
			while (rows.next()) {
				list.add(reader.read(rows));
			}
		}
		return list;
	}

	private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
			throws SQLException {
		PreparedStatement statement = connection.prepareStatement(sql);
		for (int i = 0; i < parameters.length; i++) {
			statement.setObject(i + 1, parameters[i]);
		}
		return statement;
	}

	/** What is done as a whole. */
	@FunctionalInterface
	private interface Work {

		void run() throws SQLException;

	}

	/**
	 * Reads a row.
	 *
	 * @param <R> what of
	 */
	@FunctionalInterface
	private interface RowReader<R> {

		R read(ResultSet row) throws SQLException;

	}

	/** Reads entries as they are asked for, as there may be more than fit into memory. */
	private static final class Entries extends AbstractSpliterator<IndexedFact> {

		private final Connection connection;

		private final ResultSet rows;

		Entries(Connection connection) throws SQLException {
			super(Long.MAX_VALUE, NONNULL);
			this.connection = connection;
			this.rows = prepare(connection, "select namespace, fact_id, version from entry where version is not null")
				.executeQuery();
		}

		@Override
		public boolean tryAdvance(Consumer<? super IndexedFact> action) {
			try {
				if (!this.rows.next()) {
					return false;
				}
				action.accept(new IndexedFact(this.rows.getString(1), this.rows.getString(2), this.rows.getLong(3)));
				return true;
			}
			catch (SQLException ex) {
				throw new IllegalStateException("Could not read on in the index", ex);
			}
		}

		Stream<IndexedFact> stream() {
			return StreamSupport.stream(this, false).onClose(() -> {
				try {
					// and with it the statement
					this.connection.close();
				}
				catch (SQLException ex) {
					throw new IllegalStateException("Could not close the index", ex);
				}
			});
		}

	}

}
