package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reads fields of a hash, as many at a time as the server can hand out without keeping
 * others waiting.
 *
 * @param connections where to
 * @param key the key of the hash
 */
record Fields(RedisConnections connections, byte[] key) {

	private static final int PAGE = 500;

	static final byte[] BUDGET = ByteWriter.utf8(Integer.toString(4 * 1024 * 1024));

	/**
	 * Reads fields.
	 * @param consumer is given the place and the value of each field that there is
	 */
	void read(String what, List<byte[]> fields, BiConsumer<Integer, byte[]> consumer) {
		int from = 0;
		while (from < fields.size()) {
			List<byte[]> arguments = new ArrayList<>();
			arguments.add(BUDGET);
			arguments.addAll(fields.subList(from, Math.min(fields.size(), from + PAGE)));
			List<Object> answer = this.connections.run(RedisScript.FIELDS, what, List.of(this.key), arguments);
			int read = ((Long) answer.get(0)).intValue();
			for (int i = 0; i < read; i++) {
				Object value = answer.get(i + 1);
				if (value != null) {
					consumer.accept(from + i, (byte[]) value);
				}
			}
			from += read;
		}
	}

}
