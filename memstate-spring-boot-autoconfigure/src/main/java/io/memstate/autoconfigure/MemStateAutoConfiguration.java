package io.memstate.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.memstate.AsyncMemoryStore;
import io.memstate.FactSchema;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.SchemaRegistry;
import io.memstate.autoconfigure.MemStateProperties.Jdbc.InitializeSchema;
import io.memstate.storage.Storage;

/**
 * Auto-configuration of the {@link MemoryStore}, its {@link SchemaRegistry} and its
 * {@link AsyncMemoryStore}, with the hooks, schemas and {@code @FactType} classes of the
 * application.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MemStateStorageAutoConfiguration.class)
@EnableConfigurationProperties(MemStateProperties.class)
public final class MemStateAutoConfiguration {

	private static final Log logger = LogFactory.getLog(MemStateAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(MemoryStore.class)
	SchemaRegistry memstateStoreSchemaRegistry(MemoryStore store) {
		return store.schemas();
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(MemoryStore.class)
	AsyncMemoryStore memstateAsyncMemoryStore(MemoryStore store) {
		return store.async();
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(MemoryStore.class)
	@ConditionalOnBooleanProperty(name = "memstate.maintenance.enabled", matchIfMissing = true)
	MaintenanceLifecycle memstateMaintenanceLifecycle(MemoryStore store, MemStateProperties properties) {
		return new MaintenanceLifecycle(
				new MaintenanceTask("memstate.maintenance.interval", properties.getMaintenance().getInterval(),
						store::maintenance),
				new MaintenanceTask("memstate.hooks.delivery-interval", properties.getHooks().getDeliveryInterval(),
						() -> store.hooks().deliver()));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(MemoryStore.class)
	@ConditionalOnBean(Storage.class)
	@Import(FactTypesRegistrar.class)
	static class MemoryStoreConfiguration {

		@Bean
		@ConditionalOnMissingBean
		SchemaRegistry memstateSchemaRegistry() {
			return new SchemaRegistry();
		}

		@Bean
		MemoryHooks memstateMemoryHooks(ObjectProvider<MemoryHook> hooks) {
			return new MemoryHooks(hooks);
		}

		@Bean
		FactSchemas memstateFactSchemas(SchemaRegistry registry, ObjectProvider<FactTypes> types,
				ObjectProvider<FactSchema> schemas) {
			return new FactSchemas(registry, types, schemas);
		}

		@Bean(destroyMethod = "close")
		@DependsOnDatabaseInitialization
		MemoryStore memstateMemoryStore(Storage storage, SchemaRegistry registry, MemoryHooks hooks,
				FactSchemas schemas, MemStateProperties properties, ObjectProvider<StorageInitializer> initializer,
				ObjectProvider<MemoryStoreBuilderCustomizer> customizers) {
			if (initializer.getIfAvailable() == null) {
				initialize(storage, properties);
			}
			MemoryStore.Builder builder = MemoryStore.builder(storage).schemas(registry).hooks(hooks).initialize(false);
			apply(properties, builder);
			customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
			return builder.build();
		}

		/** For a storage of the application, which no initializer prepares. */
		private static void initialize(Storage storage, MemStateProperties properties) {
			logger.info("MemState keeps its facts in " + storage.description()
					+ ", chosen because the application has a Storage bean");
			if (properties.getJdbc().getInitializeSchema() != InitializeSchema.NEVER) {
				storage.initialize();
			}
		}

		private static void apply(MemStateProperties properties, MemoryStore.Builder target) {
			MemStateProperties.Hooks hooks = properties.getHooks();
			PropertyTarget.of(target)
				.set("memstate.namespace", (builder) -> builder.namespace(properties.getNamespace()))
				.set("memstate.max-step-size", (builder) -> builder.maxStepSize(properties.getMaxStepSize()))
				.set("memstate.retry-timeout", (builder) -> builder.retryTimeout(properties.getRetryTimeout()))
				.set("memstate.schema.unregistered-types",
						(builder) -> builder.unregisteredTypes(properties.getSchema().getUnregisteredTypes()))
				.set("memstate.hooks.mode", (builder) -> builder.hookMode(hooks.getMode()))
				.set("memstate.hooks.max-attempts", (builder) -> builder.hookMaxAttempts(hooks.getMaxAttempts()))
				.set("memstate.hooks.back-off", (builder) -> builder.hookBackOff(hooks.getBackOff()))
				.get()
				.payloadLimits(properties.getPayload().toLimits());
		}

	}

}
