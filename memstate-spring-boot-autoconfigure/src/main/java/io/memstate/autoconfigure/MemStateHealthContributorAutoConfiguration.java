package io.memstate.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

/**
 * Auto-configuration of the health of the {@link Storage}, under the name
 * {@code memstate}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class })
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnSingleCandidate(Storage.class)
@ConditionalOnEnabledHealthIndicator("memstate")
public final class MemStateHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "memstateHealthIndicator", "memstateHealthContributor" })
	HealthIndicator memstateHealthIndicator(Storage storage, ObjectProvider<MemoryStore> store) {
		return new MemStateHealthIndicator(storage, store.getIfUnique());
	}

}
