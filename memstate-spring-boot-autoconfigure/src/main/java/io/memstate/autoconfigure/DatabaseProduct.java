package io.memstate.autoconfigure;

import java.nio.file.Path;
import java.sql.DatabaseMetaData;
import java.util.Locale;
import java.util.Map;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeansException;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.util.StringUtils;

/**
 * The database product behind a {@link DataSource}.
 *
 * @param backend the backend that keeps facts in it, or null if there is none
 * @param name the name of the product, for messages
 */
record DatabaseProduct(MemStateProperties.@Nullable Backend backend, String name) {

	static final DatabaseProduct POSTGRESQL = new DatabaseProduct(MemStateProperties.Backend.POSTGRES, "PostgreSQL");

	static final DatabaseProduct SQLITE = new DatabaseProduct(MemStateProperties.Backend.SQLITE, "SQLite");

	private static final String[] URL_PROPERTIES = { "jdbcUrl", "url", "URL" };

	/** Those whose URL tells it. Of any other the server is asked. */
	private static final Map<String, DatabaseProduct> BY_URL = Map.ofEntries(Map.entry("postgresql", POSTGRESQL),
			Map.entry("sqlite", SQLITE), other("h2", "H2"), other("hsqldb", "HSQLDB"), other("derby", "Apache Derby"),
			other("mysql", "MySQL"), other("mariadb", "MariaDB"), other("oracle", "Oracle Database"),
			other("sqlserver", "SQL Server"), other("db2", "Db2"), other("clickhouse", "ClickHouse"),
			other("snowflake", "Snowflake"));

	/**
	 * What the URL of a data source tells, without connecting.
	 * @param dataSource the data source, of any kind
	 * @return the product, or null if there is no URL or the URL does not tell
	 */
	static @Nullable DatabaseProduct ofUrl(DataSource dataSource) {
		String url = url(target(dataSource));
		return (url != null) ? ofUrl(url) : null;
	}

	static @Nullable DatabaseProduct ofUrl(String url) {
		String[] parts = url.split(":", 3);
		return (parts.length == 3 && parts[0].equals("jdbc")) ? BY_URL.get(parts[1].toLowerCase(Locale.ROOT)) : null;
	}

	/**
	 * Where the data lies, as far as the URL tells.
	 * @param dataSource the data source, of any kind
	 * @return the absolute path of a file, or host and database; without what follows
	 * them, which may be a password; null if the URL does not tell
	 */
	static @Nullable String location(DataSource dataSource) {
		String url = url(target(dataSource));
		DatabaseProduct product = (url != null) ? ofUrl(url) : null;
		if (url == null || product == null) {
			return null;
		}
		String location = url.split(":", 3)[2].split("[?;]", 2)[0];
		if (product.equals(SQLITE) && !location.isEmpty() && !location.startsWith(":")) {
			return Path.of(StringUtils.delete(location, "file:")).toAbsolutePath().normalize().toString();
		}
		return StringUtils.trimLeadingCharacter(location, '/');
	}

	/**
	 * What the database itself tells.
	 * @param dataSource the data source to connect to
	 * @return the product
	 * @throws MetaDataAccessException if the database can't be asked
	 */
	static DatabaseProduct ofConnection(DataSource dataSource) throws MetaDataAccessException {
		String name = JdbcUtils.extractDatabaseMetaData(dataSource, DatabaseMetaData::getDatabaseProductName);
		if (POSTGRESQL.name.equalsIgnoreCase(name)) {
			return POSTGRESQL;
		}
		return SQLITE.name.equalsIgnoreCase(name) ? SQLITE : new DatabaseProduct(null, String.valueOf(name));
	}

	private static DataSource target(DataSource dataSource) {
		DataSource target = (dataSource instanceof DelegatingDataSource delegating) ? delegating.getTargetDataSource()
				: (DataSource) AopProxyUtils.getSingletonTarget(dataSource);
		return (target != null && target != dataSource) ? target(target) : dataSource;
	}

	private static @Nullable String url(DataSource dataSource) {
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(dataSource);
		for (String name : URL_PROPERTIES) {
			try {
				if (properties.isReadableProperty(name) && properties.getPropertyValue(name) instanceof String url) {
					return url;
				}
			}
			catch (BeansException ex) {
				// A data source that refuses to tell is asked when connected.
			}
		}
		return null;
	}

	private static Map.Entry<String, DatabaseProduct> other(String subprotocol, String name) {
		return Map.entry(subprotocol, new DatabaseProduct(null, name));
	}

}
