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
		return ByteWriter.utf8(this.prefix + ":" + register.name() + ":" + shard);
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
				ByteWriter.utf8(start + "history"), ByteWriter.utf8(start + "steps"), ByteWriter.utf8(start + "calls"),
				ByteWriter.utf8(start + "intents"), ByteWriter.utf8(start + "leases"),
				ByteWriter.utf8(start + "outbox"), ByteWriter.utf8(start + "deliveries"));
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
	 * A register, which lies outside the namespaces' slots.
	 *
	 * @param name the name, safe in a key
	 * @param hook the hook whose changes wait, or empty
	 */
	record Register(String name, String hook) {

		/** The namespaces that hold facts. */
		static final Register NAMESPACES = new Register("namespaces", "");

		/** The namespaces that hold facts which expire, by the first time. */
		static final Register DUE = new Register("due", "");

		/** The namespaces that hold intents. */
		static final Register INTENTS = new Register("intents", "");

		/**
		 * The namespaces that hold changes for a hook, by when the first is due.
		 */
		static Register outbox(String hook) {
			return new Register("outbox." + encode(hook), hook);
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
	 * @param intents a hash: expiry and token of each intent by fact id
	 * @param leases a sorted set: intents by fact id and by token
	 * @param outbox a sorted set: changes to be delivered, by hook
	 * @param deliveries a hash: attempts and leases of the outbox
	 */
	record Keys(byte[] meta, byte[] facts, byte[] singletons, byte[] index, byte[] log, byte[] history, byte[] steps,
			byte[] calls, byte[] intents, byte[] leases, byte[] outbox, byte[] deliveries) {

		List<byte[]> all() {
			return List.of(this.meta, this.facts, this.singletons, this.index, this.log, this.history, this.steps,
					this.calls, this.intents, this.leases, this.outbox, this.deliveries);
		}

	}

}
