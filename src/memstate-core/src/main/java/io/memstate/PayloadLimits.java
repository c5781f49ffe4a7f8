package io.memstate;

/**
 * How large a payload may be. What is larger is refused with a
 * {@link FactValidationException} before anything is written.
 *
 * @param maxDepth how many levels of objects and arrays, the payload itself being the
 * first; 1 to 1,000
 * @param maxBytes how many bytes of UTF-8 a string may have, and the whole payload as
 * canonical JSON but for 1 KiB of keys and punctuation; at least 1
 * @param maxDigits how many digits a number may have in plain notation; 1 to 16,383
 * @since 0.1.0
 */
public record PayloadLimits(int maxDepth, int maxBytes, int maxDigits) {

	/** 500 levels, 1 MiB, 4,096 digits. */
	public static final PayloadLimits DEFAULTS = new PayloadLimits(500, 1024 * 1024, 4096);

	public PayloadLimits {
		require(maxDepth, "maxDepth", 1000);
		require(maxBytes, "maxBytes", Integer.MAX_VALUE / 2);
		require(maxDigits, "maxDigits", 16_383);
	}

	private static void require(int value, String name, int max) {
		if (value < 1 || value > max) {
			throw new IllegalArgumentException("'" + name + "' must be 1 to " + max + ", but was " + value);
		}
	}

}
