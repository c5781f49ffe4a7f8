package io.memstate;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The types that are known. Thread-safe. Registering a type reads nothing and changes no
 * stored fact.
 *
 * @since 0.1.0
 */
public final class SchemaRegistry {

	private final Map<String, RegisteredType> types = new ConcurrentHashMap<>();

	private final Map<Class<?>, RegisteredType> models = new ConcurrentHashMap<>();

	/**
	 * Registers a type, or registers it anew.
	 * @param schema the schema
	 * @return this
	 * @throws IllegalArgumentException if its model has constraints that nothing can
	 * check, or is already the model of another type
	 */
	public synchronized SchemaRegistry register(FactSchema schema) {
		RegisteredType type = new RegisteredType(Arguments.notNull(schema, "schema"));
		Class<?> model = schema.model();
		RegisteredType other = (model != null) ? this.models.get(model) : null;
		if (other != null && !other.name().equals(type.name())) {
			throw new IllegalArgumentException("'schema' must have a model of its own, but " + schema.model()
					+ " is already the model of type '" + other.name() + "': use a subclass, or FactSchema.of(type)");
		}
		RegisteredType replaced = this.types.put(type.name(), type);
		if (replaced != null && replaced.schema().model() != null) {
			this.models.remove(replaced.schema().model());
		}
		if (model != null) {
			this.models.put(model, type);
		}
		return this;
	}

	/**
	 * The schema of a type.
	 * @param type the name of the type
	 * @return the schema, or empty if none is registered
	 */
	public Optional<FactSchema> find(String type) {
		return Optional.ofNullable(this.types.get(type)).map(RegisteredType::schema);
	}

	/**
	 * Every registered schema.
	 * @return a snapshot in no particular order
	 */
	public Collection<FactSchema> all() {
		return this.types.values().stream().map(RegisteredType::schema).toList();
	}

	@Nullable RegisteredType type(String name) {
		return this.types.get(name);
	}

	RegisteredType typeOf(Class<?> model) {
		for (Class<?> type = model; type != null && type != Object.class; type = type.getSuperclass()) {
			RegisteredType registered = this.models.get(type);
			if (registered != null) {
				return registered;
			}
		}
		throw new FactValidationException(model.getName() + " is not registered as the model of a type: annotate it "
				+ "with @FactType and register FactSchema.of(" + model.getSimpleName() + ".class), or commit "
				+ "Draft.of(type, map)");
	}

}
