package io.memstate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The hooks of a store, which may be beans that can't be made before the store.
 */
final class HookRegistry {

	private final Supplier<List<RegisteredHook>> source;

	private volatile @Nullable Resolved resolved;

	HookRegistry(Supplier<List<RegisteredHook>> source) {
		this.source = source;
	}

	private record Resolved(List<RegisteredHook> all, List<RegisteredHook> strict, List<RegisteredHook> outbox) {
	}

	private Resolved resolved() {
		Resolved resolved = this.resolved;
		if (resolved == null) {
			List<RegisteredHook> all = List.copyOf(this.source.get());
			checkNames(all);
			resolved = new Resolved(all, ofMode(all, HookMode.STRICT), ofMode(all, HookMode.OUTBOX));
			this.resolved = resolved;
		}
		return resolved;
	}

	private static List<RegisteredHook> ofMode(List<RegisteredHook> hooks, HookMode mode) {
		return hooks.stream().filter((hook) -> hook.mode() == mode).toList();
	}

	static void checkNames(List<RegisteredHook> hooks) {
		Set<String> names = new HashSet<>();
		for (RegisteredHook hook : hooks) {
			if (!names.add(hook.name())) {
				throw new IllegalArgumentException(
						"'hook' must have a name of its own, but there are two of '" + hook.name() + "'");
			}
		}
	}

	List<RegisteredHook> all() {
		return resolved().all();
	}

	List<RegisteredHook> strict() {
		return resolved().strict();
	}

	List<RegisteredHook> outbox() {
		return resolved().outbox();
	}

	RegisteredHook named(String name) {
		List<String> names = new ArrayList<>();
		for (RegisteredHook hook : all()) {
			if (hook.name().equals(name)) {
				return hook;
			}
			names.add("'" + hook.name() + "'");
		}
		throw new IllegalArgumentException("'name' must be that of a hook of the store, but was '" + name + "'; there "
				+ (names.isEmpty() ? "is none" : "are " + String.join(", ", names)));
	}

	@Nullable SemanticIndex index() {
		return all().stream()
			.map(RegisteredHook::hook)
			.filter(SemanticIndex.class::isInstance)
			.map(SemanticIndex.class::cast)
			.findFirst()
			.orElse(null);
	}

}
