package io.memstate.storage.jpa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Forgets the session's state after every transaction, as a pooler does that gives each
 * transaction another connection of the server, and refuses what would change it.
 */
final class ForgetfulDataSource extends DelegatingDataSource {

	private static final Set<String> STATEFUL = Set.of("setReadOnly", "setTransactionIsolation", "setSchema",
			"setCatalog", "setHoldability", "setClientInfo", "setNetworkTimeout");

	ForgetfulDataSource(DataSource dataSource) {
		super(dataSource);
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = super.getConnection();
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				new Handler(connection));
	}

	private record Handler(Connection connection) implements InvocationHandler {

		@Override
		public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
			String name = method.getName();
			if (STATEFUL.contains(name)) {
				throw new AssertionError(name + " changes the state of a session");
			}
			if (name.equals("close") && this.connection.getAutoCommit()) {
				forget();
			}
			Object result = call(method, arguments);
			if (name.equals("commit") || (name.equals("rollback") && arguments == null)) {
				this.connection.setAutoCommit(true);
				forget();
				this.connection.setAutoCommit(false);
			}
			return result;
		}

		private Object call(Method method, Object[] arguments) throws Throwable {
			try {
				return method.invoke(this.connection, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
			}
		}

		private void forget() throws SQLException {
			try (Statement statement = this.connection.createStatement()) {
				statement.execute("discard all");
			}
		}

	}

}
