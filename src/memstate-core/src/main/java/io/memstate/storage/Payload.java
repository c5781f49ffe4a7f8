package io.memstate.storage;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A canonical payload, as a map, as JSON text, or both: the form that is missing is made
 * when it is first asked for. Immutable.
 *
 * @since 0.1.0
 */
public final class Payload {

	private volatile @Nullable Map<String, Object> map;

	private volatile @Nullable String json;

	private Payload(@Nullable Map<String, Object> map, @Nullable String json) {
		this.map = map;
		this.json = json;
	}

	/**
	 * A payload of canonical values.
	 * @param map the canonical map, deeply unmodifiable
	 * @return the payload
	 */
	public static Payload of(Map<String, Object> map) {
		return new Payload(map, null);
	}

	/**
	 * A payload of canonical values whose canonical text is known.
	 * @param map the canonical map, deeply unmodifiable
	 * @param json its canonical text
	 * @return the payload
	 */
	public static Payload of(Map<String, Object> map, String json) {
		return new Payload(map, json);
	}

	/**
	 * A payload of text that {@link #json()} once gave, byte for byte.
	 * @param json the canonical text
	 * @return the payload
	 */
	public static Payload ofCanonicalJson(String json) {
		return new Payload(null, json);
	}

	/**
	 * A payload of text that means the same as what {@link #json()} once gave, but may
	 * differ in white space, order of keys and form of numbers.
	 * @param json the text of a JSON object
	 * @return the payload
	 */
	public static Payload ofJson(String json) {
		return new Payload(CanonicalJson.readObject(json), null);
	}

	/**
	 * The payload as canonical JSON.
	 * @return the text, without white space, keys in code-point order
	 */
	public String json() {
		String text = this.json;
		if (text == null) {
			text = CanonicalJson.write(map());
			this.json = text;
		}
		return text;
	}

	/**
	 * The payload as a map.
	 * @return deeply unmodifiable, keys in code-point order; numbers are {@code Integer},
	 * {@code Long}, {@code BigInteger}, {@code Double} or {@code BigDecimal}
	 */
	public Map<String, Object> map() {
		Map<String, Object> values = this.map;
		if (values == null) {
			values = CanonicalJson.readObject(json());
			this.map = values;
		}
		return values;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Payload payload && (this == payload || map().equals(payload.map()));
	}

	@Override
	public int hashCode() {
		return map().hashCode();
	}

	@Override
	public String toString() {
		return json();
	}

}
