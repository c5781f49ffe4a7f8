package io.memstate.storage.jpa;

import java.nio.file.Path;

import io.memstate.storage.Storage;
import io.memstate.test.StorageOpener;

/**
 * Opens a SQLite file, or a schema of a PostgreSQL server after its URL and a blank.
 */
public final class JpaOpener implements StorageOpener {

	@Override
	public Storage open(String location) {
		if (!location.startsWith("jdbc:postgresql:")) {
			return SqliteStorage.open(Path.of(location));
		}
		String[] parts = location.split(" ");
		return PostgresStorage.open(parts[0], null, null).schema(parts[1]);
	}

}
