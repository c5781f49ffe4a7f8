package io.memstate.autoconfigure;

import java.net.URI;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.embedded.RedisServer;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import io.memstate.Draft;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.Filter;
import io.memstate.MemoryStore;
import io.memstate.StorageException;
import io.memstate.storage.Storage;
import io.memstate.storage.redis.RedisStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class RedisAutoConfigurationTests {

	private final ApplicationContextRunner alone = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class))
		.withPropertyValues("memstate.maintenance.enabled=false", "memstate.redis.key-prefix=" + TestServers.newName());

	private final ApplicationContextRunner application = this.alone
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

	@Test
	void connectionOfItsOwn(CapturedOutput output) {
		this.alone.withPropertyValues("memstate.redis.url=" + TestServers.redisUrl()).run((context) -> {
			assertWorks(context);
			assertThat(context).doesNotHaveBean(RedisConnectionFactory.class);
			assertThat(output).contains("MemState keeps its facts in Redis at ")
				.contains("chosen because memstate.redis.url is set");
		});
	}

	@Test
	void connectionFactoryOfTheApplication() {
		this.application.withPropertyValues("spring.data.redis.url=" + TestServers.redisUrl())
			.run(RedisAutoConfigurationTests::assertWorks);
	}

	@Test
	void keyPrefix() {
		String prefix = TestServers.newName();
		this.application
			.withPropertyValues("spring.data.redis.url=" + TestServers.redisUrl(),
					"memstate.redis.key-prefix=" + prefix)
			.run((context) -> {
				assertWorks(context);
				assertThat(context.getBean(StringRedisTemplate.class).keys("*" + prefix + "*")).isNotEmpty();
			});
	}

	@Test
	void connectionDetailsOfBootAreHonoured() {
		this.application.withPropertyValues("spring.data.redis.port=1")
			.withBean(DataRedisConnectionDetails.class, Details::new)
			.run(RedisAutoConfigurationTests::assertWorks);
	}

	@Test
	void schemasAreIndexed() {
		this.alone.withPropertyValues("memstate.redis.url=" + TestServers.redisUrl())
			.withBean(FactSchema.class, () -> FactSchema.of("note").indexed("text"))
			.run((context) -> {
				MemoryStore store = context.getBean(MemoryStore.class);
				store.commit(Draft.of("note", Map.of("text", "hello")));
				assertThat(store.query(FactQuery.type("note").where(Filter.eq("text", "hello")))).hasSize(1);
			});
	}

	@Test
	void serverThatIsDownStopsTheStart() {
		this.application.withPropertyValues("spring.data.redis.port=" + TestServers.freePort())
			.run(StartFailures.refused("the server can't be reached", "the RedisConnectionFactory",
					"memstate.jdbc.initialize-schema=never"));
	}

	@Test
	void serverThatIsDownDoesNotMatterWithNever() {
		this.application
			.withPropertyValues("spring.data.redis.port=" + TestServers.freePort(),
					"memstate.jdbc.initialize-schema=never")
			.run((context) -> {
				assertThat(context).hasSingleBean(MemoryStore.class);
				assertThatExceptionOfType(StorageException.class)
					.isThrownBy(() -> context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of())));
			});
	}

	@Test
	void wrongCredentials() {
		RedisServer server = TestServers.startRedis("requirepass right");
		try {
			for (String credentials : new String[] { "", ":wrong@" }) {
				this.alone
					.withPropertyValues(
							"memstate.redis.url=redis://" + credentials + "127.0.0.1:" + server.ports().get(0))
					.run((context) -> {
						StartFailures.refused("the server refused the credentials", "memstate.redis.url")
							.accept(context);
						assertThat(StartFailures.of(context.getStartupFailure()).getMessage()).doesNotContain(":wrong");
					});
			}
		}
		finally {
			TestServers.stop(server);
		}
	}

	@Test
	void serverThatDropsKeysStopsTheStart() {
		RedisServer server = TestServers.startRedis("maxmemory-policy allkeys-lru");
		try {
			this.alone.withPropertyValues("memstate.redis.url=redis://127.0.0.1:" + server.ports().get(0))
				.run(StartFailures.refused("allkeys-lru", "Correct what the message tells"));
		}
		finally {
			TestServers.stop(server);
		}
	}

	private static void assertWorks(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed().getBean(Storage.class).isInstanceOf(RedisStorage.class);
		MemoryStore store = context.getBean(MemoryStore.class).namespace(TestServers.newName());
		store.commit(Draft.of("note", Map.of("text", "hello")));
		assertThat(store.count(FactQuery.all())).isEqualTo(1);
	}

	static final class Details implements DataRedisConnectionDetails {

		@Override
		public Standalone getStandalone() {
			URI uri = URI.create(TestServers.redisUrl());
			return Standalone.of(uri.getHost(), uri.getPort());
		}

	}

}
