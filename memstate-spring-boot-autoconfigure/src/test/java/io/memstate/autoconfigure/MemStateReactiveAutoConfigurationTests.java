package io.memstate.autoconfigure;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.MemoryStore;
import io.memstate.reactor.ReactiveMemoryStore;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;

class MemStateReactiveAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MemStateStorageAutoConfiguration.class,
				MemStateAutoConfiguration.class, MemStateReactiveAutoConfiguration.class))
		.withPropertyValues("memstate.backend=in-memory", "memstate.maintenance.enabled=false");

	@Test
	void isTheSameStore() {
		this.runner.run((context) -> {
			Fact fact = context.getBean(ReactiveMemoryStore.class)
				.commit(Draft.of("note", Map.of("text", "hello")))
				.block(Duration.ofSeconds(30));
			assertThat(fact).isNotNull();
			assertThat(context.getBean(MemoryStore.class).get(fact.id())).contains(fact);
		});
	}

	@Test
	void backsOffForTheOneOfTheApplication() {
		ReactiveMemoryStore own = ReactiveMemoryStore.of(MemoryStore.builder(new InMemoryStorage()).build());
		this.runner.withBean(ReactiveMemoryStore.class, () -> own)
			.run((context) -> assertThat(context.getBean(ReactiveMemoryStore.class)).isSameAs(own));
	}

	@Test
	void isNotThereWhereTheApplicationHasSeveralStores() {
		this.runner.withBean("a", MemoryStore.class, () -> MemoryStore.builder(new InMemoryStorage()).build())
			.withBean("b", MemoryStore.class, () -> MemoryStore.builder(new InMemoryStorage()).build())
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ReactiveMemoryStore.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "reactor.core", "io.memstate.reactor" })
	void isNotThereWithoutReactor(String missing) {
		this.runner.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class)
				.doesNotHaveBean("memstateReactiveMemoryStore"));
	}

}
