package io.memstate.autoconfigure;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import io.memstate.AsyncMemoryStore;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.FactValidationException;
import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.HookStatus;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.SchemaRegistry;
import io.memstate.autoconfigure.scan.Outer;
import io.memstate.autoconfigure.scan.Preference;
import io.memstate.autoconfigure.scan.inner.Deeper;
import io.memstate.autoconfigure.wrong.Wrong;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemStateAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class))
		.withPropertyValues("memstate.backend=in-memory");

	private ApplicationContextRunner scanning(Class<?>... types) {
		return this.runner.withInitializer((context) -> {
			for (Class<?> type : types) {
				AutoConfigurationPackages.register((BeanDefinitionRegistry) context.getBeanFactory(),
						type.getPackageName());
			}
		});
	}

	@Test
	void publishesOneOfEach() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(Storage.class)
				.hasSingleBean(MemoryStore.class)
				.hasSingleBean(AsyncMemoryStore.class)
				.hasSingleBean(SchemaRegistry.class);
			MemoryStore store = context.getBean(MemoryStore.class);
			assertThat(store.schemas()).isSameAs(context.getBean(SchemaRegistry.class));
			assertThat(store.async()).isSameAs(context.getBean(AsyncMemoryStore.class));
			assertThat(store.namespace()).isEqualTo("default");
			Fact fact = store.commit(Draft.of("note", Map.of("text", "hello")));
			assertThat(context.getBean(AsyncMemoryStore.class).get(fact.id()).get()).contains(fact);
		});
	}

	@Test
	void closesTheStoreWithTheContext() {
		this.runner.run((context) -> {
			MemoryStore store = context.getBean(MemoryStore.class);
			context.close();
			assertThatThrownBy(() -> store.commit(Draft.of("note", Map.of())))
				.isInstanceOf(IllegalStateException.class);
		});
	}

	@Test
	void backsOffForTheStoreOfTheApplicationAndServesIt() {
		MemoryStore own = MemoryStore.builder(new InMemoryStorage()).namespace("own").build();
		this.runner.withBean(MemoryStore.class, () -> own).run((context) -> {
			assertThat(context.getBean(MemoryStore.class)).isSameAs(own);
			assertThat(context.getBean(SchemaRegistry.class)).isSameAs(own.schemas());
			assertThat(context.getBean(AsyncMemoryStore.class)).isSameAs(own.async());
			assertThat(context).doesNotHaveBean(Storage.class).hasSingleBean(MaintenanceLifecycle.class);
		});
	}

	@Test
	void backsOffForTheAsyncStoreOfTheApplication() {
		AsyncMemoryStore own = MemoryStore.builder(new InMemoryStorage()).build().async();
		this.runner.withBean(AsyncMemoryStore.class, () -> own)
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class)
				.getBean(AsyncMemoryStore.class)
				.isSameAs(own));
	}

	@Test
	void usesTheRegistryOfTheApplication() {
		SchemaRegistry own = new SchemaRegistry().register(FactSchema.of("own"));
		scanning(Preference.class).withBean(SchemaRegistry.class, () -> own).run((context) -> {
			assertThat(context.getBean(MemoryStore.class).schemas()).isSameAs(own);
			assertThat(own.find("own")).isPresent();
			assertThat(own.find("preference")).isPresent();
		});
	}

	@Test
	void leavesSeveralStoresToTheApplication() {
		this.runner.withBean("a", MemoryStore.class, () -> MemoryStore.builder(new InMemoryStorage()).build())
			.withBean("b", MemoryStore.class, () -> MemoryStore.builder(new InMemoryStorage()).build())
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(AsyncMemoryStore.class)
				.doesNotHaveBean(SchemaRegistry.class)
				.doesNotHaveBean(MaintenanceLifecycle.class));
	}

	@Test
	void initializesTheStorageOfTheApplicationOnce() {
		CountingStorage storage = new CountingStorage();
		this.runner.withBean(Storage.class, storage::proxy).run((context) -> {
			assertThat(context).hasSingleBean(MemoryStore.class);
			assertThat(storage.initialized).isEqualTo(1);
		});
	}

	@Test
	void leavesTheStorageOfTheApplicationAloneWhereToldTo() {
		CountingStorage storage = new CountingStorage();
		this.runner.withBean(Storage.class, storage::proxy)
			.withPropertyValues("memstate.jdbc.initialize-schema=never", "memstate.maintenance.enabled=false")
			.run((context) -> {
				assertThat(context).hasSingleBean(MemoryStore.class);
				assertThat(storage.initialized).isZero();
			});
	}

	@Test
	void namespace() {
		this.runner.withPropertyValues("memstate.namespace=tenant-1")
			.run((context) -> assertThat(context.getBean(MemoryStore.class).namespace()).isEqualTo("tenant-1"));
	}

	@Test
	void refusesAnImpossibleNamespace() {
		this.runner.withPropertyValues("memstate.namespace=" + "x".repeat(256))
			.run(StartFailures.refused("'namespace' must have at most 255 characters", "Correct memstate.namespace"));
	}

	@Test
	void maxStepSize() {
		this.runner.withPropertyValues("memstate.max-step-size=1").run((context) -> {
			MemoryStore store = context.getBean(MemoryStore.class);
			assertThatThrownBy(() -> store.transaction((operations) -> {
				operations.commit(Draft.of("note", Map.of()));
				return operations.commit(Draft.of("note", Map.of()));
			})).hasMessageContaining("1");
			assertThat(store.count(FactQuery.all())).isZero();
		});
	}

	@Test
	void refusesAnImpossibleStepSize() {
		this.runner.withPropertyValues("memstate.max-step-size=0")
			.run(StartFailures.refused("'maxStepSize' must be at least 1", "Correct memstate.max-step-size"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1MB" })
	void refusesAnImpossiblePayloadSize(String size) {
		this.runner.withPropertyValues("memstate.payload.max-size=" + size)
			.run(StartFailures.refused("'maxSize' must be at least 1 byte", "Correct memstate.payload.max-size"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "max-depth=0", "max-depth=1001", "max-digits=0", "max-digits=16384", "max-size=2TB" })
	void refusesAnImpossiblePayloadLimit(String limit) {
		String property = "memstate.payload." + limit.substring(0, limit.indexOf('='));
		this.runner.withPropertyValues("memstate.payload." + limit)
			.run(StartFailures.refused(property, "Correct " + property + "."));
	}

	@Test
	void refusesAnImpossibleRetryTimeout() {
		this.runner.withPropertyValues("memstate.retry-timeout=0s")
			.run(StartFailures.refused("'retryTimeout' must be more than zero", "Correct memstate.retry-timeout"));
	}

	@Test
	void unregisteredTypesAreAccepted() {
		this.runner.run((context) -> assertThat(
				context.getBean(MemoryStore.class).commit(Draft.of("unknown", Map.of())).version())
			.isEqualTo(1));
	}

	@Test
	void unregisteredTypesAreRejectedWhereToldTo() {
		this.runner.withPropertyValues("memstate.schema.unregistered-types=reject")
			.run((context) -> assertThatExceptionOfType(FactValidationException.class)
				.isThrownBy(() -> context.getBean(MemoryStore.class).commit(Draft.of("unknown", Map.of()))));
	}

	@Test
	void payloadLimits() {
		this.runner
			.withPropertyValues("memstate.payload.max-depth=2", "memstate.payload.max-size=2KB",
					"memstate.payload.max-digits=20")
			.run((context) -> {
				MemoryStore store = context.getBean(MemoryStore.class);
				List<Map<String, ?>> refused = List.of(Map.of("a", Map.of("b", Map.of())),
						Map.of("a", "x".repeat(4096)), Map.of("a", BigInteger.TEN.pow(30)));
				for (Map<String, ?> payload : refused) {
					assertThatExceptionOfType(FactValidationException.class)
						.isThrownBy(() -> store.commit(Draft.of("note", payload)));
				}
				assertThat(store.commit(Draft.of("note", Map.of("a", Map.of("b", 123)))).version()).isEqualTo(1);
			});
	}

	@Test
	void hooksAreStrict() {
		this.runner.withBean(MemoryHook.class, FailingHook::new)
			.run((context) -> assertThat(context.getBean(MemoryStore.class).hooks().list()).extracting(HookStatus::mode)
				.containsExactly(HookMode.STRICT));
	}

	@Test
	void outboxesAreDeliveredInTheBackground() {
		this.runner
			.withPropertyValues("memstate.hooks.mode=outbox", "memstate.hooks.delivery-interval=5ms",
					"memstate.maintenance.interval=1h")
			.withUserConfiguration(HookOfStoreConfiguration.class)
			.run((context) -> {
				MemoryStore store = context.getBean(MemoryStore.class);
				store.commit(Draft.of("note", Map.of()));
				StoreHook hook = context.getBean(StoreHook.class);
				Waiting.until(() -> hook.changes.size() == 1);
			});
	}

	@Test
	void whatFailsInAnOutboxIsTriedAgainAndThenParked() {
		this.runner
			.withPropertyValues("memstate.hooks.mode=outbox", "memstate.hooks.delivery-interval=5ms",
					"memstate.hooks.back-off=1ms", "memstate.hooks.max-attempts=3")
			.withBean(MemoryHook.class, FailingHook::new)
			.run((context) -> {
				MemoryStore store = context.getBean(MemoryStore.class);
				store.commit(Draft.of("note", Map.of()));
				Waiting.until(() -> store.hooks().list().get(0).parked() == 1);
			});
	}

	@Test
	void refusesAnImpossibleNumberOfAttempts() {
		this.runner.withPropertyValues("memstate.hooks.max-attempts=0")
			.run(StartFailures.refused("'hookMaxAttempts'", "Correct memstate.hooks.max-attempts"));
	}

	@Test
	void customizersComeLastAndInTheirOrder() {
		this.runner.withPropertyValues("memstate.namespace=by-property")
			.withUserConfiguration(CustomizersConfiguration.class)
			.run((context) -> assertThat(context.getBean(MemoryStore.class).namespace()).isEqualTo("second"));
	}

	@Test
	void findsTheTypesOfThePackagesOfTheApplication() {
		scanning(Preference.class).run((context) -> {
			SchemaRegistry schemas = context.getBean(SchemaRegistry.class);
			assertThat(schemas.all()).extracting(FactSchema::type)
				.containsExactlyInAnyOrder("preference", "nested", "open", "deeper");
			assertThat(schemas.find("nested").orElseThrow().model()).isEqualTo(Outer.Nested.class);
			assertThat(schemas.find("deeper").orElseThrow().model()).isEqualTo(Deeper.class);
			assertThat(System.getProperty("memstate.test.never-loaded")).isNull();
			MemoryStore store = context.getBean(MemoryStore.class);
			Fact first = store.commit(new Preference("editor", "dry"));
			assertThat(store.commit(new Preference("editor", "warm")).id()).isEqualTo(first.id());
			assertThatExceptionOfType(FactValidationException.class)
				.isThrownBy(() -> store.commit(new Preference("", "dry")));
		});
	}

	@Test
	void findsNoTypesWithoutPackages() {
		this.runner.run((context) -> assertThat(context.getBean(SchemaRegistry.class).all()).isEmpty());
	}

	@Test
	void refusesATypeThatCannotBeRegistered() {
		scanning(Wrong.class).run(StartFailures.refused(Wrong.class.getName(), "Correct the annotation"));
	}

	@Test
	void findsTheSchemaBeans() {
		this.runner.withBean(FactSchema.class, () -> FactSchema.of("note").singleton("topic"))
			.run((context) -> assertThat(context.getBean(SchemaRegistry.class).find("note")).get()
				.extracting(FactSchema::singletonPaths)
				.asString()
				.isEqualTo("[topic]"));
	}

	@Test
	void whatIsSaidInCodeStandsAboveAnnotations() {
		scanning(Preference.class)
			.withBean(FactSchema.class, () -> FactSchema.of("preference", Preference.class).indexed("tone"))
			.run((context) -> {
				FactSchema schema = context.getBean(SchemaRegistry.class).find("preference").orElseThrow();
				assertThat(schema.indexedPaths()).containsExactly("tone");
				assertThat(schema.singletonPaths()).isEmpty();
			});
	}

	@Test
	void refusesTwoTypesOfAModel() {
		scanning(Preference.class).withBean(FactSchema.class, () -> FactSchema.of("taste", Preference.class))
			.run(StartFailures.refused("the type 'taste': 'schema' must have a model of its own, but "
					+ Preference.class + " is already the model of type 'preference'", "Correct the schema"));
	}

	@Test
	void refusesATypeOfAModelThatTheRegistryHasUnderAnother() {
		scanning(Preference.class)
			.withBean(SchemaRegistry.class,
					() -> new SchemaRegistry().register(FactSchema.of("taste", Preference.class)))
			.run(StartFailures.refused("the type 'preference': 'schema' must have a model of its own",
					"Correct the schema"));
	}

	@Test
	void refusesTwoSchemasOfAType() {
		this.runner.withBean("a", FactSchema.class, () -> FactSchema.of("note").immutable())
			.withBean("b", FactSchema.class, () -> FactSchema.of("note"))
			.run(StartFailures.refused("two schemas of the type 'note'", "another type"));
	}

	@Test
	void schemasMayHaveTheStoreInjected() {
		this.runner.withUserConfiguration(SchemaOfStoreConfiguration.class).run((context) -> {
			assertThat(context.getBean(SchemaRegistry.class).find("of-default")).isPresent();
			assertThat(context.getBean(MemoryStore.class).schemas().find("of-default")).isPresent();
		});
	}

	@Test
	void schemasAreThereForWhoeverWritesDuringTheStart() {
		this.runner.withUserConfiguration(SchemaOfStoreConfiguration.class, EarlyWriterConfiguration.class)
			.withPropertyValues("memstate.schema.unregistered-types=reject")
			.run((context) -> assertThat(context.getBean(MemoryStore.class).count(FactQuery.type("of-default")))
				.isEqualTo(1));
	}

	@Test
	void hooksAreToldInTheirOrder() {
		List<String> told = new CopyOnWriteArrayList<>();
		this.runner.withBean("b", MemoryHook.class, () -> new SecondHook(told))
			.withBean("a", MemoryHook.class, () -> new FirstHook(told))
			.run((context) -> {
				context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of()));
				assertThat(told).containsExactly("first", "second");
			});
	}

	@Test
	void hooksMayHaveTheStoreInjected() {
		this.runner.withUserConfiguration(HookOfStoreConfiguration.class).run((context) -> {
			MemoryStore store = context.getBean(MemoryStore.class);
			store.commit(Draft.of("note", Map.of("text", "hello")));
			StoreHook hook = context.getBean(StoreHook.class);
			assertThat(hook.store).isSameAs(store);
			assertThat(hook.changes).hasSize(1);
		});
	}

	@Test
	void hooksAreThereForWhoeverWritesDuringTheStart() {
		this.runner
			.withUserConfiguration(HookOfStoreConfiguration.class, EarlyWriterConfiguration.class,
					SchemaOfStoreConfiguration.class)
			.run((context) -> assertThat(context.getBean(StoreHook.class).changes).hasSize(1));
	}

	@Test
	void aHookThatFailsStopsTheWrite() {
		this.runner.withBean(MemoryHook.class, FailingHook::new).run((context) -> {
			MemoryStore store = context.getBean(MemoryStore.class);
			assertThatExceptionOfType(HookException.class).isThrownBy(() -> store.commit(Draft.of("note", Map.of())));
			assertThat(store.count(FactQuery.all())).isZero();
		});
	}

	@Test
	void refusesTwoHooksOfAName() {
		this.runner.withBean("a", MemoryHook.class, FailingHook::new)
			.withBean("b", MemoryHook.class, FailingHook::new)
			.run(StartFailures.refused("two hooks of the name 'failing'", "another name"));
	}

	@Test
	void theStoreWorksWithLazyInitialization() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(HookOfStoreConfiguration.class)
			.run((context) -> {
				context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of()));
				assertThat(context.getBean(StoreHook.class).changes).hasSize(1);
			});
	}

	@Test
	void maintenanceRunsWhileTheContextDoes() {
		this.runner.run((context) -> {
			MaintenanceLifecycle maintenance = context.getBean(MaintenanceLifecycle.class);
			assertThat(maintenance.isRunning()).isTrue();
			context.close();
			assertThat(maintenance.isRunning()).isFalse();
		});
	}

	@Test
	void maintenanceIsOffWhereToldTo() {
		this.runner.withPropertyValues("memstate.maintenance.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MaintenanceLifecycle.class));
	}

	@Test
	void refusesAnImpossibleInterval() {
		this.runner.withPropertyValues("memstate.maintenance.interval=0s")
			.run(StartFailures.refused("memstate.maintenance.interval is PT0S", "memstate.maintenance.enabled=false"));
	}

	@Test
	void refusesAnImpossibleDeliveryInterval() {
		this.runner.withPropertyValues("memstate.hooks.delivery-interval=-1s")
			.run(StartFailures.refused("memstate.hooks.delivery-interval is PT-1S", "above zero"));
	}

	@Test
	void maintenanceRemovesWhatHasExpired() {
		this.runner.withPropertyValues("memstate.maintenance.interval=10ms").run((context) -> {
			MemoryStore store = context.getBean(MemoryStore.class);
			Fact fact = store.commit(Draft.of("note", Map.of()).expiresIn(Duration.ofMillis(1)));
			Waiting.until(() -> store.history(fact.id()).size() == 2);
		});
	}

	@Test
	void startsWithoutValidator() {
		this.runner.withClassLoader(new FilteredClassLoader("org.hibernate.validator"))
			.run((context) -> assertThat(context).hasSingleBean(MemoryStore.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class CustomizersConfiguration {

		@Bean
		@Order(2)
		MemoryStoreBuilderCustomizer second() {
			return (builder) -> builder.namespace("second");
		}

		@Bean
		@Order(1)
		MemoryStoreBuilderCustomizer first() {
			return (builder) -> builder.namespace("first");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SchemaOfStoreConfiguration {

		@Bean
		FactSchema schema(MemoryStore store) {
			return FactSchema.of("of-" + store.namespace());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyWriterConfiguration {

		@Bean
		EarlyWriter writer(MemoryStore store) {
			return new EarlyWriter(store);
		}

	}

	record EarlyWriter(MemoryStore store) {

		@PostConstruct
		void write() {
			this.store.commit(Draft.of("of-default", Map.of()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HookOfStoreConfiguration {

		@Bean
		StoreHook hook(MemoryStore store, ObjectProvider<SchemaRegistry> registry) {
			return new StoreHook(store);
		}

	}

	static final class StoreHook implements MemoryHook {

		private final MemoryStore store;

		private final List<FactChange> changes = new CopyOnWriteArrayList<>();

		StoreHook(MemoryStore store) {
			this.store = store;
		}

		@Override
		public String name() {
			return "store";
		}

		@Override
		public void apply(List<FactChange> changes) {
			this.changes.addAll(changes);
		}

	}

	@Order(1)
	record FirstHook(List<String> told) implements MemoryHook {

		@Override
		public String name() {
			return "first";
		}

		@Override
		public void apply(List<FactChange> changes) {
			this.told.add(name());
		}

	}

	@Order(2)
	record SecondHook(List<String> told) implements MemoryHook {

		@Override
		public String name() {
			return "second";
		}

		@Override
		public void apply(List<FactChange> changes) {
			this.told.add(name());
		}

	}

	static final class FailingHook implements MemoryHook {

		@Override
		public String name() {
			return "failing";
		}

		@Override
		public void apply(List<FactChange> changes) throws Exception {
			throw new Exception("No");
		}

	}

}
