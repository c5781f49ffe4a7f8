package io.memstate.storage.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import io.memstate.storage.Path;
import io.memstate.storage.redis.IndexPage.Row;
import io.memstate.storage.redis.Keyspace.Keys;

/**
 * Fills the index of a path that was added over stored facts, a few pages at a time: on
 * behalf of queries that would have used it, so that no start and no write has to wait
 * for it. How far it got is kept in the namespace.
 */
final class IndexFiller {

	private static final long BUDGET = Duration.ofMillis(100).toNanos();

	private static final byte[] NONE = {};

	private final RedisConnections connections;

	private final IndexReader reader;

	private final Keyspace keyspace;

	IndexFiller(RedisConnections connections, IndexReader reader, Keyspace keyspace) {
		this.connections = connections;
		this.reader = reader;
		this.keyspace = keyspace;
	}

	/**
	 * Goes on filling for a while.
	 */
	void fill(String namespace, String type, Set<Path> paths) {
		long deadline = System.nanoTime() + BUDGET;
		Keys keys = this.keyspace.namespace(namespace);
		for (Path path : paths) {
			while (page(keys, type, path)) {
				if (System.nanoTime() - deadline > 0) {
					return;
				}
			}
		}
	}

	private boolean page(Keys keys, String type, Path path) {
		byte[] token = new ByteWriter().int64(ThreadLocalRandom.current().nextLong()).toByteArray();
		byte[] progress = (byte[]) this.connections
			.run(RedisScript.START, "index facts", List.of(keys.meta()),
					List.of(ByteWriter.utf8(type), ByteWriter.utf8(path.toString()), token))
			.get(0);
		if (progress.length == 0) {
			return false;
		}
		Span all = IndexMember.type(type);
		Span rest = (progress.length == token.length) ? all
				: all.from(java.util.Arrays.copyOfRange(progress, token.length, progress.length));
		IndexPage page = this.reader.pages(keys, null, List.of(rest), false, this.reader.maxPage()).get(0);
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(ByteWriter.utf8(type));
		arguments.add(ByteWriter.utf8(path.toString()));
		arguments.add(progress);
		arguments.add(page.more() ? new ByteWriter().raw(java.util.Arrays.copyOf(progress, token.length))
			.raw(page.last())
			.int8(0)
			.toByteArray() : NONE);
		for (Row row : page.rows()) {
			arguments.add(ByteWriter.utf8(row.state().id()));
			arguments.add(ByteWriter.utf8(Long.toString(row.state().version())));
			arguments.add(IndexValue.of(path.resolve(row.fact())).bytes());
		}
		List<Object> answer = this.connections.run(RedisScript.FILL, "index facts",
				List.of(keys.meta(), keys.index(), keys.facts()), arguments);
		return (Long) answer.get(0) == 1 && page.more();
	}

}
