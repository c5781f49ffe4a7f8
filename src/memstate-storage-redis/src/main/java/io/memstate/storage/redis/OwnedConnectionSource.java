package io.memstate.storage.redis;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Lettuce connection factory of our own, made from a URI when it is first needed.
 */
final class OwnedConnectionSource implements ConnectionSource {

	private final List<RedisURI> uris;

	private final Duration timeout;

	private @Nullable LettuceConnectionFactory factory;

	private boolean closed;

	OwnedConnectionSource(String uri, Duration timeout) {
		this.uris = parse(uri);
		this.timeout = timeout;
	}

	private static List<RedisURI> parse(String uri) {
		try {
			boolean several = uri.contains(",") && !uri.startsWith("redis-sentinel");
			return several ? RedisClusterURIUtil.toRedisURIs(URI.create(uri)) : List.of(RedisURI.create(uri));
		}
		catch (RuntimeException ex) {
			// without the cause, which may show the password
			throw new IllegalArgumentException("'uri' must be like redis://[user:password@]host[:port][/database], "
					+ "rediss:// for TLS, or name several hosts joined by commas for a cluster");
		}
	}

	@Override
	public synchronized RedisConnectionFactory factory() {
		if (this.closed) {
			throw new IllegalStateException("the storage is closed");
		}
		if (this.factory == null) {
			this.factory = connect();
		}
		return this.factory;
	}

	private LettuceConnectionFactory connect() {
		if (this.uris.size() > 1) {
			return start(cluster());
		}
		LettuceConnectionFactory single = start(LettuceConnectionFactory.createRedisConfiguration(this.uris.get(0)));
		try {
			if (!clusterEnabled(single)) {
				return single;
			}
		}
		catch (RuntimeException ex) {
			single.destroy();
			throw ex;
		}
		single.destroy();
		return start(cluster());
	}

	private boolean clusterEnabled(LettuceConnectionFactory single) {
		RedisConnection connection = single.getConnection();
		try {
			Properties cluster = connection.serverCommands().info("cluster");
			return cluster != null && "1".equals(cluster.getProperty("cluster_enabled"));
		}
		finally {
			connection.close();
		}
	}

	private RedisClusterConfiguration cluster() {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration();
		List<RedisNode> nodes = new ArrayList<>();
		this.uris.forEach((uri) -> nodes.add(new RedisNode(uri.getHost(), uri.getPort())));
		cluster.setClusterNodes(nodes);
		RedisURI first = this.uris.get(0);
		RedisConfiguration single = LettuceConnectionFactory.createRedisConfiguration(first);
		if (single instanceof RedisConfiguration.WithAuthentication authentication) {
			cluster.setUsername(authentication.getUsername());
			cluster.setPassword(RedisPassword.of(authentication.getPassword().toOptional().orElse(null)));
		}
		return cluster;
	}

	private LettuceConnectionFactory start(RedisConfiguration configuration) {
		LettuceClientConfiguration client = LettuceClientConfiguration.builder()
			.apply(this.uris.get(0))
			.commandTimeout(this.timeout)
			.shutdownQuietPeriod(Duration.ZERO)
			.shutdownTimeout(Duration.ofSeconds(1))
			.clientOptions(options(configuration instanceof RedisClusterConfiguration))
			.build();
		LettuceConnectionFactory made = new LettuceConnectionFactory(configuration, client);
		made.afterPropertiesSet();
		made.start();
		return made;
	}

	private ClientOptions options(boolean cluster) {
		SocketOptions socket = SocketOptions.builder().connectTimeout(this.timeout).keepAlive(true).build();
		if (!cluster) {
			return ClientOptions.builder()
				.socketOptions(socket)
				.timeoutOptions(TimeoutOptions.enabled(this.timeout))
				.build();
		}
		return ClusterClientOptions.builder()
			.socketOptions(socket)
			.timeoutOptions(TimeoutOptions.enabled(this.timeout))
			.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
				.enableAllAdaptiveRefreshTriggers()
				.enablePeriodicRefresh()
				.build())
			.build();
	}

	@Override
	public String description() {
		List<String> nodes = this.uris.stream().map(OwnedConnectionSource::address).toList();
		return "Redis at " + String.join(", ", nodes);
	}

	private static String address(RedisURI uri) {
		if (uri.getSocket() != null) {
			return uri.getSocket();
		}
		if (!uri.getSentinels().isEmpty()) {
			return "sentinels "
					+ uri.getSentinels().stream().map((node) -> node.getHost() + ":" + node.getPort()).toList();
		}
		return uri.getHost() + ":" + uri.getPort() + ((uri.getDatabase() != 0) ? "/" + uri.getDatabase() : "");
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.factory != null) {
			this.factory.destroy();
			this.factory = null;
		}
	}

}
