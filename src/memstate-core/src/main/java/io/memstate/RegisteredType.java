package io.memstate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Values;

/**
 * A type as the engine uses it: paths parsed, constraints inspected.
 */
final class RegisteredType {

	private final FactSchema schema;

	private final List<String> keyFields;

	private final List<Path> keyPaths;

	private final Set<Path> indexed;

	private final boolean constrained;

	RegisteredType(FactSchema schema) {
		this.schema = schema;
		this.keyFields = List.copyOf(schema.singletonPaths());
		this.keyPaths = paths(this.keyFields);
		this.indexed = Set.copyOf(paths(schema.indexedPaths()));
		this.constrained = schema.model() != null && BeanValidation.inspect(schema.model());
	}

	private static List<Path> paths(Collection<String> texts) {
		List<Path> paths = new ArrayList<>();
		texts.forEach((text) -> paths.add(Path.parse(text)));
		return paths;
	}

	FactSchema schema() {
		return this.schema;
	}

	String name() {
		return this.schema.type();
	}

	boolean isImmutable() {
		return this.schema.isImmutable();
	}

	List<String> keyFields() {
		return this.keyFields;
	}

	Set<Path> indexed() {
		return this.indexed;
	}

	/** Checks a payload that was given as a map, or that a patch made. */
	void validate(Payload payload) {
		Class<?> model = this.schema.model();
		if (model == null) {
			return;
		}
		Object instance;
		try {
			instance = ModelMapper.read(payload.json(), model);
		}
		catch (FactValidationException ex) {
			throw new FactValidationException("The payload of type '" + name() + "' does not fit " + model.getName()
					+ ": " + ex.getMessage() + "; correct the payload", ex.getCause());
		}
		validate(instance);
	}

	/** Checks an instance of the model, or of a subclass with constraints of its own. */
	void validate(Object instance) {
		if (this.constrained || instance.getClass() != this.schema.model()) {
			BeanValidation.validate(instance, "The payload of type '" + name() + "'");
		}
	}

	/**
	 * The digest of a payload's singleton key, or null if the type has none. Equal for
	 * payloads whose key values are equal, numbers by exact value.
	 */
	@Nullable String key(Payload payload) {
		if (this.keyPaths.isEmpty()) {
			return null;
		}
		List<Object> values = new ArrayList<>();
		for (Path path : this.keyPaths) {
			Object value = path.resolve(payload.map());
			if (value == null || value == Path.MISSING) {
				throw new FactValidationException("The payload of type '" + name() + "' is refused: its key field '"
						+ path + "' is " + ((value == null) ? "null" : "missing")
						+ ", and without it there is no telling which fact it replaces");
			}
			values.add(comparable(value));
		}
		return sha256(CanonicalJson.write(values));
	}

	static String sha256(String text) {
		try {
			return HexFormat.of()
				.formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("SHA-256 is part of every Java platform", ex);
		}
	}

	private static @Nullable Object comparable(@Nullable Object value) {
		if (value instanceof Number number) {
			return CanonicalJson.decimal(Values.decimal(number));
		}
		if (value instanceof List<?> list) {
			return list.stream().map(RegisteredType::comparable).collect(Collectors.toCollection(ArrayList::new));
		}
		if (value instanceof Map<?, ?> map) {
			Map<String, @Nullable Object> entries = new TreeMap<>(Values::compareStrings);
			map.forEach((key, element) -> entries.put((String) key, comparable(element)));
			return entries;
		}
		return value;
	}

}
