package io.memstate.storage.redis;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Where connections come from.
 */
interface ConnectionSource {

	RedisConnectionFactory factory();

	String description();

	void close();

}
