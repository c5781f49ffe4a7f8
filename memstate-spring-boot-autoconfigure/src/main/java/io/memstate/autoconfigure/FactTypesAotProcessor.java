package io.memstate.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.util.ClassUtils;

/**
 * Lets a native image read and write the {@code @FactType} classes as JSON.
 */
final class FactTypesAotProcessor implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		if (registeredBean.getBeanClass() != FactTypes.class) {
			return null;
		}
		FactTypes types = (FactTypes) registeredBean.getBeanFactory().getBean(registeredBean.getBeanName());
		ClassLoader classLoader = registeredBean.getBeanFactory().getBeanClassLoader();
		Class<?>[] classes = types.classNames()
			.stream()
			.map((name) -> ClassUtils.resolveClassName(name, classLoader))
			.toArray(Class<?>[]::new);
		return (context, code) -> new BindingReflectionHintsRegistrar()
			.registerReflectionHints(context.getRuntimeHints().reflection(), classes);
	}

}
