package io.memstate.autoconfigure;

import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The beans of the application of one type that a storage can be built on.
 *
 * @param <T> the type
 */
final class ConnectionBeans<T> {

	private static final String OF_THE_APPLICATION = " of the application";

	private final Class<T> type;

	private final Class<? extends Annotation> qualifier;

	private final ObjectProvider<T> qualified;

	private final ObjectProvider<T> candidates;

	private final ConfigurableListableBeanFactory beanFactory;

	ConnectionBeans(Class<T> type, Class<? extends Annotation> qualifier, ObjectProvider<T> qualified,
			ObjectProvider<T> candidates, ConfigurableListableBeanFactory beanFactory) {
		this.type = type;
		this.qualifier = qualifier;
		this.qualified = qualified;
		this.candidates = candidates;
		this.beanFactory = beanFactory;
	}

	/**
	 * The bean that the application has qualified.
	 * @return the bean, or null if none is
	 */
	@Nullable ConnectionBean<T> qualified() {
		return resolve(this.qualified, ", qualified with @" + this.qualifier.getSimpleName(),
				", qualified with @" + this.qualifier.getSimpleName(),
				"Qualify one of them alone with @" + this.qualifier.getSimpleName() + ".");
	}

	/**
	 * The only bean of the application, or its primary one.
	 * @return the bean, or null if there is none
	 */
	@Nullable ConnectionBean<T> single() {
		return resolve(this.candidates, OF_THE_APPLICATION, ", and none of them is primary",
				"Qualify the one that MemState is to use with @" + this.qualifier.getSimpleName()
						+ ", make one @Primary, or name the storage with memstate.backend and its connection.");
	}

	/**
	 * The only bean of the application, or its primary one, without asking which of
	 * several is meant.
	 * @return the bean, or null if there is none or there are several
	 */
	@Nullable ConnectionBean<T> singleOrNull() {
		T bean = this.candidates.getIfUnique();
		return (bean != null) ? new ConnectionBean<>(bean, name(bean), OF_THE_APPLICATION) : null;
	}

	private @Nullable ConnectionBean<T> resolve(ObjectProvider<T> provider, String origin, String which,
			String action) {
		try {
			T bean = provider.getIfAvailable();
			return (bean != null) ? new ConnectionBean<>(bean, name(bean), origin) : null;
		}
		catch (NoUniqueBeanDefinitionException ex) {
			if (ex.getBeanType() != this.type) {
				throw ex;
			}
			throw new MemStateStartException("MemState found several beans of type " + this.type.getSimpleName() + which
					+ ": " + quoted(ex.getBeanNamesFound()) + ".", action, ex);
		}
	}

	private String name(T bean) {
		for (String name : this.beanFactory.getBeanNamesForType(this.type, true, false)) {
			if (this.beanFactory.getSingleton(name) == bean) {
				return "the " + this.type.getSimpleName() + " '" + name + "'";
			}
		}
		return "a " + this.type.getSimpleName();
	}

	private static String quoted(@Nullable Collection<String> names) {
		return (names != null) ? names.stream().map((name) -> "'" + name + "'").collect(Collectors.joining(", "))
				: "unknown";
	}

	/**
	 * A bean, and how to speak of it.
	 *
	 * @param <T> the type
	 * @param bean the bean
	 * @param name its type and name
	 * @param origin what makes it the one
	 */
	record ConnectionBean<T>(T bean, String name, String origin) {

		String description() {
			return this.name + this.origin;
		}

	}

}
