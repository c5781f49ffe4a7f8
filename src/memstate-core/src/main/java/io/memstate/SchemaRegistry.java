package io.memstate;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The types that are known. Thread-safe. Registering a type reads nothing and changes no
 * stored fact.
 *
 * @since 0.1.0
 */
public final class SchemaRegistry {

	private final Queue<Supplier<? extends Collection<FactSchema>>> waiting = new ConcurrentLinkedQueue<>();

	private volatile int revision;

	private final Map<String, RegisteredType> types = new ConcurrentHashMap<>();

	private final Map<Class<?>, RegisteredType> models = new ConcurrentHashMap<>();

	/**
	 * Registers a type, or registers it anew.
	 * @param schema the schema
	 * @return this
	 * @throws IllegalArgumentException if its model has constraints that nothing can
	 * check, or is already the model of another type
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate") // under the lock of this method
	public synchronized SchemaRegistry register(FactSchema schema) {
		RegisteredType type = new RegisteredType(Arguments.notNull(schema, "schema"));
		Class<?> model = schema.model();
		RegisteredType other = (model != null) ? this.models.get(model) : null;
		if (other != null && !other.name().equals(type.name())) {
			throw new IllegalArgumentException("'schema' must have a model of its own, but " + schema.model()
					+ " is already the model of type '" + other.name() + "': use a subclass, or FactSchema.of(type)");
		}
		RegisteredType replaced = this.types.put(type.name(), type);
		if (model != null) {
			this.models.put(model, type);
		}
		Class<?> former = (replaced != null) ? replaced.schema().model() : null;
		if (former != null && former != model) {
			this.models.remove(former);
		}
		this.revision++;
		return this;
	}

	/**
	 * Registers types that are not known yet, such as beans that are still to be made.
	 * @param schemas is asked when a type is looked up for the first time after this
	 * call, and again if it fails
	 * @return this
	 */
	public SchemaRegistry registerLazily(Supplier<? extends Collection<FactSchema>> schemas) {
		this.waiting.add(Arguments.notNull(schemas, "schemas"));
		return this;
	}

	// no lock is held while a supplier works; asked by two threads, it answers both alike
	private void resolve() {
		for (Supplier<? extends Collection<FactSchema>> schemas : this.waiting) {
			schemas.get().forEach(this::register);
			this.waiting.remove(schemas);
		}
	}

	/**
	 * The schema of a type.
	 * @param type the name of the type
	 * @return the schema, or empty if none is registered
	 */
	public Optional<FactSchema> find(String type) {
		return Optional.ofNullable(type(type)).map(RegisteredType::schema);
	}

	/**
	 * Every registered schema.
	 * @return a snapshot in no particular order
	 */
	public Collection<FactSchema> all() {
		resolve();
		return this.types.values().stream().map(RegisteredType::schema).toList();
	}

	/** Differs from before if a type was registered since. */
	int revision() {
		resolve();
		return this.revision;
	}

	Collection<RegisteredType> types() {
		return this.types.values();
	}

	@Nullable RegisteredType type(String name) {
		resolve();
		return this.types.get(name);
	}

	RegisteredType typeOf(Class<?> model) {
		resolve();
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
