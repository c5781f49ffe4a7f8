package io.memstate.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

/**
 * The storage in memory as if it were worth to lease many facts at once.
 */
class InMemoryGatheringHookTests extends HookSafetyContractTests {

	@Override
	protected Storage createStorage() {
		InMemoryStorage storage = new InMemoryStorage();
		Intents intents = gathering(Intents.class, storage.intents(), storage.intents());
		return gathering(HookStorage.class, storage, intents);
	}

	private static <T> T gathering(Class<T> type, Object target, Intents intents) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "gathers" -> true;
					case "intents" -> intents;
					case "equals" -> proxy == arguments[0];
					default -> {
						try {
							yield method.invoke(target, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					}
				}));
	}

}
