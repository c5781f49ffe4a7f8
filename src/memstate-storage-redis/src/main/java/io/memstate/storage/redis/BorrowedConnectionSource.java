package io.memstate.storage.redis;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The application's own connection factory, which is never closed.
 */
final class BorrowedConnectionSource implements ConnectionSource {

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
		if (!(this.factory instanceof LettuceConnectionFactory lettuce)) {
			return "";
		}
		RedisClusterConfiguration cluster = lettuce.getClusterConfiguration();
		return " at " + ((cluster != null) ? cluster.getClusterNodes().toString()
				: lettuce.getHostName() + ":" + lettuce.getPort());
	}

	@Override
	public void close() {
	}

}
