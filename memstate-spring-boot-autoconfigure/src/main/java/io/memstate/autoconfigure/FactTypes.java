package io.memstate.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.util.ClassUtils;

import io.memstate.FactSchema;
import io.memstate.FactType;

/**
 * The {@link FactType @FactType} classes of the application's packages, by name.
 */
final class FactTypes implements BeanClassLoaderAware {

	private final List<String> classNames;

	private @Nullable ClassLoader classLoader;

	FactTypes(List<String> classNames) {
		this.classNames = classNames;
	}

	@Override
	public void setBeanClassLoader(ClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	List<String> classNames() {
		return this.classNames;
	}

	List<FactSchema> schemas() {
		return this.classNames.stream().map(this::schema).toList();
	}

	private FactSchema schema(String className) {
		try {
			return FactSchema.of(ClassUtils.forName(className, this.classLoader));
		}
		catch (IllegalArgumentException | ClassNotFoundException | LinkageError ex) {
			throw new MemStateStartException(
					"The @FactType class " + className + " can't be registered: " + ex.getMessage() + ".",
					"Correct the annotation, or register the type in code with a FactSchema bean.", ex);
		}
	}

}
