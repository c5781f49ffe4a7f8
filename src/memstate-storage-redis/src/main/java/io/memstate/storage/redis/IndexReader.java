package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.redis.Keyspace.Keys;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of the index of a namespace. A page and its facts are read by one script,
 * so that they agree; its work is bounded by the number of facts and their bytes.
 */
final class IndexReader {

	private static final byte[] BUDGET = ByteWriter.utf8(Integer.toString(4 * 1024 * 1024));

	private final RedisConnections connections;

	private final int maxPage;

	private final LongAdder factsRead = new LongAdder();

	IndexReader(RedisConnections connections, int maxPage) {
		this.connections = connections;
		this.maxPage = maxPage;
	}

	/**
	 * How many facts a page has at most, all its ranges together.
	 */
	int maxPage() {
		return this.maxPage;
	}

	/**
	 * How many facts have been read so far, for tests.
	 */
	long factsRead() {
		return this.factsRead.sum();
	}

	/**
	 * Reads facts by their ids.
	 * @param ids the ids
	 * @return what there is, removed ones too
	 */
	Map<String, FactState> facts(Keys keys, Collection<String> ids) {
		Map<String, FactState> facts = new HashMap<>();
		List<String> distinct = ids.stream().distinct().toList();
		List<byte[]> fields = distinct.stream().map(ByteWriter::utf8).toList();
		new Fields(this.connections, keys.facts()).read("read facts", fields,
				(index, value) -> facts.put(distinct.get(index), FactRecord.read(distinct.get(index), value)));
		this.factsRead.add(facts.size());
		return facts;
	}

	/**
	 * Reads the first facts of each range.
	 * @param guard the path whose index is read, or null for an index that is always
	 * complete
	 * @param limit how many facts of each range
	 * @throws IndexNotReadyException if the index of the path is not complete
	 */
	List<IndexPage> pages(Keys keys, @Nullable Guard guard, List<Span> ranges, boolean reverse, int limit) {
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(ByteWriter.utf8((guard != null) ? guard.type() : ""));
		arguments.add(ByteWriter.utf8((guard != null) ? guard.path().toString() : ""));
		arguments.add(ByteWriter.utf8(reverse ? "1" : "0"));
		arguments.add(ByteWriter.utf8(Integer.toString(limit)));
		arguments.add(BUDGET);
		for (Span range : ranges) {
			arguments.add(range.minimum());
			arguments.add(range.maximum());
		}
		List<Object> answer = this.connections.run(RedisScript.PAGE, "query facts",
				List.of(keys.meta(), keys.index(), keys.facts()), arguments);
		if ((Long) answer.get(0) == 0) {
			throw new IndexNotReadyException();
		}
		List<IndexPage> pages = new ArrayList<>();
		for (Object page : answer.subList(1, answer.size())) {
			IndexPage read = IndexPage.of((List<?>) page);
			this.factsRead.add(read.rows().size());
			pages.add(read);
		}
		return pages;
	}

	/**
	 * How many members lie in groups of ranges, and what is due.
	 *
	 * @param due members of what is due, at most as many as asked for
	 * @param numbers the number of members for each group
	 */
	record Counts(List<byte[]> due, List<Long> numbers) {
	}

	/**
	 * Counts members.
	 * @param type the type whose paths are guarded, or null
	 * @param guards the paths whose indexes must be complete
	 * @param due what is due
	 * @param dueLimit how much of it to read
	 * @throws IndexNotReadyException if the index of a path is not complete
	 */
	Counts count(Keys keys, @Nullable String type, Collection<Path> guards, Span due, int dueLimit,
			List<List<Span>> groups) {
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(ByteWriter.utf8((type != null) ? type : ""));
		arguments.add(due.maximum());
		arguments.add(ByteWriter.utf8(Integer.toString(dueLimit)));
		arguments.add(ByteWriter.utf8(Integer.toString(guards.size())));
		guards.forEach((path) -> arguments.add(ByteWriter.utf8(path.toString())));
		arguments.add(ByteWriter.utf8(Integer.toString(groups.size())));
		for (List<Span> group : groups) {
			arguments.add(ByteWriter.utf8(Integer.toString(group.size())));
			for (Span range : group) {
				arguments.add(range.minimum());
				arguments.add(range.maximum());
			}
		}
		List<Object> answer = this.connections.run(RedisScript.COUNT, "count facts", List.of(keys.meta(), keys.index()),
				arguments);
		if ((Long) answer.get(0) == 0) {
			throw new IndexNotReadyException();
		}
		List<byte[]> members = new ArrayList<>();
		((List<?>) answer.get(1)).forEach((member) -> members.add((byte[]) member));
		List<Long> numbers = new ArrayList<>();
		answer.subList(2, answer.size()).forEach((number) -> numbers.add((Long) number));
		return new Counts(members, numbers);
	}

	/**
	 * An index that may be incomplete.
	 */
	record Guard(String type, Path path) {
	}

	/**
	 * The index of a path does not have every fact yet.
	 */
	@SuppressWarnings("serial")
	static final class IndexNotReadyException extends RuntimeException {

		IndexNotReadyException() {
			super("The index is not ready", null, false, false);
		}

	}

}
