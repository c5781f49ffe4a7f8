package io.memstate.storage;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Facts as JSON text, the form in which storages keep the images of the log. The first
 * key is the number of the format.
 *
 * @since 0.1.0
 */
public final class FactJson {

	/** The format that {@link #write} writes. */
	public static final int FORMAT = 1;

	private FactJson() {
	}

	/**
	 * Writes a fact.
	 * @param fact the fact
	 * @return the text
	 */
	public static String write(StoredFact fact) {
		StringBuilder text = new StringBuilder("{\"format\":").append(FORMAT);
		add(text, "namespace", fact.namespace());
		add(text, "id", fact.id());
		add(text, "type", fact.type());
		add(text, "source", fact.source());
		add(text, "sessionId", fact.sessionId());
		add(text, "ephemeral", fact.ephemeral() ? true : null);
		add(text, "version", fact.version());
		add(text, "createdAt", Path.micros(fact.createdAt()));
		add(text, "updatedAt", Path.micros(fact.updatedAt()));
		add(text, "expiresAt", (fact.expiresAt() != null) ? Path.micros(fact.expiresAt()) : null);
		return text.append(",\"payload\":").append(fact.payload().json()).append('}').toString();
	}

	private static void add(StringBuilder text, String name, @Nullable Object value) {
		if (value != null) {
			CanonicalJson.quote(text.append(','), name);
			CanonicalJson.write(text.append(':'), value);
		}
	}

	/**
	 * Reads a fact.
	 * @param text what {@link #write} wrote
	 * @return the fact
	 * @throws IllegalStateException if the text has another format
	 */
	public static StoredFact read(String text) {
		try (JsonParser parser = CanonicalJson.factory().createParser(ObjectReadContext.empty(), text)) {
			if (parser.nextToken() != JsonToken.START_OBJECT) {
				throw new IllegalStateException("A stored fact is no JSON object");
			}
			return fact(CanonicalJson.object(parser));
		}
	}

	private static StoredFact fact(Map<String, Object> values) {
		if (!Integer.valueOf(FORMAT).equals(values.get("format"))) {
			throw new IllegalStateException("A stored fact has format " + values.get("format") + ", but this version "
					+ "reads format " + FORMAT + "; use the version of MemState that wrote it, or a newer one");
		}
		Object expiresAt = values.get("expiresAt");
		return new StoredFact(text(values, "namespace"), text(values, "id"), text(values, "type"), payload(values),
				(String) values.get("source"), (String) values.get("sessionId"), values.containsKey("ephemeral"),
				number(values.get("version")), Path.instant(number(values.get("createdAt"))),
				Path.instant(number(values.get("updatedAt"))),
				(expiresAt != null) ? Path.instant(number(expiresAt)) : null);
	}

	@SuppressWarnings("unchecked")
	private static Payload payload(Map<String, Object> values) {
		return Payload.of((Map<String, Object>) java.util.Objects.requireNonNull(values.get("payload")));
	}

	private static String text(Map<String, Object> values, String name) {
		return (String) java.util.Objects.requireNonNull(values.get(name), name);
	}

	private static long number(@Nullable Object value) {
		return ((Number) java.util.Objects.requireNonNull(value)).longValue();
	}

}
