package io.memstate.storage.redis;

import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The names of all keys. Those of a namespace share a hash tag and so a slot.
 */
final class Keyspace {

	/** The shards of each register. Part of the format: never change it. */
	static final int SHARDS = 16;

	private final String prefix;

	Keyspace(String prefix) {
		this.prefix = prefix;
	}

	String prefix() {
		return this.prefix;
	}

	byte[] format() {
		return ByteWriter.utf8(this.prefix + ":format");
	}

	byte[] register(Register register, int shard) {
		return ByteWriter.utf8(this.prefix + ":" + register.name().toLowerCase(Locale.ROOT) + ":" + shard);
	}

	static int shard(String namespace) {
		CRC32 crc = new CRC32();
		crc.update(ByteWriter.utf8(namespace));
		return (int) (crc.getValue() % SHARDS);
	}

	Keys namespace(String namespace) {
		String start = this.prefix + ":{" + encode(namespace) + "}:";
		return new Keys(ByteWriter.utf8(start + "meta"), ByteWriter.utf8(start + "facts"),
				ByteWriter.utf8(start + "singletons"), ByteWriter.utf8(start + "index"), ByteWriter.utf8(start + "log"),
				ByteWriter.utf8(start + "history"), ByteWriter.utf8(start + "steps"), ByteWriter.utf8(start + "calls"));
	}

	/**
	 * A name without braces, colons and all else that could mean something in a key.
	 */
	static String encode(String namespace) {
		StringBuilder encoded = new StringBuilder();
		for (byte b : ByteWriter.utf8(namespace)) {
			char c = (char) (b & 0xFF);
			boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
					|| c == '_' || c == '.';
			if (plain) {
				encoded.append(c);
			}
			else {
				encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
			}
		}
		return encoded.toString();
	}

	/**
	 * The registers that lie outside the namespaces' slots.
	 */
	enum Register {

		/** The namespaces that hold facts. */
		NAMESPACES,

		/** The namespaces that hold facts which expire. */
		DUE;

		String argument() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * The keys of a namespace.
	 *
	 * @param meta a hash: counters, marks, key fields and the state of indexes
	 * @param facts a hash: the record of each fact by id
	 * @param singletons a hash: the id of the holder by singleton key
	 * @param index a sorted set: living facts by layer, type, indexed value and expiry
	 * @param log a hash: the entries by sequence
	 * @param history a sorted set: entries by fact and session, steps by layer
	 * @param steps a hash: the record of each step
	 * @param calls a hash: the entries' sequences by idempotency key
	 */
	record Keys(byte[] meta, byte[] facts, byte[] singletons, byte[] index, byte[] log, byte[] history, byte[] steps,
			byte[] calls) {

		List<byte[]> all() {
			return List.of(this.meta, this.facts, this.singletons, this.index, this.log, this.history, this.steps,
					this.calls);
		}

	}

}
