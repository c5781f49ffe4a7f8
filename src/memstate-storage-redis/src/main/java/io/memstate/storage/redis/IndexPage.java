package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.List;

import io.memstate.storage.FactState;
import io.memstate.storage.StoredFact;

/**
 * A page of a range of the index.
 *
 * @param rows the members with their facts
 * @param more whether there may be more in the range
 */
record IndexPage(List<Row> rows, boolean more) {

	static IndexPage of(List<?> answer) {
		List<Row> rows = new ArrayList<>();
		for (int i = 1; i < answer.size(); i += 2) {
			rows.add(Row.of((byte[]) answer.get(i), (byte[]) answer.get(i + 1)));
		}
		return new IndexPage(rows, (Long) answer.get(0) == 1);
	}

	byte[] last() {
		return this.rows.get(this.rows.size() - 1).member();
	}

	/**
	 * A member of the index with its fact.
	 */
	record Row(byte[] member, FactState state, StoredFact fact) {

		static Row of(byte[] member, byte[] record) {
			FactState state = FactRecord.read(id(member), record);
			return new Row(member, state, java.util.Objects.requireNonNull(state.fact()));
		}

		private static String id(byte[] member) {
			int length = member.length;
			int id = ((member[length - 2] & 0xFF) << 8) | (member[length - 1] & 0xFF);
			int end = length - 3;
			if (id >= 0x8000) {
				id -= 0x8000;
				end -= Long.BYTES;
			}
			return new String(member, end - id, id, java.nio.charset.StandardCharsets.UTF_8);
		}

	}

}
