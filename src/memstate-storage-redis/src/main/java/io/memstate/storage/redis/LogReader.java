package io.memstate.storage.redis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.memstate.storage.Path;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;
import io.memstate.storage.redis.Keyspace.Keys;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log and the steps of a namespace.
 */
final class LogReader {

	private static final int HISTORY_SUFFIX = 2 * Long.BYTES;

	private static final String BUDGET = Integer.toString(4 * 1024 * 1024);

	private final RedisConnections connections;

	private final Keyspace keyspace;

	private final int maxPage;

	LogReader(RedisConnections connections, Keyspace keyspace, int maxPage) {
		this.maxPage = maxPage;
		this.connections = connections;
		this.keyspace = keyspace;
	}

	List<StoredEntry> log(StorageLogQuery query) {
		List<StoredEntry> entries = new ArrayList<>();
		String beyond = (query.beyond() != null) ? query.beyond().toString() : "";
		boolean more = true;
		while (more && entries.size() < query.limit()) {
			int size = Math.min(this.maxPage, Math.max(this.maxPage / 4, query.limit() - entries.size()));
			List<Object> answer = page(query, beyond, filters(query) ? size : Math.min(size, query.limit()));
			for (StoredEntry entry : entries(answer)) {
				if (entries.size() < query.limit() && query.matches(entry)) {
					entries.add(entry);
				}
			}
			more = (Long) answer.get(0) == 1;
			beyond = ByteWriter.string((byte[]) answer.get(1));
		}
		return entries;
	}

	private static boolean filters(StorageLogQuery query) {
		return query.operation() != null || query.since() != null || query.until() != null
				|| (query.sessionId() != null && query.factId() != null);
	}

	private List<Object> page(StorageLogQuery query, String beyond, int limit) {
		String kind = "n";
		String subject = "";
		if (query.idempotencyKey() != null) {
			kind = "c";
			subject = query.idempotencyKey();
		}
		else if (query.step() != null) {
			kind = "s";
			subject = query.step();
		}
		else if (query.factId() != null) {
			kind = "f";
			subject = query.factId();
		}
		else if (query.sessionId() != null) {
			kind = "x";
			subject = query.sessionId();
		}
		Keys keys = this.keyspace.namespace(query.namespace());
		return this.connections.run(RedisScript.ENTRIES, "read the log",
				List.of(keys.meta(), keys.log(), keys.history(), keys.steps(), keys.calls()),
				arguments(kind, subject, beyond, query.ascending() ? "1" : "0", Integer.toString(limit), BUDGET));
	}

	private static List<StoredEntry> entries(List<Object> answer) {
		List<StoredEntry> entries = new ArrayList<>();
		for (int i = 2; i < answer.size(); i += 2) {
			long sequence = Long.parseLong(ByteWriter.string((byte[]) answer.get(i)));
			entries.add(EntryRecord.read(sequence, (byte[]) answer.get(i + 1)));
		}
		return entries;
	}

	List<StoredStep> steps(StepQuery query) {
		Keys keys = this.keyspace.namespace(query.namespace());
		List<StoredStep> steps = new ArrayList<>();
		String below = "";
		while (steps.size() < query.limit()) {
			int size = Math.min(this.maxPage, query.limit() - steps.size());
			List<Object> answer = this.connections.run(RedisScript.STEPS, "read the steps",
					List.of(keys.steps(), keys.history()), arguments(query.selection().name(),
							FactRecord.scope(query.sessionId()), below, Integer.toString(size)));
			for (int i = 0; i < answer.size(); i += 2) {
				steps.add(step(ByteWriter.string((byte[]) answer.get(i)), (byte[]) answer.get(i + 1)));
			}
			if (answer.size() < 2 * size) {
				break;
			}
			StoredStep last = steps.get(steps.size() - 1);
			boolean undone = query.selection() == StepQuery.Selection.UNDONE && last.undoneAt() != null;
			below = String.valueOf(undone ? last.undoneAt() : Long.valueOf(last.sequence()));
		}
		return steps;
	}

	private static StoredStep step(String step, byte[] bytes) {
		ByteReader record = new ByteReader(bytes);
		record.int8();
		boolean longTerm = record.int8() == 1;
		long sequence = record.int64();
		long undoneAt = record.int64();
		String scope = record.sizedString();
		return new StoredStep(step, scope.isEmpty() ? null : scope.substring(1), longTerm, sequence,
				(undoneAt != 0) ? undoneAt : null);
	}

	/*
	 * Runs through the members of facts in the history, which end with sequence and time,
	 * and picks each fact's last that is not too late.
	 */
	List<StoredEntry> lastEntries(String namespace, Instant at, @Nullable String afterFactId, int limit) {
		Keys keys = this.keyspace.namespace(namespace);
		long latest = Path.micros(at);
		List<Long> sequences = new ArrayList<>();
		byte[] low = (afterFactId != null) ? new ByteWriter().raw("f" + afterFactId).int8(1).toByteArray()
				: ByteWriter.utf8("f");
		boolean more = true;
		while (more && sequences.size() < limit) {
			List<byte[]> members = history(keys, new Span(low, ByteWriter.utf8("g")), false);
			more = members.size() == this.maxPage;
			int from = 0;
			while (from < members.size() && sequences.size() < limit) {
				byte[] fact = fact(members.get(from));
				int to = from;
				Long last = null;
				while (to < members.size() && Arrays.equals(fact, fact(members.get(to)))) {
					last = (time(members.get(to)) <= latest) ? Long.valueOf(sequence(members.get(to))) : last;
					to++;
				}
				if (to == members.size() && more) {
					last = last(keys, fact, latest);
				}
				if (last != null) {
					sequences.add(last);
				}
				from = to;
				low = Span.next(fact);
			}
		}
		return entries(keys, sequences);
	}

	private @Nullable Long last(Keys keys, byte[] fact, long latest) {
		Span span = Span.startingWith(fact);
		while (true) {
			List<byte[]> members = history(keys, span, true);
			for (byte[] member : members) {
				if (time(member) <= latest) {
					return sequence(member);
				}
			}
			if (members.size() < this.maxPage) {
				return null;
			}
			span = span.to(members.get(members.size() - 1));
		}
	}

	private List<byte[]> history(Keys keys, Span span, boolean reverse) {
		List<Object> answer = this.connections.run(RedisScript.MEMBERS, "read the history", List.of(keys.history()),
				List.of(span.minimum(), span.maximum(), ByteWriter.utf8(Integer.toString(this.maxPage)),
						ByteWriter.utf8(reverse ? "1" : "0")));
		return answer.stream().map((member) -> (byte[]) member).toList();
	}

	private static byte[] fact(byte[] member) {
		return Arrays.copyOf(member, member.length - HISTORY_SUFFIX);
	}

	private static long sequence(byte[] member) {
		return java.nio.ByteBuffer.wrap(member).getLong(member.length - HISTORY_SUFFIX);
	}

	private static long time(byte[] member) {
		return java.nio.ByteBuffer.wrap(member).getLong(member.length - Long.BYTES) ^ Long.MIN_VALUE;
	}

	private List<StoredEntry> entries(Keys keys, List<Long> sequences) {
		List<StoredEntry> entries = new ArrayList<>();
		List<byte[]> fields = sequences.stream().map((sequence) -> ByteWriter.utf8(sequence.toString())).toList();
		new Fields(this.connections, keys.log()).read("read the log", fields,
				(index, value) -> entries.add(EntryRecord.read(sequences.get(index), value)));
		return entries;
	}

	private static List<byte[]> arguments(String... values) {
		return Arrays.stream(values).map(ByteWriter::utf8).toList();
	}

}
