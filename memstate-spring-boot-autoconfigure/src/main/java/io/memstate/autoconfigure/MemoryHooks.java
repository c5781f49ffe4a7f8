package io.memstate.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

import io.memstate.MemoryHook;

/**
 * The {@link MemoryHook} beans of the application, in their order. Found when they are
 * first needed, so that they can have the store injected; at the end of the start at the
 * latest, so that a wrong one stops it.
 */
final class MemoryHooks implements Supplier<List<MemoryHook>>, SmartInitializingSingleton {

	private final ObjectProvider<MemoryHook> hooks;

	MemoryHooks(ObjectProvider<MemoryHook> hooks) {
		this.hooks = hooks;
	}

	@Override
	public List<MemoryHook> get() {
		return this.hooks.orderedStream().toList();
	}

	@Override
	public void afterSingletonsInstantiated() {
		Map<String, MemoryHook> byName = new HashMap<>();
		for (MemoryHook hook : get()) {
			MemoryHook other = byName.put(hook.name(), hook);
			if (other != null) {
				throw new MemStateStartException(
						"MemState found two hooks of the name '" + hook.name() + "': " + other.getClass().getName()
								+ " and " + hook.getClass().getName() + ".",
						"Let name() of one of them answer another name; a hook is known by it from start to start.");
			}
		}
	}

}
