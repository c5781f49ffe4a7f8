package io.memstate.storage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A path to a value of a fact: dotted into the payload ({@code address.city}), or one of
 * {@code $id}, {@code $type}, {@code $source}, {@code $version}, {@code $createdAt},
 * {@code $updatedAt}. A segment is Unicode letters, digits, {@code _} and {@code -}, or
 * anything else in backticks (a backtick itself doubled). Segments name keys of objects
 * and never positions of arrays.
 *
 * @since 0.1.0
 */
public final class Path {

	/** What a path resolves to when there is no value, not even null. */
	public static final Object MISSING = new Object() {

		@Override
		public String toString() {
			return "missing";
		}

	};

	/**
	 * An attribute of the fact itself.
	 */
	public enum Attribute {

		/** The id, a string. */
		ID("$id"),

		/** The type, a string. */
		TYPE("$type"),

		/** The source, a string; missing where a fact has none. */
		SOURCE("$source"),

		/** The version, a number. */
		VERSION("$version"),

		/** The time of creation, as microseconds since the epoch. */
		CREATED_AT("$createdAt"),

		/** The time of the last change, as microseconds since the epoch. */
		UPDATED_AT("$updatedAt");

		private final String text;

		Attribute(String text) {
			this.text = text;
		}

		/**
		 * Whether the attribute is a time.
		 * @return true for the times of creation and change
		 */
		public boolean isTime() {
			return this == CREATED_AT || this == UPDATED_AT;
		}

	}

	private final @Nullable Attribute attribute;

	private final List<String> segments;

	private Path(@Nullable Attribute attribute, List<String> segments) {
		this.attribute = attribute;
		this.segments = segments;
	}

	/**
	 * Reads a path.
	 * @param text the path as a user writes it
	 * @return the path
	 * @throws IllegalArgumentException if it is malformed, with the place and the rule
	 */
	public static Path parse(String text) {
		if (text == null || text.isEmpty()) {
			throw new IllegalArgumentException("'path' must not be empty");
		}
		if (text.startsWith("$")) {
			return new Path(attribute(text), List.of());
		}
		return new Path(null, new Parser(text).segments());
	}

	private static Attribute attribute(String text) {
		for (Attribute attribute : Attribute.values()) {
			if (attribute.text.equals(text)) {
				return attribute;
			}
		}
		throw new IllegalArgumentException("'path' must be one of $id, $type, $source, $version, $createdAt and "
				+ "$updatedAt where it starts with '$', but was '" + text
				+ "'; put a payload key that starts with '$' in backticks");
	}

	/**
	 * The attribute that the path addresses.
	 * @return the attribute, or null for a path into the payload
	 */
	public @Nullable Attribute attribute() {
		return this.attribute;
	}

	/**
	 * The keys from the payload's root on.
	 * @return at least one key, or none for an attribute
	 */
	public List<String> segments() {
		return this.segments;
	}

	/**
	 * The value of a fact at the path.
	 * @param fact the fact
	 * @return a canonical value, null, or {@link #MISSING}
	 */
	public @Nullable Object resolve(StoredFact fact) {
		if (this.attribute == null) {
			return resolve(fact.payload().map());
		}
		return switch (this.attribute) {
			case ID -> fact.id();
			case TYPE -> fact.type();
			case SOURCE -> (fact.source() != null) ? fact.source() : MISSING;
			case VERSION -> fact.version();
			case CREATED_AT -> micros(fact.createdAt());
			case UPDATED_AT -> micros(fact.updatedAt());
		};
	}

	/**
	 * The value of a payload at the path.
	 * @param payload the payload
	 * @return a canonical value, null, or {@link #MISSING}
	 */
	public @Nullable Object resolve(Map<String, ?> payload) {
		Object value = payload;
		for (String segment : this.segments) {
			if (!(value instanceof Map<?, ?> map) || !map.containsKey(segment)) {
				return MISSING;
			}
			value = map.get(segment);
		}
		return value;
	}

	/**
	 * A time as microseconds since the epoch, the form in which times are compared and
	 * stored.
	 * @param time the time
	 * @return its microseconds, rounded down
	 * @throws ArithmeticException if they do not fit a {@code long}, which they do for
	 * some 290,000 years in both directions
	 */
	public static long micros(Instant time) {
		// ChronoUnit.MICROS.between overflows on Java 17 for times after 2262
		return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
	}

	/**
	 * The time of microseconds since the epoch.
	 * @param micros the microseconds
	 * @return the time
	 */
	public static Instant instant(long micros) {
		return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Path path && this.attribute == path.attribute && this.segments.equals(path.segments);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.attribute, this.segments);
	}

	/**
	 * The path as {@link #parse} reads it, in one form for all that mean the same.
	 */
	@Override
	public String toString() {
		return (this.attribute != null) ? this.attribute.text
				: this.segments.stream().map(Path::quoted).collect(Collectors.joining("."));
	}

	private static String quoted(String segment) {
		boolean plain = !segment.isEmpty() && segment.codePoints().allMatch(Path::isPlain);
		return plain ? segment : "`" + segment.replace("`", "``") + "`";
	}

	private static boolean isPlain(int codePoint) {
		return Character.isLetterOrDigit(codePoint) || codePoint == '_' || codePoint == '-';
	}

	private static final class Parser {

		private final String text;

		private int position;

		Parser(String text) {
			this.text = text;
		}

		List<String> segments() {
			List<String> segments = new ArrayList<>();
			segments.add(segment());
			while (this.position < this.text.length()) {
				if (this.text.charAt(this.position) != '.') {
					throw malformed();
				}
				this.position++;
				segments.add(segment());
			}
			return List.copyOf(segments);
		}

		private String segment() {
			if (this.position < this.text.length() && this.text.charAt(this.position) == '`') {
				return quotedSegment();
			}
			int start = this.position;
			while (this.position < this.text.length() && isPlain(this.text.codePointAt(this.position))) {
				this.position += Character.charCount(this.text.codePointAt(this.position));
			}
			if (start == this.position) {
				throw malformed();
			}
			return this.text.substring(start, this.position);
		}

		private String quotedSegment() {
			StringBuilder segment = new StringBuilder();
			this.position++;
			while (this.position < this.text.length()) {
				char next = this.text.charAt(this.position++);
				if (next != '`') {
					segment.append(next);
				}
				else if (this.position < this.text.length() && this.text.charAt(this.position) == '`') {
					segment.append('`');
					this.position++;
				}
				else {
					return CanonicalJson.requireStorable(segment.toString(),
							"'path' must not hold NUL or lone surrogates");
				}
			}
			throw malformed();
		}

		private IllegalArgumentException malformed() {
			return new IllegalArgumentException("'path' must be keys joined by dots, each of letters, digits, '_' and "
					+ "'-' or else in backticks, but was '" + this.text + "', malformed at position " + this.position);
		}

	}

}
