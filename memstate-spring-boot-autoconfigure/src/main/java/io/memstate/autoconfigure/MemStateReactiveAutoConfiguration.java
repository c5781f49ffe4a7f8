package io.memstate.autoconfigure;

import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

import io.memstate.MemoryStore;
import io.memstate.reactor.ReactiveMemoryStore;

/**
 * Auto-configuration of the {@link ReactiveMemoryStore} for applications that have
 * Reactor.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = MemStateAutoConfiguration.class)
@ConditionalOnClass({ ReactiveMemoryStore.class, Flux.class })
@ConditionalOnSingleCandidate(MemoryStore.class)
public final class MemStateReactiveAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ReactiveMemoryStore memstateReactiveMemoryStore(MemoryStore store) {
		return ReactiveMemoryStore.of(store);
	}

}
