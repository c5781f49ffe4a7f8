package io.memstate.storage.jpa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Fails at one call to the database that it is told, before or after the call has had its
 * effect.
 */
final class FaultyDataSource extends DelegatingDataSource {

	/** What goes to the server and what does not. */
	static final Set<String> ALL = Set.of("execute", "executeQuery", "executeUpdate", "executeBatch", "commit",
			"rollback", "setSavepoint", "releaseSavepoint", "setAutoCommit", "prepareStatement", "createStatement");

	/** What a server may refuse because of others. */
	static final Set<String> RACING = Set.of("execute", "executeQuery", "executeUpdate", "commit");

	private Set<String> calls = ALL;

	private Supplier<SQLException> failure;

	private Fault fault = Fault.NONE;

	private int left;

	private String failedAt;

	FaultyDataSource(DataSource target) {
		super(target);
	}

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
		this.calls = calls;
		this.fault = fault;
		this.left = call;
		this.failure = failure;
		this.failedAt = null;
	}

	/**
	 * Fails no more.
	 * @return the name of the call that failed, or null if there were fewer calls
	 */
	synchronized String disarm() {
		this.fault = Fault.NONE;
		return this.failedAt;
	}

	private synchronized boolean fails(Fault when, String call) {
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

	@Override
	public Connection getConnection() throws SQLException {
		return proxy(Connection.class, super.getConnection());
	}

	@SuppressWarnings("unchecked")
	private <T> T proxy(Class<T> type, T target) {
		InvocationHandler handler = (proxy, method, arguments) -> {
			boolean counts = this.calls.contains(method.getName());
			if (counts && fails(Fault.BEFORE, method.getName())) {
				throw this.failure.get();
			}
			Object result = invoke(target, method, arguments);
			if (counts && fails(Fault.AFTER, method.getName())) {
				throw this.failure.get();
			}
			return wrap(result);
		};
		return (T) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type }, handler);
	}

	private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	private Object wrap(Object result) {
		if (result instanceof CallableStatement statement) {
			return statement;
		}
		if (result instanceof PreparedStatement statement) {
			return proxy(PreparedStatement.class, statement);
		}
		return (result instanceof Statement statement) ? proxy(Statement.class, statement) : result;
	}

}
