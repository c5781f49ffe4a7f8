package io.memstate.storage.redis;

import java.util.Arrays;

import io.memstate.storage.Path;
import io.memstate.storage.StoredFact;

/**
 * Members of the index of a namespace. What they consist of is made by
 * {@code prelude.lua}; here are the starts of their ranges and how to take them apart.
 */
final class IndexMember {

	private static final int EXPIRES = 0x8000;

	private static final byte[] DUE = { 'e' };

	private IndexMember() {
	}

	/**
	 * The start of the members of a layer, in order of creation.
	 */
	static byte[] layer(String scope) {
		return new ByteWriter().raw("o" + scope).int8(0).toByteArray();
	}

	/**
	 * The start of the members of a type in a layer, in order of creation.
	 */
	static byte[] type(String type, String scope) {
		return new ByteWriter().raw("t" + type).int8(0).raw(scope).int8(0).toByteArray();
	}

	/**
	 * All members of a type, each fact once, by layer.
	 */
	static Span type(String type) {
		byte[] prefix = new ByteWriter().raw("t" + type).int8(0).toByteArray();
		return new Span(new byte[] { 'a' }, new byte[] { 'l' + 1 }).within(prefix);
	}

	/**
	 * The start of the members of an indexed path in a layer, by value, then in order of
	 * creation.
	 */
	static byte[] path(String type, Path path, String scope) {
		return new ByteWriter().raw("p" + type).int8(0).raw(path.toString()).int8(0).raw(scope).int8(0).toByteArray();
	}

	/**
	 * The place right after a fact among members in order of creation.
	 */
	static byte[] after(StoredFact fact) {
		return new ByteWriter().raw(ByteWriter.sortable(Path.micros(fact.createdAt())))
			.raw(fact.id())
			.int8(1)
			.toByteArray();
	}

	/**
	 * The members of what expires at or before a time.
	 */
	static Span due(long micros) {
		return new Span(DUE, Span.next(new ByteWriter().raw(DUE).raw(ByteWriter.sortable(micros)).toByteArray()));
	}

	/**
	 * The value in a member of an indexed path.
	 */
	static byte[] value(byte[] member, int prefix) {
		int length = member.length;
		int id = ((member[length - 2] & 0xFF) << 8) | (member[length - 1] & 0xFF);
		boolean expires = id >= EXPIRES;
		int tail = Long.BYTES + (expires ? id - EXPIRES + Long.BYTES : id) + 3;
		return Arrays.copyOfRange(member, prefix, length - tail);
	}

	/**
	 * A fact that expires.
	 *
	 * @param micros when
	 * @param id the id
	 * @param type the type
	 * @param scope the layer
	 */
	record Due(long micros, String id, String type, String scope) {

		static Due of(byte[] member) {
			ByteReader reader = new ByteReader(member);
			reader.skip(1);
			long micros = reader.int64() ^ Long.MIN_VALUE;
			String[] parts = reader.rest().split("\0", -1);
			return new Due(micros, parts[0], parts[1], parts[2]);
		}

	}

}
