package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.StorageException;
import io.memstate.storage.jpa.Faults.Fault;
import io.memstate.test.RandomLoad;
import io.memstate.test.StoreAudit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails every call to the database in turn that an operation makes. How many of the nine
 * operations are tried is told by {@code memstate.chaos.operations} (3).
 */
abstract class AbstractFaultTests {

	private static final int OPERATIONS = Integer.getInteger("memstate.chaos.operations", 3);

	private static final int MAX_CALLS = 200;

	private final AtomicInteger numbers = new AtomicInteger();

	final Faults faults = new Faults();

	private HikariDataSource pool;

	private JpaStorage storage;

	private MemoryStore all;

	Set<String> calls = Faults.ALL;

	private MemoryStore store;

	abstract javax.sql.DataSource createDataSource();

	/** Reads past all faults. */
	abstract javax.sql.DataSource inspectingDataSource();

	abstract String schema();

	abstract JpaStorage using(javax.sql.DataSource dataSource);

	/** What the database fails with, other than that it lost the connection. */
	abstract SQLException failure();

	@BeforeEach
	void open() {
		HikariConfig config = new HikariConfig();
		config.setDataSource(createDataSource());
		config.setMaximumPoolSize(1);
		config.setConnectionTimeout(5_000);
		this.pool = new HikariDataSource(config);
		this.storage = using(this.pool);
		this.all = RandomLoad.store(this.storage, "faults");
		new JdbcTemplate(this.pool).execute("create table " + schema() + "app (id integer)");
	}

	@AfterEach
	void close() {
		assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		this.all.close();
		this.storage.close();
		assertThat(this.pool.isClosed()).isFalse();
		this.pool.close();
	}

	/** What can fail, what has the most to lose first. */
	private List<Map.Entry<String, Consumer<String>>> operations() {
		Change change = Change.by("faults");
		return List.<Map.Entry<String, Consumer<String>>>of(
				Map.entry("promote", (name) -> this.store.session("s").promote(change.because(name + "#0"))),
				Map.entry("roll back", (name) -> this.store.rollback(2, change.because(name + "#0"))),
				Map.entry("commit a singleton",
						(name) -> this.store.commit(Draft.of(RandomLoad.SINGLETON, Map.of("role", "r", "value", name)),
								change.because(name + "#1").idempotencyKey(name))),
				Map.entry("commit", (name) -> this.store.commit(note(name), change.because(name + "#1"))),
				Map.entry("commit several",
						(name) -> this.store.commitAll(List.of(note(name), note(name)), change.because(name + "#2"))),
				Map.entry("commit in a session",
						(name) -> this.store.session("s").commit(note(name), change.because(name + "#1"))),
				Map.entry("update",
						(name) -> this.store.update("n", Patch.set("text", name), change.because(name + "#1"))),
				Map.entry("redo", (name) -> this.store.redo(1, change.because(name + "#0"))),
				Map.entry("delete", (name) -> this.store.delete("d", change.because(name + "#1"))))
			.subList(0, OPERATIONS);
	}

	private static Draft note(String text) {
		return Draft.of(RandomLoad.NOTE, Map.of("text", text));
	}

	/** What the operation needs, in a namespace of the operation's own. */
	private void prepare(String operation) {
		this.store = this.all.namespace(operation);
		this.store.commit(note("0").id("n"));
		this.store.commit(note("0").id("d"));
		this.store.session("s").discard();
		this.store.session("s").commit(note("0"));
		this.store.commit(note("1"));
		if (operation.equals("redo")) {
			this.store.rollback(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE", "AFTER", "FROM_HERE" })
	void writesNothingInParts(Fault fault) throws Exception {
		for (Map.Entry<String, Consumer<String>> operation : operations()) {
			String failedAt;
			int call = 0;
			do {
				failedAt = fail(fault, ++call, operation);
				assertThat(call).as("calls of '%s', the last one %s", operation.getKey(), failedAt)
					.isLessThan(MAX_CALLS);
			}
			while (failedAt != null);
			assertThat(call).as("calls of '%s'", operation.getKey()).isGreaterThan(2);
			new StoreAudit(this.store, fault.toString()).assertWhole();
			StoredTables.assertIntact(inspectingDataSource(), schema(), fault.toString());
		}
	}

	private String fail(Fault fault, int call, Map.Entry<String, Consumer<String>> operation) throws Exception {
		String name = operation.getKey() + " " + this.numbers.incrementAndGet();
		String occasion = "'" + operation.getKey() + "' that fails at call " + call + " " + fault;
		prepare(operation.getKey());
		String before = stored().content();
		StorageException thrown = null;
		this.faults.arm(fault, call, this.calls, this::failure);
		try {
			operation.getValue().accept(name);
		}
		catch (StorageException ex) {
			thrown = ex;
		}
		String failedAt = this.faults.disarm();
		StoredTables after = stored();
		after.assertWhole(occasion);
		if (thrown != null && !maybeCommitted(fault, failedAt)) {
			assertThat(after.content()).as(occasion).isEqualTo(before);
		}
		if (thrown == null) {
			assertThat(after.content()).as(occasion).isNotEqualTo(before);
		}
		assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).as(occasion).isZero();
		return failedAt;
	}

	// what failed after a commit may have been committed
	private static boolean maybeCommitted(Fault fault, String failedAt) {
		return fault == Fault.AFTER || Set.of("setAutoCommit").contains(failedAt);
	}

	private StoredTables stored() throws SQLException {
		return StoredTables.read(inspectingDataSource(), schema(), this.store.namespace());
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE", "AFTER", "FROM_HERE" })
	void leavesTheCallersTransactionWholeOrBroken(Fault fault) throws Exception {
		TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(this.pool));
		List<String> broken = new ArrayList<>();
		for (Map.Entry<String, Consumer<String>> operation : operations()) {
			String failedAt;
			int call = 0;
			do {
				failedAt = failInside(transaction, fault, ++call, operation, broken);
				assertThat(call).as("calls of '%s', the last one %s", operation.getKey(), failedAt)
					.isLessThan(MAX_CALLS);
			}
			while (failedAt != null);
			new StoreAudit(this.store, fault.toString()).assertWhole();
			StoredTables.assertIntact(inspectingDataSource(), schema(), fault.toString());
		}
		if (fault != Fault.FROM_HERE) {
			assertThat(broken).allMatch((what) -> what.contains("Savepoint") || what.contains("rollback"));
		}
	}

	private String failInside(TransactionTemplate transaction, Fault fault, int call,
			Map.Entry<String, Consumer<String>> operation, List<String> broken) throws Exception {
		String name = operation.getKey() + " " + this.numbers.incrementAndGet();
		String occasion = "'" + operation.getKey() + "' in a transaction that fails at call " + call + " " + fault;
		prepare(operation.getKey());
		String before = stored().content();
		int rows = rows();
		StorageException[] thrown = new StorageException[1];
		String[] failedAt = new String[1];
		boolean committed = false;
		try {
			transaction.executeWithoutResult((status) -> {
				insert();
				this.faults.arm(fault, call, this.calls, this::failure);
				try {
					operation.getValue().accept(name);
				}
				catch (StorageException ex) {
					thrown[0] = ex;
				}
				finally {
					failedAt[0] = this.faults.disarm();
				}
				insert();
			});
			committed = true;
		}
		catch (RuntimeException ex) {
			broken.add(occasion + " (" + failedAt[0] + "): " + ex);
		}
		StoredTables after = stored();
		after.assertWhole(occasion);
		assertThat(rows()).as(occasion + ": rows of the caller").isEqualTo(committed ? rows + 2 : rows);
		if (thrown[0] != null || !committed) {
			assertThat(after.content()).as(occasion).isEqualTo(before);
		}
		else {
			assertThat(after.content()).as(occasion).isNotEqualTo(before);
		}
		assertThat(this.pool.getHikariPoolMXBean().getActiveConnections()).as(occasion).isZero();
		return failedAt[0];
	}

	private void insert() {
		new JdbcTemplate(this.pool).update("insert into " + schema() + "app values (1)");
	}

	private int rows() {
		Integer rows = new JdbcTemplate(inspectingDataSource())
			.queryForObject("select count(*) from " + schema() + "app", Integer.class);
		return (rows != null) ? rows : 0;
	}

}
