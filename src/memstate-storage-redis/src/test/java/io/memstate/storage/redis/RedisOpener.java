package io.memstate.storage.redis;

import io.memstate.storage.Storage;
import io.memstate.test.StorageOpener;

/**
 * Opens a key prefix of a server after its URI and a blank.
 */
public final class RedisOpener implements StorageOpener {

	@Override
	public Storage open(String location) {
		String[] parts = location.split(" ");
		return RedisStorage.open(parts[0]).keyPrefix(parts[1]);
	}

}
