package io.memstate.autoconfigure;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.util.ClassUtils;

/**
 * Reads from the application's pool how connections beside it are made.
 */
final class HookConnections {

	private static final Logger logger = LoggerFactory.getLogger(HookConnections.class);

	// an application may make its DataSource without Boot's support
	private static final boolean READS = ClassUtils.isPresent("org.springframework.boot.jdbc.DataSourceBuilder",
			HookConnections.class.getClassLoader());

	private HookConnections() {
	}

	/**
	 * Makes what gives such connections.
	 * @param pool any pool that Boot knows
	 * @return null if the pool does not tell, or needs none
	 */
	static @Nullable DataSource beside(DataSource pool) {
		return READS ? Builder.derivedFrom(pool) : null;
	}

	private static final class Builder {

		private static @Nullable DataSource derivedFrom(DataSource pool) {
			// the storage does that itself
			if (DataSourceUnwrapper.unwrap(pool, HikariDataSource.class) != null) {
				return null;
			}
			try {
				return DataSourceBuilder.derivedFrom(pool).type(PGSimpleDataSource.class).build();
			}
			catch (RuntimeException ex) {
				logger.debug("{} does not tell how its connections are made", pool, ex);
				return null;
			}
		}

	}

}
