package io.memstate.storage.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.IndexingStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.Outbox;
import io.memstate.storage.Path;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import io.memstate.storage.redis.Keyspace.Keys;
import io.memstate.storage.redis.Keyspace.Register;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Facts and their log in Redis, or in anything that speaks its protocol and runs its Lua
 * scripts, from version 6.2 on; a single server, one behind Sentinel, or a cluster. No
 * modules are needed.
 * <p>
 * Every write is one script, so it is carried out whole or not at all. What the server
 * confirmed is as durable as the server is configured to be: without
 * {@code appendonly yes} and {@code appendfsync always} it may lose the last writes when
 * it is killed, and <b>an asynchronous failover to a replica loses what the replica had
 * not received</b>, be it confirmed or not. MemState's guarantees do not extend to that.
 * The server must not evict keys: its {@code maxmemory-policy} has to be
 * {@code noeviction}.
 * <p>
 * Redis does not take part in Spring transactions: a write is committed at once, also
 * while a transaction of the caller is active.
 * <p>
 * All keys of a namespace share a hash tag and lie in one slot of a cluster. A namespace
 * is therefore as large as one node can hold.
 *
 * @since 0.1.0
 */
public final class RedisStorage implements IndexingStorage, HookStorage {

	/** The number of the layout of keys that this version reads and writes. */
	private static final String FORMAT = "1";

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final String PREFIX = "memstate";

	private static final int ATTEMPTS = 100;

	private static final int PAGE = 500;

	private static final Logger logger = LoggerFactory.getLogger(RedisStorage.class);

	private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final @Nullable String uri;

	private final RedisConnections connections;

	private final Keyspace keyspace;

	private final Registers registers;

	private final IndexReader reader;

	private final IndexedPaths indexed = new IndexedPaths();

	private final FactQueries queries;

	private final LogReader log;

	private final RedisIntents intents;

	private final RedisOutbox outbox;

	private final AtomicBoolean toldOfTransaction = new AtomicBoolean();

	private RedisStorage(@Nullable String uri, RedisConnections connections, String keyPrefix) {
		this(uri, connections, keyPrefix, PAGE);
	}

	private RedisStorage(@Nullable String uri, RedisConnections connections, String keyPrefix, int maxPage) {
		this.uri = uri;
		this.connections = connections;
		this.keyspace = new Keyspace(keyPrefix);
		this.registers = new Registers(connections, this.keyspace);
		this.reader = new IndexReader(connections, maxPage);
		this.queries = new FactQueries(this.reader, this.keyspace, this.indexed,
				new IndexFiller(connections, this.reader, this.keyspace));
		this.log = new LogReader(connections, this.keyspace, maxPage);
		this.intents = new RedisIntents(connections, this.keyspace, this.registers);
		this.outbox = new RedisOutbox(connections, this.keyspace, this.registers);
	}

	/**
	 * A storage on a connection of its own, which {@link #close()} closes. Nothing is
	 * connected before it is needed. The key prefix is {@code memstate} and the time-out
	 * 5 seconds.
	 * @param uri {@code redis://[user:password@]host[:port][/database]},
	 * {@code rediss://} for TLS, {@code redis-sentinel://}, or several hosts joined by
	 * commas for a cluster; a single node of a cluster leads to the others
	 * @return the storage
	 * @throws IllegalArgumentException if the URI is malformed
	 */
	public static RedisStorage open(String uri) {
		requireNonNull(uri, "uri");
		return new RedisStorage(uri, new RedisConnections(new OwnedConnectionSource(uri, TIMEOUT)), PREFIX);
	}

	/**
	 * A storage on the application's connections, which it never closes. Their time-out
	 * is the one that the factory is configured with. The key prefix is {@code memstate}.
	 * @param connectionFactory of Lettuce or Jedis, for a server or a cluster
	 * @return the storage
	 */
	public static RedisStorage using(RedisConnectionFactory connectionFactory) {
		requireNonNull(connectionFactory, "connectionFactory");
		return new RedisStorage(null, new RedisConnections(new BorrowedConnectionSource(connectionFactory)), PREFIX);
	}

	/**
	 * The same storage under another key prefix. Call it right after {@link #open} or
	 * {@link #using} and use only what it returns.
	 * @param keyPrefix what every key starts with, without braces
	 * @return a storage on the same connections
	 */
	public RedisStorage keyPrefix(String keyPrefix) {
		requireNonNull(keyPrefix, "keyPrefix");
		if (keyPrefix.isBlank() || keyPrefix.contains("{") || keyPrefix.contains("}")) {
			throw new IllegalArgumentException("'keyPrefix' must not be blank or hold braces, but was '" + keyPrefix
					+ "'; braces would change the slot of a key");
		}
		return new RedisStorage(this.uri, this.connections, keyPrefix);
	}

	/**
	 * The same storage with another time-out for commands and connecting. Call it right
	 * after {@link #open} and use only what it returns.
	 * @param timeout more than zero
	 * @return a storage with a connection of its own
	 * @throws IllegalStateException if the connections are the application's
	 */
	public RedisStorage commandTimeout(Duration timeout) {
		requireNonNull(timeout, "timeout");
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("'timeout' must be more than zero, but was " + timeout);
		}
		if (this.uri == null) {
			throw new IllegalStateException("The time-out of the application's connections can't be changed here; "
					+ "configure it on the RedisConnectionFactory");
		}
		this.connections.close();
		return new RedisStorage(this.uri, new RedisConnections(new OwnedConnectionSource(this.uri, timeout)),
				this.keyspace.prefix());
	}

	@Override
	public void initialize() {
		proveConnection();
		requireNoEviction();
		requireFormat();
	}

	// of a server that refuses, for wrong credentials say, Lettuce may tell no more than
	// that the connection was closed; the next time it tells the reason
	private void proveConnection() {
		long start = System.nanoTime();
		try {
			ping();
		}
		catch (StorageException ex) {
			if (System.nanoTime() - start > QUICK_NANOS) {
				throw ex;
			}
			ping();
		}
	}

	private void ping() {
		this.connections.execute("prove the connection", RedisConnection::ping);
	}

	private void requireNoEviction() {
		List<String> policies;
		try {
			policies = policies();
		}
		catch (StorageException ex) {
			logger.warn("Could not read the eviction policy of {}; see to it that maxmemory-policy is noeviction, "
					+ "or facts may vanish", description(), ex);
			return;
		}
		for (String policy : policies) {
			if (!policy.equals("noeviction")) {
				throw new StorageException("The maxmemory-policy of " + description() + " is '" + policy
						+ "', under which the server drops keys when memory is short, and facts with them; set it to "
						+ "'noeviction' (CONFIG SET maxmemory-policy noeviction, the configuration file, or the "
						+ "parameter group of a managed server), or use another server or another backend");
			}
		}
	}

	/*
	 * By INFO, which managed servers allow where they forbid CONFIG. A cluster answers
	 * for each node.
	 */
	private List<String> policies() {
		Properties memory = this.connections.execute("read the eviction policy",
				(connection) -> connection.serverCommands().info("memory"));
		List<String> policies = new ArrayList<>();
		if (memory != null) {
			memory.forEach((name, value) -> {
				if (name.toString().endsWith("maxmemory_policy")) {
					policies.add(value.toString().trim());
				}
			});
		}
		if (policies.isEmpty()) {
			logger.warn("{} does not tell its eviction policy; see to it that it is noeviction, or facts may vanish",
					description());
		}
		return policies;
	}

	private void requireFormat() {
		byte[] key = this.keyspace.format();
		byte[] found = this.connections.execute("read the format", (connection) -> {
			connection.stringCommands().setNX(key, ByteWriter.utf8(FORMAT));
			return connection.stringCommands().get(key);
		});
		String format = (found != null) ? ByteWriter.string(found) : FORMAT;
		if (!format.equals(FORMAT)) {
			throw new StorageException("The data under the key prefix '" + this.keyspace.prefix() + "' on "
					+ description() + " has format " + format + ", but this version reads format " + FORMAT
					+ "; use the version of MemState that wrote it, or another key prefix");
		}
	}

	@Override
	public String description() {
		return this.connections.description();
	}

	@Override
	public void index(String type, Set<Path> paths) {
		requireNonNull(type, "type");
		requireNonNull(paths, "paths");
		this.indexed.add(type, paths);
	}

	@Override
	public Map<String, FactState> facts(String namespace, Collection<String> ids) {
		return this.reader.facts(this.keyspace.namespace(namespace), ids);
	}

	@Override
	public Map<SingletonKey, FactState> singletons(String namespace, Collection<SingletonKey> keys) {
		Keys names = this.keyspace.namespace(namespace);
		Map<SingletonKey, FactState> facts = new HashMap<>();
		List<SingletonKey> rest = keys.stream().distinct().toList();
		while (!rest.isEmpty()) {
			List<byte[]> arguments = new ArrayList<>();
			arguments.add(Fields.BUDGET);
			rest.subList(0, Math.min(rest.size(), PAGE)).forEach((key) -> arguments.add(FactRecord.field(key)));
			List<Object> answer = this.connections.run(RedisScript.SINGLETONS, "read facts by singleton key",
					List.of(names.singletons(), names.facts()), arguments);
			int read = ((Long) answer.get(0)).intValue();
			for (int i = 0; i < read; i++) {
				String id = ByteWriter.string((byte[]) answer.get(2 * i + 1));
				if (!id.isEmpty()) {
					facts.put(rest.get(i), FactRecord.read(id, (byte[]) answer.get(2 * i + 2)));
				}
			}
			rest = rest.subList(read, rest.size());
		}
		return facts;
	}

	@Override
	public List<FactState> query(StorageQuery query) {
		return this.queries.query(query);
	}

	@Override
	public OptionalLong count(StorageQuery query) {
		return this.queries.count(query);
	}

	@Override
	public List<StoredEntry> log(StorageLogQuery query) {
		return this.log.log(query);
	}

	@Override
	public List<StoredEntry> lastEntries(String namespace, Instant at, @Nullable String afterFactId, int limit) {
		return this.log.lastEntries(namespace, at, afterFactId, limit);
	}

	@Override
	public List<StoredStep> steps(StepQuery query) {
		return this.log.steps(query);
	}

	@Override
	public List<FactAddress> due(Instant now, int limit) {
		long micros = Path.micros(now);
		List<Found> found = new ArrayList<>();
		for (int shard = 0; shard < Keyspace.SHARDS; shard++) {
			this.registers.forDue(Register.DUE, shard, Math.floorDiv(micros, 1000), limit, (namespace) -> {
				List<IndexMember.Due> due = due(namespace, micros, limit);
				due.forEach((fact) -> found.add(new Found(namespace, fact)));
				return !due.isEmpty();
			});
		}
		return found.stream()
			.sorted(Comparator.comparingLong((fact) -> fact.due().micros()))
			.map((fact) -> new FactAddress(fact.namespace(), fact.due().id()))
			.distinct()
			.limit(limit)
			.toList();
	}

	private record Found(String namespace, IndexMember.Due due) {
	}

	private List<IndexMember.Due> due(String namespace, long micros, int limit) {
		Span span = IndexMember.due(micros);
		List<Object> members = this.connections.run(RedisScript.MEMBERS, "find what has expired",
				List.of(this.keyspace.namespace(namespace).index()), List.of(span.minimum(), span.maximum(),
						ByteWriter.utf8(Integer.toString(limit)), ByteWriter.utf8("0")));
		return members.stream().map((member) -> IndexMember.Due.of((byte[]) member)).toList();
	}

	@Override
	public List<String> namespaces(@Nullable String after, int limit) {
		List<String> found = new ArrayList<>();
		String last = after;
		boolean more = true;
		while (more && found.size() < limit) {
			Registers.Page page = this.registers.page(Register.NAMESPACES, last, false,
					Math.min(Math.max(limit, 10), PAGE));
			page.entries().forEach((name, entries) -> {
				if (found.size() < limit && holdsFacts(name, entries)) {
					found.add(name);
				}
			});
			more = page.more();
			last = more ? page.entries().lastKey() : last;
		}
		return found;
	}

	private boolean holdsFacts(String namespace, List<Registers.Entry> entries) {
		List<String> values = new ArrayList<>(List.of("0", ""));
		new Fields(this.connections, this.keyspace.namespace(namespace).meta()).read("list namespaces",
				List.of(ByteWriter.utf8("n"), ByteWriter.utf8("m:" + Register.NAMESPACES.name())),
				(index, value) -> values.set(index, ByteWriter.string(value)));
		boolean holds = !values.get(0).equals("0");
		for (Registers.Entry entry : entries) {
			if (!holds || !values.get(1).equals(entry.token())) {
				this.registers.review(Register.NAMESPACES, entry);
			}
		}
		return holds;
	}

	@Override
	public List<String> sessions(String namespace, Instant now, @Nullable String after, int limit) {
		byte[] index = this.keyspace.namespace(namespace).index();
		byte[] low = new ByteWriter().raw((after != null) ? "[os" + after : "[os")
			.int8((after != null) ? 1 : 0)
			.toByteArray();
		List<String> sessions = new ArrayList<>();
		while (low.length > 0 && sessions.size() < limit) {
			List<Object> answer = this.connections.run(RedisScript.SESSIONS, "list sessions", List.of(index),
					List.of(low, ByteWriter.utf8(Integer.toString(limit - sessions.size())),
							ByteWriter.sortable(Path.micros(now))));
			answer.subList(1, answer.size()).forEach((session) -> sessions.add(ByteWriter.string((byte[]) session)));
			low = (byte[]) answer.get(0);
		}
		return sessions;
	}

	@Override
	public ApplyResult apply(Unit unit) {
		tellOfTransaction();
		unit.indexed().forEach(this.indexed::add);
		UnitArguments arguments = new UnitArguments(unit);
		Keys keys = this.keyspace.namespace(unit.namespace());
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			List<Object> answer = this.connections.run(RedisScript.APPLY,
					"write " + unit.facts().size() + " facts of namespace '" + unit.namespace() + "'", keys.all(),
					arguments.arguments());
			switch (((Long) answer.get(0)).intValue()) {
				case 0 -> {
					return arguments.rejected(answer);
				}
				case 1 -> {
					return applied(unit, (Long) answer.get(1));
				}
				default -> enter(unit.namespace(), arguments, answer);
			}
		}
		throw new StorageException("Could not write " + unit.facts().size() + " facts of namespace '" + unit.namespace()
				+ "' on " + description() + " in " + ATTEMPTS
				+ " attempts, because the namespace's mark kept being removed; try again");
	}

	private void enter(String namespace, UnitArguments arguments, List<Object> answer) {
		Register register = arguments.register(ByteWriter.string((byte[]) answer.get(1)));
		this.registers.enter(register, namespace, Long.parseLong(ByteWriter.string((byte[]) answer.get(2))));
	}

	private static ApplyResult applied(Unit unit, long first) {
		List<Long> sequences = new ArrayList<>();
		for (int i = 0; i < unit.entries().size(); i++) {
			sequences.add(first + i);
		}
		return new ApplyResult.Applied(List.copyOf(sequences));
	}

	@Override
	public Intents intents() {
		return this.intents;
	}

	@Override
	public Outbox outbox() {
		return this.outbox;
	}

	private void tellOfTransaction() {
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& this.toldOfTransaction.compareAndSet(false, true)) {
			logger.warn("A transaction is active, but {} does not take part in it: facts are committed at once and "
					+ "stay when it is rolled back. This is said once.", description());
		}
	}

	/**
	 * The same storage with pages of another size, for tests.
	 */
	RedisStorage maxPage(int maxPage) {
		return new RedisStorage(this.uri, this.connections, this.keyspace.prefix(), maxPage);
	}

	/**
	 * How many facts queries have read so far, for tests.
	 */
	long factsRead() {
		return this.reader.factsRead();
	}

	@Override
	public void close() {
		this.connections.close();
	}

	private static void requireNonNull(@Nullable Object value, String name) {
		if (value == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
	}

}
