package io.memstate.storage.redis;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * The application's own connection factory, which is never closed.
 */
final class BorrowedConnectionSource implements ConnectionSource {

	private static final boolean JEDIS = ClassUtils.isPresent("redis.clients.jedis.Jedis",
			BorrowedConnectionSource.class.getClassLoader());

	private final RedisConnectionFactory factory;

	BorrowedConnectionSource(RedisConnectionFactory factory) {
		this.factory = factory;
	}

	@Override
	public RedisConnectionFactory factory() {
		return this.factory;
	}

	@Override
	public String description() {
		return "Redis" + address() + " by the application's " + this.factory.getClass().getSimpleName();
	}

	private String address() {
		if (this.factory instanceof LettuceConnectionFactory lettuce) {
			return address(lettuce.getClusterConfiguration(), lettuce.getSentinelConfiguration(),
					lettuce.getHostName() + ":" + lettuce.getPort());
		}
		return JEDIS ? Jedis.address(this.factory) : "";
	}

	private static String address(@Nullable RedisClusterConfiguration cluster,
			@Nullable RedisSentinelConfiguration sentinels, String server) {
		if (cluster != null) {
			return " at " + cluster.getClusterNodes();
		}
		if (sentinels != null && sentinels.getMaster() != null) {
			return " at '" + sentinels.getMaster().getName() + "' of " + sentinels.getSentinels();
		}
		return " at " + server;
	}

	@Override
	public void close() {
	}

	/** Apart, for Jedis may not be there. */
	private static final class Jedis {

		static String address(RedisConnectionFactory factory) {
			return (factory instanceof JedisConnectionFactory jedis)
					? BorrowedConnectionSource.address(jedis.getClusterConfiguration(),
							jedis.getSentinelConfiguration(), jedis.getHostName() + ":" + jedis.getPort())
					: "";
		}

	}

}
