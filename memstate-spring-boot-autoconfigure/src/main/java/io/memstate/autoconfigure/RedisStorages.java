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
		MemStateProperties.Redis redis = properties.getRedis();
		return configure(PropertyTarget
			.of("memstate.redis.url", () -> RedisStorage.open(Objects.requireNonNull(redis.getUrl(), "url")))
			.set("memstate.redis.timeout", (storage) -> storage.commandTimeout(redis.getTimeout()))
			.get(), redis);
	}

	static Storage using(RedisConnectionFactory factory, MemStateProperties properties) {
		return configure(RedisStorage.using(factory), properties.getRedis());
	}

	private static RedisStorage configure(RedisStorage opened, MemStateProperties.Redis redis) {
		return PropertyTarget.of(opened)
			.set("memstate.redis.key-prefix", (storage) -> storage.keyPrefix(redis.getKeyPrefix()))
			.get();
	}

}
