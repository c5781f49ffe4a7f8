package io.memstate.test;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Stands before a storage, or a part of one, and hides none of its optional abilities.
 */
final class Proxies {

	private Proxies() {
	}

	/**
	 * A proxy with all public interfaces of its target.
	 * @param <T> one of these
	 * @param handler answers the calls, most of them with {@link #proceed}
	 */
	@SuppressWarnings("unchecked")
	static <T> T before(T target, InvocationHandler handler) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
			addPublic(types, type.getInterfaces());
		}
		return (T) Proxy.newProxyInstance(Proxies.class.getClassLoader(), types.toArray(Class<?>[]::new), handler);
	}

	private static void addPublic(Set<Class<?>> types, Class<?>[] interfaces) {
		for (Class<?> type : interfaces) {
			if (Modifier.isPublic(type.getModifiers())) {
				types.add(type);
			}
			else {
				addPublic(types, type.getInterfaces());
			}
		}
	}

	static @Nullable Object proceed(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

}
