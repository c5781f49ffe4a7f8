package io.memstate.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

/**
 * Counts how often a storage is initialized.
 */
final class CountingStorage {

	int initialized;

	private final Storage storage = new InMemoryStorage();

	Storage proxy() {
		return (Storage) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Storage.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("initialize")) {
						this.initialized++;
					}
					try {
						return method.invoke(this.storage, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

}
