package io.memstate.storage.jpa;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Fails at one call to the database that it is told, before or after the call has had its
 * effect.
 */
final class Faults {

	/** What goes to the database and what may, in turn. */
	static final Set<String> ALL = Set.of("execute", "executeQuery", "executeUpdate", "executeBatch", "commit",
			"rollback", "setSavepoint", "releaseSavepoint", "setAutoCommit", "prepareStatement", "createStatement");

	/** What a server may refuse because of others. */
	static final Set<String> RACING = Set.of("execute", "executeQuery", "executeUpdate", "commit");

	private Fault fault = Fault.NONE;

	private int left;

	private Set<String> calls = ALL;

	private Supplier<SQLException> failure = SQLException::new;

	private @Nullable String failedAt;

	/**
	 * When and how long it fails.
	 */
	enum Fault {

		NONE,

		/** The call is not made. */
		BEFORE,

		/** The call is made. */
		AFTER,

		/** Neither the call is made nor any after it. */
		FROM_HERE

	}

	/** Fails at the call of a number, counted from 1, among calls of some names. */
	synchronized void arm(Fault fault, int call, Set<String> calls, Supplier<SQLException> failure) {
		this.fault = fault;
		this.left = call;
		this.calls = calls;
		this.failure = failure;
		this.failedAt = null;
	}

	/**
	 * Fails no more.
	 * @return the name of the call that failed, or null if there were fewer calls
	 */
	synchronized @Nullable String disarm() {
		this.fault = Fault.NONE;
		return this.failedAt;
	}

	private synchronized boolean fails(Fault when, String call) {
		if (!this.calls.contains(call)) {
			return false;
		}
		if (this.fault == Fault.FROM_HERE && when == Fault.BEFORE && this.failedAt != null) {
			return true;
		}
		boolean now = (when == Fault.BEFORE) ? this.fault == Fault.BEFORE || this.fault == Fault.FROM_HERE
				: this.fault == Fault.AFTER;
		if (now && --this.left == 0) {
			this.failedAt = call;
			return true;
		}
		return false;
	}

	void before(String call) throws SQLException {
		if (fails(Fault.BEFORE, call)) {
			throw this.failure.get();
		}
	}

	void after(String call) throws SQLException {
		if (fails(Fault.AFTER, call)) {
			throw this.failure.get();
		}
	}

	/** A source whose connections and statements fail when told. */
	DataSource around(DataSource target) {
		return new DelegatingDataSource(target) {

			@Override
			public Connection getConnection() throws SQLException {
				return around(Connection.class, super.getConnection());
			}

		};
	}

	@SuppressWarnings("unchecked")
	<T> T around(Class<T> type, T target) {
		return (T) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> {
					before(method.getName());
					Object result;
					try {
						result = method.invoke(target, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getCause();
					}
					after(method.getName());
					return aroundStatement(result);
				});
	}

	private @Nullable Object aroundStatement(@Nullable Object result) {
		if (result instanceof PreparedStatement statement) {
			return around(PreparedStatement.class, statement);
		}
		return (result instanceof Statement statement) ? around(Statement.class, statement) : result;
	}

}
