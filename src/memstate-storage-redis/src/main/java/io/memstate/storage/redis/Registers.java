package io.memstate.storage.redis;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.memstate.StorageException;
import io.memstate.storage.Values;
import io.memstate.storage.redis.Keyspace.Keys;
import io.memstate.storage.redis.Keyspace.Register;
import org.jspecify.annotations.Nullable;

/**
 * The registers from which a search over all namespaces starts. They lie in other slots
 * than the namespaces, so no script can write both. The order of the steps sees to it
 * that an entry may be false but is never missing: the namespace is entered under a fresh
 * token, then marked with it in its own slot, and no unit is written there without a
 * mark. An entry is taken out only after a script in the namespace's slot has removed the
 * mark, found another one, or found none; that script also begins a new generation, which
 * stops whoever has entered the namespace but not marked it yet.
 */
final class Registers {

	private static final int ATTEMPTS = 100;

	private static final int TOKEN_LENGTH = 16;

	private final RedisConnections connections;

	private final Keyspace keyspace;

	private final SecureRandom random = new SecureRandom();

	Registers(RedisConnections connections, Keyspace keyspace) {
		this.connections = connections;
		this.keyspace = keyspace;
	}

	/**
	 * An entry of a register.
	 *
	 * @param namespace the namespace
	 * @param token the token under which it was entered
	 */
	record Entry(String namespace, String token) {

		byte[] member() {
			return new ByteWriter().raw(this.namespace).int8(0).raw(this.token).toByteArray();
		}

		static Entry of(byte[] member) {
			String text = ByteWriter.string(member);
			int end = text.length() - TOKEN_LENGTH;
			return new Entry(text.substring(0, end - 1), text.substring(end));
		}

	}

	/**
	 * A namespace that is entered and has yet to be marked.
	 *
	 * @param entry the entry
	 * @param generation the generation of the namespace before
	 */
	record Step(Entry entry, String generation) {
	}

	/**
	 * Enters a namespace and marks it.
	 * @param bound the millisecond from which on it is due, or 0
	 */
	void enter(Register register, String namespace, long bound) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (mark(register, begin(register, namespace, bound), bound)) {
				return;
			}
		}
		throw new StorageException("Could not enter namespace '" + namespace + "' in the register " + register.name()
				+ " of " + this.connections.description() + " in " + ATTEMPTS
				+ " attempts, because others kept removing it; try again");
	}

	Step begin(Register register, String namespace, long bound) {
		String generation = generation(this.keyspace.namespace(namespace));
		Entry entry = new Entry(namespace, token());
		add(register, entry, bound);
		return new Step(entry, generation);
	}

	boolean mark(Register register, Step step, long bound) {
		Entry entry = step.entry();
		List<Object> answer = this.connections.run(RedisScript.MARK, "mark namespace '" + entry.namespace() + "'",
				List.of(this.keyspace.namespace(entry.namespace()).meta()),
				List.of(ByteWriter.utf8(register.name()), ByteWriter.utf8(step.generation()),
						ByteWriter.utf8(entry.token()), ByteWriter.utf8(Long.toString(bound))));
		int verdict = ((Long) answer.get(0)).intValue();
		if (verdict == 1) {
			String unused = ByteWriter.string((byte[]) answer.get(1));
			if (!unused.isEmpty()) {
				remove(register, new Entry(entry.namespace(), unused));
			}
			return true;
		}
		remove(register, entry);
		return verdict == 2;
	}

	private String generation(Keys keys) {
		List<Object> answer = this.connections.run(RedisScript.FIELDS, "read the marks of a namespace",
				List.of(keys.meta()), List.of(ByteWriter.utf8("1"), ByteWriter.utf8("gen")));
		byte[] generation = (answer.size() > 1) ? (byte[]) answer.get(1) : null;
		return (generation != null) ? ByteWriter.string(generation) : "0";
	}

	private String token() {
		byte[] token = new byte[TOKEN_LENGTH / 2];
		this.random.nextBytes(token);
		return HexFormat.of().formatHex(token);
	}

	private void add(Register register, Entry entry, double score) {
		this.connections.execute("enter namespace '" + entry.namespace() + "'",
				(connection) -> connection.zSetCommands()
					.zAdd(key(register, entry.namespace()), score, entry.member()));
	}

	private void remove(Register register, Entry entry) {
		this.connections.execute("remove an entry of namespace '" + entry.namespace() + "'",
				(connection) -> connection.zSetCommands().zRem(key(register, entry.namespace()), entry.member()));
	}

	private byte[] key(Register register, String namespace) {
		return this.keyspace.register(register, Keyspace.shard(namespace));
	}

	/**
	 * Takes an entry out if it is not needed, and raises it if it was too early.
	 */
	void review(Register register, Entry entry) {
		Keys keys = this.keyspace.namespace(entry.namespace());
		List<Object> answer = this.connections.run(RedisScript.REVIEW, "review namespace '" + entry.namespace() + "'",
				List.of(keys.meta(), keys.index(), keys.leases(), keys.outbox(), keys.deliveries()),
				ByteWriter.all(register.name(), entry.token(), register.hook(), RedisOutbox.PARTITIONS));
		int verdict = ((Long) answer.get(0)).intValue();
		if (verdict == 1) {
			remove(register, entry);
		}
		else if (verdict == 2) {
			add(register, entry, Double.parseDouble(ByteWriter.string((byte[]) answer.get(1))));
		}
	}

	/**
	 * Some entries of a register by namespace.
	 *
	 * @param entries the entries, by namespace in code-point order
	 * @param more whether there are more namespaces after these
	 */
	record Page(NavigableMap<String, List<Entry>> entries, boolean more) {
	}

	/**
	 * Entries of a register whose entries have no bounds.
	 * @param from where to start, or null for the beginning
	 * @param inclusive whether to start with that namespace or after it
	 * @param limit how many of each shard
	 */
	Page page(Register register, @Nullable String from, boolean inclusive, int limit) {
		byte[] low = (from != null) ? new ByteWriter().raw("[" + from).int8(inclusive ? 0 : 1).toByteArray()
				: ByteWriter.utf8("-");
		NavigableMap<String, List<Entry>> entries = new TreeMap<>(Values::compareStrings);
		String end = null;
		for (int shard = 0; shard < Keyspace.SHARDS; shard++) {
			List<Entry> read = entries(this.connections.run(RedisScript.MEMBERS, "list namespaces",
					List.of(this.keyspace.register(register, shard)), List.of(low, ByteWriter.utf8("+"),
							ByteWriter.utf8(Integer.toString(limit)), ByteWriter.utf8("0"))));
			read.forEach((entry) -> entries.computeIfAbsent(entry.namespace(), (name) -> new ArrayList<>()).add(entry));
			if (read.size() == limit) {
				String last = read.get(limit - 1).namespace();
				end = (end == null || Values.compareStrings(last, end) < 0) ? last : end;
			}
		}
		// beyond the first shard's end, those of that shard are not known yet
		return (end != null) ? new Page(entries.headMap(end, true), true) : new Page(entries, false);
	}

	/**
	 * Shows the namespaces of a shard whose bound has come to an action, the earliest
	 * first, until it has found something in a page of them. Entries that turn out to be
	 * false are reviewed, and never hide the true ones behind them.
	 * @param limit how many are a page
	 * @param action tells whether it found something
	 */
	void forDue(Register register, int shard, long millis, int limit, Predicate<String> action) {
		List<Entry> last;
		List<Entry> entries = List.of();
		boolean found = false;
		do {
			last = entries;
			entries = due(register, shard, millis, limit);
			for (Entry entry : entries) {
				if (action.test(entry.namespace())) {
					found = true;
				}
				else {
					review(register, entry);
				}
			}
		}
		while (!found && entries.size() == limit && !entries.equals(last));
	}

	/**
	 * The entries of a shard whose bound has come, the earliest first.
	 */
	private List<Entry> due(Register register, int shard, long millis, int limit) {
		return entries(this.connections.run(RedisScript.DUE, "find what is due",
				List.of(this.keyspace.register(register, shard)),
				ByteWriter.all(Long.toString(millis), Integer.toString(limit))));
	}

	/**
	 * Shows every entry of a register to an action, in no order.
	 */
	void forEach(Register register, Consumer<Entry> action) {
		for (int shard = 0; shard < Keyspace.SHARDS; shard++) {
			String place = "0";
			do {
				List<Object> answer = this.connections.run(RedisScript.SCAN, "list namespaces",
						List.of(this.keyspace.register(register, shard)), ByteWriter.all(place));
				place = ByteWriter.string((byte[]) answer.get(0));
				List<?> members = (List<?>) answer.get(1);
				for (int i = 0; i < members.size(); i += 2) {
					action.accept(Entry.of((byte[]) members.get(i)));
				}
			}
			while (!place.equals("0"));
		}
	}

	private static List<Entry> entries(List<Object> members) {
		List<Entry> entries = new ArrayList<>();
		members.forEach((member) -> entries.add(Entry.of((byte[]) member)));
		return entries;
	}

}
