package io.memstate.storage.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Takes apart what a {@link ByteWriter} put together.
 */
final class ByteReader {

	private final ByteBuffer buffer;

	ByteReader(byte[] bytes) {
		this.buffer = ByteBuffer.wrap(bytes);
	}

	int int8() {
		return this.buffer.get() & 0xFF;
	}

	int int16() {
		return this.buffer.getShort() & 0xFFFF;
	}

	long int64() {
		return this.buffer.getLong();
	}

	byte[] sized() {
		byte[] value = new byte[int16()];
		this.buffer.get(value);
		return value;
	}

	String sizedString() {
		return new String(sized(), StandardCharsets.UTF_8);
	}

	void skip(int count) {
		this.buffer.position(this.buffer.position() + count);
	}

	String rest() {
		return StandardCharsets.UTF_8.decode(this.buffer).toString();
	}

}
