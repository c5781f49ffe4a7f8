package io.memstate;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Path;

/**
 * What is known of a type of facts: its model, its constraints and its indexes.
 * Immutable; each method answers with a copy.
 *
 * @since 0.1.0
 */
public final class FactSchema {

	private final String type;

	private final @Nullable Class<?> model;

	private final Set<String> singleton;

	private final boolean immutable;

	private final Set<String> indexed;

	private FactSchema(String type, @Nullable Class<?> model, Set<String> singleton, boolean immutable,
			Set<String> indexed) {
		this.type = type;
		this.model = model;
		this.singleton = Collections.unmodifiableSet(singleton);
		this.immutable = immutable;
		this.indexed = Collections.unmodifiableSet(indexed);
	}

	/**
	 * A schema of a type whose payloads are instances of a class.
	 * @param type the name of the type
	 * @param model a class or record that Jackson can read and write
	 * @return the schema, without constraints
	 */
	public static FactSchema of(String type, Class<?> model) {
		return new FactSchema(Arguments.name(type, "type"), Arguments.notNull(model, "model"), Set.of(), false,
				Set.of());
	}

	/**
	 * A schema of a type whose payloads are any JSON object.
	 * @param type the name of the type
	 * @return the schema, without constraints
	 */
	public static FactSchema of(String type) {
		return new FactSchema(Arguments.name(type, "type"), null, Set.of(), false, Set.of());
	}

	/**
	 * A schema of a class that is annotated with {@link FactType}.
	 * @param model the class
	 * @return the schema that the annotation tells
	 * @throws IllegalArgumentException if the class is not annotated
	 */
	public static FactSchema of(Class<?> model) {
		FactType annotation = Arguments.notNull(model, "model").getAnnotation(FactType.class);
		if (annotation == null) {
			throw new IllegalArgumentException("'model' must be annotated with @FactType, but " + model.getName()
					+ " is not: annotate it, or use FactSchema.of(type, model)");
		}
		FactSchema schema = of(annotation.value(), model).singleton(annotation.singleton())
			.indexed(annotation.indexed());
		return annotation.immutable() ? schema.immutable() : schema;
	}

	/**
	 * Allows one current fact for each value of a key, in each layer.
	 * @param paths the paths into the payload that make up the key
	 * @return a copy
	 */
	public FactSchema singleton(String... paths) {
		return new FactSchema(this.type, this.model, paths("singleton", paths), this.immutable, this.indexed);
	}

	/**
	 * Allows no change of a fact once it is committed.
	 * @return a copy
	 */
	public FactSchema immutable() {
		return new FactSchema(this.type, this.model, this.singleton, true, this.indexed);
	}

	/**
	 * Keeps an index for queries.
	 * @param paths the paths into the payload, each with an index of its own
	 * @return a copy
	 */
	public FactSchema indexed(String... paths) {
		return new FactSchema(this.type, this.model, this.singleton, this.immutable, paths("indexed", paths));
	}

	/**
	 * The name of the type.
	 * @return the name
	 */
	public String type() {
		return this.type;
	}

	/**
	 * The class of the payloads.
	 * @return the class, or null for any JSON object
	 */
	public @Nullable Class<?> model() {
		return this.model;
	}

	/**
	 * The paths that make up the singleton key.
	 * @return sorted; empty if the type has no singleton key
	 */
	public Set<String> singletonPaths() {
		return this.singleton;
	}

	/**
	 * Whether facts of the type can't be changed.
	 * @return true if so
	 */
	public boolean isImmutable() {
		return this.immutable;
	}

	/**
	 * The paths to keep an index on.
	 * @return sorted
	 */
	public Set<String> indexedPaths() {
		return this.indexed;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof FactSchema schema && values().equals(schema.values());
	}

	@Override
	public int hashCode() {
		return values().hashCode();
	}

	@Override
	public String toString() {
		return "FactSchema[" + this.type + ((this.model != null) ? ", " + this.model.getName() : "")
				+ (this.singleton.isEmpty() ? "" : ", singleton " + this.singleton)
				+ (this.immutable ? ", immutable" : "") + (this.indexed.isEmpty() ? "" : ", indexed " + this.indexed)
				+ "]";
	}

	private List<@Nullable Object> values() {
		return Arrays.asList(this.type, this.model, this.singleton, this.immutable, this.indexed);
	}

	private static Set<String> paths(String what, String... texts) {
		Set<String> paths = new TreeSet<>();
		for (String text : Arguments.notNull(texts, "paths")) {
			Path path = Path.parse(Arguments.notNull(text, "path"));
			if (path.attribute() != null) {
				throw new IllegalArgumentException(
						"'" + what + "' must be paths into the payload, but one was '" + text + "'");
			}
			paths.add(path.toString());
		}
		return paths;
	}

}
