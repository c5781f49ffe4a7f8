package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteFaultIT extends AbstractFaultTests {

	@TempDir
	Path directory;

	@Override
	DataSource createDataSource() {
		return inspectingDataSource();
	}

	@Override
	DataSource inspectingDataSource() {
		SQLiteConfig config = new SQLiteConfig();
		config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
		config.setJournalMode(SQLiteConfig.JournalMode.WAL);
		config.setBusyTimeout(2_000);
		SQLiteDataSource dataSource = new SQLiteDataSource(config);
		dataSource.setUrl("jdbc:sqlite:" + this.directory.resolve("app.db"));
		return dataSource;
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
