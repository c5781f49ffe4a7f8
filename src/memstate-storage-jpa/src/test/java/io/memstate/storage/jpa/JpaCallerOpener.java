package io.memstate.storage.jpa;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.memstate.storage.Storage;
import io.memstate.test.CallerStorageOpener;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Opens a storage on the pool of an application; see {@link JpaOpener} for where.
 */
public final class JpaCallerOpener implements CallerStorageOpener, AutoCloseable {

	private HikariDataSource dataSource;

	private JdbcTemplate rows;

	// with all isolations that matter
	private List<TransactionTemplate> transactions;

	private String table;

	@Override
	public Storage open(String location) {
		String[] parts = location.split(" ");
		boolean postgres = location.startsWith("jdbc:postgresql:");
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(postgres ? parts[0] : "jdbc:sqlite:" + location
				+ "?transaction_mode=IMMEDIATE&journal_mode=WAL&busy_timeout=30000&synchronous=FULL");
		config.setMaximumPoolSize(4);
		this.dataSource = new HikariDataSource(config);
		this.rows = new JdbcTemplate(this.dataSource);
		this.transactions = Stream.of(Isolation.DEFAULT, Isolation.SERIALIZABLE).map(this::transactions).toList();
		this.table = postgres ? "caller_row_" + parts[1] : "caller_row";
		createTable();
		return postgres ? PostgresStorage.using(this.dataSource).schema(parts[1])
				: SqliteStorage.using(this.dataSource);
	}

	private TransactionTemplate transactions(Isolation isolation) {
		TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(this.dataSource));
		template.setIsolationLevel(isolation.value());
		return template;
	}

	// on PostgreSQL "if not exists" fails where another process is creating the table
	private void createTable() {
		String sql = "create table if not exists " + this.table + " (name varchar(100))";
		try {
			this.rows.execute(sql);
		}
		catch (DuplicateKeyException ex) {
			this.rows.execute(sql);
		}
	}

	@Override
	public void inTransaction(String row, Runnable work) {
		TransactionTemplate template = this.transactions
			.get(ThreadLocalRandom.current().nextInt(this.transactions.size()));
		template.executeWithoutResult((transaction) -> {
			this.rows.update("insert into " + this.table + " values (?)", row);
			work.run();
		});
	}

	@Override
	public Set<String> rows() {
		return new HashSet<>(this.rows.queryForList("select name from " + this.table, String.class));
	}

	@Override
	public void close() {
		this.dataSource.close();
	}

}
