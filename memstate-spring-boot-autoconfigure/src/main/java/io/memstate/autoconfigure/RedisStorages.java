package io.memstate.autoconfigure;

import java.util.Objects;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.memstate.storage.Storage;
import io.memstate.storage.redis.RedisStorage;

/**
 * Opens Redis. Apart from the selector, for its module may not be there.
 */
final class RedisStorages {

	private RedisStorages() {
	}

	static Storage open(MemStateProperties properties) {
		return RedisStorage.open(Objects.requireNonNull(properties.getRedis().getUrl(), "url"))
			.commandTimeout(properties.getRedis().getTimeout())
			.keyPrefix(properties.getRedis().getKeyPrefix());
	}

	static Storage using(RedisConnectionFactory factory, MemStateProperties properties) {
		return RedisStorage.using(factory).keyPrefix(properties.getRedis().getKeyPrefix());
	}

}
