package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteFaultIT extends AbstractFaultTests {

	@TempDir
	Path directory;

	@Override
	DataSource createDataSource() {
		return new AbstractDataSource() {

			@Override
			public Connection getConnection() throws SQLException {
				String file = SqliteFaultIT.this.directory.resolve("app.db").toString();
				return new FaultySqliteConnection(file, config().toProperties(), SqliteFaultIT.this.faults);
			}

			@Override
			public Connection getConnection(String username, String password) throws SQLException {
				return getConnection();
			}

		};
	}

	@Override
	DataSource inspectingDataSource() {
		SQLiteDataSource dataSource = new SQLiteDataSource(config());
		dataSource.setUrl("jdbc:sqlite:" + this.directory.resolve("app.db"));
		return dataSource;
	}

	private static SQLiteConfig config() {
		SQLiteConfig config = new SQLiteConfig();
		config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
		config.setJournalMode(SQLiteConfig.JournalMode.WAL);
		config.setBusyTimeout(2_000);
		config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
		return config;
	}

	@Override
	String schema() {
		return "";
	}

	@Override
	JpaStorage using(DataSource dataSource) {
		return SqliteStorage.using(dataSource);
	}

	@Override
	SQLException failure() {
		return new SQLiteException("injected", SQLiteErrorCode.SQLITE_IOERR);
	}

}
