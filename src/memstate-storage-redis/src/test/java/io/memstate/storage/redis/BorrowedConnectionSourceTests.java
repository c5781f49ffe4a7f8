package io.memstate.storage.redis;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told of the application's connections, be they Lettuce's or Jedis's.
 */
class BorrowedConnectionSourceTests {

	@Test
	void tellsWhereTheServerIs() {
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration("redis.example", 6380);
		assertThat(description(new LettuceConnectionFactory(server))).startsWith("Redis at redis.example:6380 by");
		assertThat(description(new JedisConnectionFactory(server))).startsWith("Redis at redis.example:6380 by");
	}

	@Test
	void tellsTheNodesOfACluster() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration(List.of("redis.example:7000"));
		assertThat(description(new LettuceConnectionFactory(cluster))).startsWith("Redis at [redis.example:7000] by");
		assertThat(description(new JedisConnectionFactory(cluster))).startsWith("Redis at [redis.example:7000] by");
	}

	@Test
	void tellsTheMasterThatSentinelsWatch() {
		RedisSentinelConfiguration sentinels = new RedisSentinelConfiguration().master("memories")
			.sentinel("redis.example", 26379);
		assertThat(description(new LettuceConnectionFactory(sentinels)))
			.startsWith("Redis at 'memories' of [redis.example:26379] by");
		assertThat(description(new JedisConnectionFactory(sentinels)))
			.startsWith("Redis at 'memories' of [redis.example:26379] by");
	}

	private static String description(RedisConnectionFactory factory) {
		return new BorrowedConnectionSource(factory).description();
	}

}
