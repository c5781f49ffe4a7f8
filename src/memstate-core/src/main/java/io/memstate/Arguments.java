package io.memstate;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CanonicalJson;

/**
 * Checks of arguments, with messages of one form.
 */
final class Arguments {

	private static final int MAX_NAME = 255;

	private static final int MAX_TEXT = 4096;

	// about the year 292,000: what microseconds in a long can hold, with room for
	// arithmetic
	private static final Instant MAX_TIME = Instant.ofEpochSecond(Long.MAX_VALUE / 1_000_000 - 1);

	private static final Instant MIN_TIME = Instant.ofEpochSecond(Long.MIN_VALUE / 1_000_000 + 1);

	private Arguments() {
	}

	static <T> T notNull(@Nullable T value, String name) {
		if (value == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return value;
	}

	/** An id, a type, a namespace, a session id, an actor, a key. */
	static String name(String value, String name) {
		if (notNull(value, name).isBlank()) {
			throw new IllegalArgumentException("'" + name + "' must not be blank");
		}
		return text(value, name, MAX_NAME);
	}

	/** A source or a reason. */
	static String text(String value, String name) {
		if (notNull(value, name).isEmpty()) {
			throw new IllegalArgumentException("'" + name + "' must not be empty");
		}
		return text(value, name, MAX_TEXT);
	}

	private static String text(String value, String name, int max) {
		int length = value.codePointCount(0, value.length());
		if (length > max) {
			throw new IllegalArgumentException("'" + name + "' must have at most " + max + " characters, but has "
					+ length + ": '" + shortened(value) + "'");
		}
		if (hasControl(value)) {
			throw new IllegalArgumentException(
					"'" + name + "' must not hold control characters such as line breaks: '" + shortened(value) + "'");
		}
		return CanonicalJson.requireStorable(value, "'" + name + "' must not hold lone surrogates");
	}

	private static boolean hasControl(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (Character.isISOControl(value.charAt(i))) {
				return true;
			}
		}
		return false;
	}

	static int atLeastOne(int value, String name) {
		if (value < 1) {
			throw new IllegalArgumentException("'" + name + "' must be at least 1, but was " + value);
		}
		return value;
	}

	static Instant time(Instant value, String name) {
		if (notNull(value, name).isBefore(MIN_TIME) || value.isAfter(MAX_TIME)) {
			throw new IllegalArgumentException(
					"'" + name + "' must lie between " + MIN_TIME + " and " + MAX_TIME + ", but was " + value);
		}
		return value.truncatedTo(ChronoUnit.MICROS);
	}

	/** A value for a message: without control characters and not too long. */
	static String shortened(String value) {
		String printable = value.replaceAll("\\p{Cntrl}", "\uFFFD");
		return (printable.codePointCount(0, printable.length()) <= 60) ? printable
				: printable.substring(0, printable.offsetByCodePoints(0, 60)) + "…";
	}

}
