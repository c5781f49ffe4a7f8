package io.memstate.storage.jpa;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Properties;

import org.sqlite.jdbc4.JDBC4Connection;

/**
 * A connection of SQLite that fails when told: its driver can't do with a proxy.
 */
final class FaultySqliteConnection extends JDBC4Connection {

	private final Faults faults;

	FaultySqliteConnection(String file, Properties properties, Faults faults) throws SQLException {
		super("jdbc:sqlite:" + file, file, properties);
		this.faults = faults;
	}

	@Override
	public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
			throws SQLException {
		this.faults.before("prepareStatement");
		PreparedStatement statement = super.prepareStatement(sql, type, concurrency, holdability);
		this.faults.after("prepareStatement");
		return this.faults.around(PreparedStatement.class, statement);
	}

	@Override
	public void setAutoCommit(boolean autoCommit) throws SQLException {
		if (this.faults == null) {
			super.setAutoCommit(autoCommit);
			return;
		}
		this.faults.before("setAutoCommit");
		super.setAutoCommit(autoCommit);
		this.faults.after("setAutoCommit");
	}

	@Override
	public void commit() throws SQLException {
		this.faults.before("commit");
		super.commit();
		this.faults.after("commit");
	}

	@Override
	public void rollback() throws SQLException {
		this.faults.before("rollback");
		super.rollback();
		this.faults.after("rollback");
	}

	@Override
	public void rollback(Savepoint savepoint) throws SQLException {
		this.faults.before("rollback");
		super.rollback(savepoint);
		this.faults.after("rollback");
	}

	@Override
	public Savepoint setSavepoint() throws SQLException {
		this.faults.before("setSavepoint");
		Savepoint savepoint = super.setSavepoint();
		this.faults.after("setSavepoint");
		return savepoint;
	}

	@Override
	public void releaseSavepoint(Savepoint savepoint) throws SQLException {
		this.faults.before("releaseSavepoint");
		super.releaseSavepoint(savepoint);
		this.faults.after("releaseSavepoint");
	}

}
