package io.memstate.storage.redis;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Connection factories as an application has them.
 */
final class TestFactories implements AutoCloseable {

	private final List<DisposableBean> started = new ArrayList<>();

	RedisConnectionFactory lettuce() {
		return start(new LettuceConnectionFactory(standalone()));
	}

	RedisConnectionFactory lettuceCluster() {
		return start(new LettuceConnectionFactory(cluster()));
	}

	RedisConnectionFactory jedis() {
		return start(new JedisConnectionFactory(standalone(), patient()));
	}

	RedisConnectionFactory jedisCluster() {
		return start(new JedisConnectionFactory(cluster(), patient()));
	}

	/** Two seconds, as Jedis has it, are little for a large unit on a busy machine. */
	private static JedisClientConfiguration patient() {
		return JedisClientConfiguration.builder().readTimeout(Duration.ofSeconds(60)).build();
	}

	RedisStorage storage(RedisConnectionFactory factory) {
		RedisStorage storage = RedisStorage.using(factory).keyPrefix(TestRedis.newPrefix());
		storage.initialize();
		return storage;
	}

	private <T extends SmartLifecycle & InitializingBean & DisposableBean> T start(T factory) {
		try {
			factory.afterPropertiesSet();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		factory.start();
		this.started.add(factory);
		return factory;
	}

	private static RedisStandaloneConfiguration standalone() {
		URI uri = URI.create(TestRedis.uri());
		return new RedisStandaloneConfiguration(uri.getHost(), uri.getPort());
	}

	private static RedisClusterConfiguration cluster() {
		URI uri = URI.create(TestRedisCluster.uri());
		return new RedisClusterConfiguration(List.of(uri.getHost() + ":" + uri.getPort()));
	}

	@Override
	public void close() {
		for (DisposableBean factory : this.started) {
			try {
				factory.destroy();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

}
