package io.memstate.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

import io.memstate.FactSchema;
import io.memstate.SchemaRegistry;

/**
 * Registers the types of the application: its {@code @FactType} classes and its
 * {@link FactSchema} beans. Found when they are first needed, so that the beans can have
 * the store injected; at the end of the start at the latest, so that a wrong one stops
 * it.
 */
final class FactSchemas implements Supplier<List<FactSchema>>, SmartInitializingSingleton {

	private final SchemaRegistry registry;

	private final ObjectProvider<FactTypes> types;

	private final ObjectProvider<FactSchema> beans;

	FactSchemas(SchemaRegistry registry, ObjectProvider<FactTypes> types, ObjectProvider<FactSchema> beans) {
		this.registry = registry;
		this.types = types;
		this.beans = beans;
		registry.registerLazily(this);
	}

	/**
	 * The schemas, each type once: what is said in code stands above an annotation.
	 * @return the schemas
	 */
	@Override
	public List<FactSchema> get() {
		Map<String, FactSchema> byType = new LinkedHashMap<>();
		this.types.stream().flatMap((found) -> found.schemas().stream()).forEach((schema) -> add(schema, byType));
		List<FactSchema> inCode = this.beans.orderedStream().toList();
		inCode.forEach((schema) -> byType.remove(schema.type()));
		inCode.forEach((schema) -> add(schema, byType));
		return byType.values().stream().map(this::register).toList();
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.registry.all();
	}

	// what is asked for them registers them too, but would not explain a wrong one
	private FactSchema register(FactSchema schema) {
		try {
			this.registry.register(schema);
			return schema;
		}
		catch (IllegalArgumentException ex) {
			throw new MemStateStartException(
					"MemState can't register the type '" + schema.type() + "': " + ex.getMessage() + ".",
					"Correct the schema, or remove it.", ex);
		}
	}

	private static void add(FactSchema schema, Map<String, FactSchema> byType) {
		FactSchema other = byType.put(schema.type(), schema);
		if (other != null && !other.equals(schema)) {
			throw new MemStateStartException(
					"MemState found two schemas of the type '" + schema.type() + "': " + other + " and " + schema + ".",
					"Give one of them another type, or remove it.");
		}
	}

}
