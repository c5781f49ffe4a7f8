package io.memstate.autoconfigure;

import java.util.List;
import java.util.Objects;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;

import io.memstate.FactType;

/**
 * Finds the {@link FactType @FactType} classes of the application's packages by their
 * metadata and registers their names as {@link FactTypes}. While the bean definitions are
 * made, so that a native image, which can't scan, holds the result.
 */
final class FactTypesRegistrar implements ImportBeanDefinitionRegistrar {

	static final String BEAN_NAME = "memstateFactTypes";

	private final BeanFactory beanFactory;

	private final Environment environment;

	private final ResourceLoader resourceLoader;

	FactTypesRegistrar(BeanFactory beanFactory, Environment environment, ResourceLoader resourceLoader) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.resourceLoader = resourceLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importingClassMetadata, BeanDefinitionRegistry registry) {
		if (registry.containsBeanDefinition(BEAN_NAME)) {
			return;
		}
		RootBeanDefinition definition = new RootBeanDefinition(FactTypes.class);
		definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
		definition.getConstructorArgumentValues().addIndexedArgumentValue(0, scan());
		registry.registerBeanDefinition(BEAN_NAME, definition);
	}

	private List<String> scan() {
		if (!AutoConfigurationPackages.has(this.beanFactory)) {
			return List.of();
		}
		ClassPathScanningCandidateComponentProvider scanner = new FactTypeScanner(this.environment);
		scanner.setResourceLoader(this.resourceLoader);
		return AutoConfigurationPackages.get(this.beanFactory)
			.stream()
			.flatMap((name) -> scanner.findCandidateComponents(name).stream())
			.map((candidate) -> Objects.requireNonNull(candidate.getBeanClassName()))
			.distinct()
			.sorted()
			.toList();
	}

	private static final class FactTypeScanner extends ClassPathScanningCandidateComponentProvider {

		FactTypeScanner(Environment environment) {
			super(false, environment);
			addIncludeFilter(new AnnotationTypeFilter(FactType.class, false));
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition beanDefinition) {
			return beanDefinition.getMetadata().isIndependent();
		}

	}

}
