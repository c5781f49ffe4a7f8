package io.memstate.storage.jpa;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Keeps facts and log in PostgreSQL. What is set by a method of this class counts for the
 * storage that the method returns.
 * <p>
 * It leaves no state in a session and so works behind a pooler that gives out connections
 * for a transaction at a time; if that does not know prepared statements, add
 * {@code prepareThreshold=0} to the URL.
 *
 * @since 0.1.0
 */
public final class PostgresStorage extends JpaStorage {

	private PostgresStorage(JdbcSettings settings, Function<JdbcSettings, Pools> source, String description) {
		super(new PostgresDatabase(), settings, source, description);
	}

	/**
	 * A storage with connections of its own, which it closes.
	 * @param url the JDBC URL, {@code jdbc:postgresql://host/database}
	 * @param user the user, or null if the URL tells it
	 * @param password the password, or null if there is none or the URL tells it
	 * @return the storage
	 */
	public static PostgresStorage open(String url, @Nullable String user, @Nullable String password) {
		JdbcSettings.require(url, "url");
		if (!url.startsWith("jdbc:postgresql:")) {
			throw new IllegalArgumentException("'url' must start with 'jdbc:postgresql:'");
		}
		return new PostgresStorage(JdbcSettings.defaults(), (settings) -> pools(url, user, password, settings),
				"PostgreSQL at "
						+ url.substring("jdbc:postgresql:".length()).replaceAll("[?].*", "").replaceAll("^//", ""));
	}

	/**
	 * A storage in the application's own database, taking part in its transactions. The
	 * {@code DataSource} is borrowed and never closed.
	 * @param dataSource the application's
	 * @return the storage
	 */
	public static PostgresStorage using(DataSource dataSource) {
		JdbcSettings.require(dataSource, "dataSource");
		return new PostgresStorage(JdbcSettings.defaults(), (settings) -> Pools.shared(dataSource),
				"PostgreSQL in the application's DataSource");
	}

	/**
	 * Sets the schema of the tables, which is created if it is missing.
	 * @param schema letters, digits and underscores, or null for the connection's own
	 * @return a storage with the schema
	 */
	public PostgresStorage schema(@Nullable String schema) {
		return with(settings().schema(schema));
	}

	/**
	 * Sets what the names of tables and indexes start with.
	 * @param tablePrefix letters, digits and underscores; {@code memstate_} unless set
	 * @return a storage with the prefix
	 */
	public PostgresStorage tablePrefix(String tablePrefix) {
		return with(settings().tablePrefix(tablePrefix));
	}

	/**
	 * Sets whether {@link #initialize()} creates what is missing. If not, it touches
	 * nothing, and the server need not run.
	 * @param initializeSchema true unless set
	 * @return a storage with the setting
	 */
	public PostgresStorage initializeSchema(boolean initializeSchema) {
		return with(settings().initializeSchema(initializeSchema));
	}

	/**
	 * Sets how long to wait for a connection. Of no effect on a {@code DataSource} of the
	 * application.
	 * @param timeout the time, 10 seconds unless set
	 * @return a storage with the time
	 */
	public PostgresStorage connectionTimeout(Duration timeout) {
		return with(settings().connectionTimeout(timeout));
	}

	/**
	 * Sets how long a statement may take, a wait for locks included. In whole seconds; a
	 * connection of the storage's own is given up if the server has not answered some
	 * seconds later.
	 * @param timeout the time, 30 seconds unless set
	 * @return a storage with the time
	 */
	public PostgresStorage statementTimeout(Duration timeout) {
		return with(settings().statementTimeout(timeout));
	}

	/**
	 * Sets how many connections may be open at once. Of no effect on a {@code DataSource}
	 * of the application.
	 * @param poolSize the number, 10 unless set
	 * @return a storage with the number
	 */
	public PostgresStorage poolSize(int poolSize) {
		return with(settings().poolSize(poolSize));
	}

	/**
	 * Sets where the two connections come from that strict hooks need beside the
	 * application's pool, of which its transactions may hold all. For a pool other than
	 * Hikari's, whose settings are known; of no effect on that one. It must lead the same
	 * user to the same database and schema, or the application's pool is used with a
	 * warning.
	 * @param dataSource makes connections, without a pool; borrowed and never closed;
	 * null to use the application's pool
	 * @return a storage with such connections
	 */
	public PostgresStorage hookConnections(@Nullable DataSource dataSource) {
		return with(settings().hookConnections(dataSource));
	}

	private PostgresStorage with(JdbcSettings settings) {
		return new PostgresStorage(settings, source(), description());
	}

	private static Pools pools(String url, @Nullable String user, @Nullable String password, JdbcSettings settings) {
		HikariConfig pool = new HikariConfig();
		pool.setPoolName("memstate-postgresql");
		pool.setJdbcUrl(url);
		if (user != null) {
			pool.setUsername(user);
		}
		if (password != null) {
			pool.setPassword(password);
		}
		pool.setMaximumPoolSize(settings.poolSize());
		pool.setConnectionTimeout(Math.max(250, settings.connectionTimeout().toMillis()));
		pool.setInitializationFailTimeout(-1);
		pool.addDataSourceProperty("ApplicationName", "MemState");
		pool.addDataSourceProperty("connectTimeout", String.valueOf(seconds(settings.connectionTimeout())));
		pool.addDataSourceProperty("socketTimeout", String.valueOf(settings.statementSeconds() + 2));
		HikariDataSource dataSource = new HikariDataSource(pool);
		return new Pools(dataSource, dataSource, null, List.of(dataSource), unpooled(pool));
	}

	private static DataSource unpooled(HikariConfig pool) {
		DriverManagerDataSource dataSource = new DriverManagerDataSource(pool.getJdbcUrl(),
				pool.getDataSourceProperties());
		dataSource.setUsername(pool.getUsername());
		dataSource.setPassword(pool.getPassword());
		return dataSource;
	}

	private static long seconds(Duration timeout) {
		return Math.max(1, timeout.plusMillis(999).toSeconds());
	}

}
