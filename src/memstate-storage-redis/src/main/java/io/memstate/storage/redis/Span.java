package io.memstate.storage.redis;

import java.util.Arrays;

/**
 * A range of bytes: from the first, included, to the second, excluded.
 */
record Span(byte[] low, byte[] high) {

	/**
	 * All that starts with a prefix.
	 */
	static Span startingWith(byte[] prefix) {
		return new Span(prefix, next(prefix));
	}

	/**
	 * The first bytes after all that start with a prefix.
	 */
	static byte[] next(byte[] prefix) {
		int last = prefix.length - 1;
		while (prefix[last] == (byte) 0xFF) {
			last--;
		}
		byte[] next = Arrays.copyOf(prefix, last + 1);
		next[last]++;
		return next;
	}

	boolean isEmpty() {
		return Arrays.compareUnsigned(this.low, this.high) >= 0;
	}

	Span from(byte[] bound) {
		return (Arrays.compareUnsigned(bound, this.low) > 0) ? new Span(bound, this.high) : this;
	}

	Span to(byte[] bound) {
		return (Arrays.compareUnsigned(bound, this.high) < 0) ? new Span(this.low, bound) : this;
	}

	/**
	 * The range behind a prefix.
	 */
	Span within(byte[] prefix) {
		return new Span(concat(prefix, this.low), concat(prefix, this.high));
	}

	byte[] minimum() {
		return concat(new byte[] { '[' }, this.low);
	}

	byte[] maximum() {
		return concat(new byte[] { '(' }, this.high);
	}

	private static byte[] concat(byte[] first, byte[] second) {
		byte[] both = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, both, first.length, second.length);
		return both;
	}

}
