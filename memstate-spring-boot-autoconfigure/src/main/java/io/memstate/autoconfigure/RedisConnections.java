package io.memstate.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.memstate.autoconfigure.ConnectionBeans.ConnectionBean;
import io.memstate.autoconfigure.MemStateProperties.Backend;

/**
 * The {@link RedisConnectionFactory} beans of the application. Apart from the selector,
 * for Spring Data Redis may not be there.
 */
final class RedisConnections {

	private final ConnectionBeans<RedisConnectionFactory> beans;

	RedisConnections(ConnectionBeans<RedisConnectionFactory> beans) {
		this.beans = beans;
	}

	@Nullable StorageChoice qualified(MemStateProperties properties, @Nullable ClassLoader classLoader) {
		return choice(this.beans.qualified(), properties, classLoader);
	}

	@Nullable StorageChoice single(MemStateProperties properties, @Nullable ClassLoader classLoader) {
		return choice(this.beans.single(), properties, classLoader);
	}

	private static @Nullable StorageChoice choice(@Nullable ConnectionBean<RedisConnectionFactory> bean,
			MemStateProperties properties, @Nullable ClassLoader classLoader) {
		if (bean == null) {
			return null;
		}
		String reason = "there is " + bean.description();
		Requirement.REDIS_MODULE.check(reason,
				"To keep facts elsewhere, set memstate.backend to 'sqlite', 'postgres' or 'in-memory'.", classLoader);
		return new StorageChoice(Backend.REDIS, reason, null, bean.name(),
				() -> RedisStorages.using(bean.bean(), properties));
	}

}
