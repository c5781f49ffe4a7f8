package io.memstate.storage.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Puts bytes together, numbers with the highest byte first.
 */
final class ByteWriter {

	private static final int MAX_LENGTH = 0xFFFF;

	private byte[] bytes = new byte[128];

	private int length;

	static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static List<byte[]> all(String... texts) {
		return Arrays.stream(texts).map(ByteWriter::utf8).toList();
	}

	static String string(byte[] utf8) {
		return new String(utf8, StandardCharsets.UTF_8);
	}

	/**
	 * A number as 8 bytes that sort as the numbers do.
	 */
	static byte[] sortable(long number) {
		return new ByteWriter().int64(number ^ Long.MIN_VALUE).toByteArray();
	}

	ByteWriter int8(int value) {
		reserve(1);
		this.bytes[this.length++] = (byte) value;
		return this;
	}

	ByteWriter int16(int value) {
		return int8(value >>> 8).int8(value);
	}

	ByteWriter int32(int value) {
		return int16(value >>> 16).int16(value);
	}

	ByteWriter int64(long value) {
		return int32((int) (value >>> 32)).int32((int) value);
	}

	ByteWriter raw(byte[] value) {
		reserve(value.length);
		System.arraycopy(value, 0, this.bytes, this.length, value.length);
		this.length += value.length;
		return this;
	}

	ByteWriter raw(String value) {
		return raw(utf8(value));
	}

	/**
	 * Adds bytes after their length.
	 */
	ByteWriter sized(byte[] value) {
		if (value.length > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"A name has " + value.length + " bytes, but Redis storage keeps at most " + MAX_LENGTH);
		}
		return int16(value.length).raw(value);
	}

	ByteWriter sized(String value) {
		return sized(utf8(value));
	}

	byte[] toByteArray() {
		return Arrays.copyOf(this.bytes, this.length);
	}

	private void reserve(int more) {
		if (more > this.bytes.length - this.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(2 * this.bytes.length, this.length + more));
		}
	}

}
