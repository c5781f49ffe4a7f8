package io.memstate.storage.jpa;

import java.nio.file.Path;

import com.zaxxer.hikari.HikariConfig;

/**
 * Transactions that don't see what is committed after they began, such as a lease.
 */
class PostgresSerializableHookParticipationIT extends PostgresHookParticipationIT {

	@Override
	CallerDatabase open(HikariConfig config, Path directory) {
		config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
		return super.open(config, directory);
	}

}
