package io.memstate.autoconfigure;

import java.util.List;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.memstate.Draft;
import io.memstate.FactChange;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;

class MemStateHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MemStateStorageAutoConfiguration.class,
				MemStateAutoConfiguration.class, MemStateHealthContributorAutoConfiguration.class))
		.withPropertyValues("memstate.backend=in-memory", "memstate.maintenance.enabled=false");

	@Test
	void isUpAndSaysWhereTheDataLies() {
		this.runner.run((context) -> {
			Health health = health(context.getBean(HealthIndicator.class));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).isEqualTo(Map.of("storage", context.getBean(Storage.class).description()));
		});
	}

	@Test
	void isDownWhereTheStorageDoesNotAnswer() {
		Storage closed = new InMemoryStorage();
		closed.close();
		Health health = health(new MemStateHealthIndicator(closed, null));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsKeys("storage", "error");
	}

	@Test
	void tellsHowTheHooksAreDoing() {
		MemoryHook hook = new MemoryHook() {

			@Override
			public String name() {
				return "index";
			}

			@Override
			public void apply(List<FactChange> changes) {
			}

		};
		this.runner.withPropertyValues("memstate.hooks.mode=outbox")
			.withBean(MemoryHook.class, () -> hook)
			.run((context) -> {
				context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of()));
				Health health = health(context.getBean(HealthIndicator.class));
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).extractingByKey("hooks")
					.asInstanceOf(InstanceOfAssertFactories.MAP)
					.extractingByKey("index")
					.asInstanceOf(InstanceOfAssertFactories.MAP)
					.containsEntry("mode", "outbox")
					.containsEntry("pending", 1L)
					.containsEntry("parked", 0L);
			});
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.memstate.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class)
				.doesNotHaveBean(HealthIndicator.class));
	}

	@Test
	void backsOffForTheOneOfTheApplication() {
		HealthIndicator own = Health.up()::build;
		this.runner.withBean("memstateHealthIndicator", HealthIndicator.class, () -> own)
			.run((context) -> assertThat(context.getBean(HealthIndicator.class)).isSameAs(own));
	}

	@Test
	void isNotThereWithoutBootsHealth() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health.contributor"))
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class)
				.doesNotHaveBean("memstateHealthIndicator"));
	}

	private static Health health(HealthIndicator indicator) {
		Health health = indicator.health(true);
		assertThat(health).isNotNull();
		return health;
	}

}
