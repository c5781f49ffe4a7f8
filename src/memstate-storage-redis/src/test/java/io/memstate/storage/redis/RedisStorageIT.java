package io.memstate.storage.redis;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Comparison;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Unit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import redis.embedded.RedisServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

class RedisStorageIT {

	private static final Path TOPIC = Path.parse("topic");

	private static final int FACTS = Integer.getInteger("memstate.test.facts", 10_000);

	@Test
	void refusesAServerThatEvicts() throws IOException {
		int port = TestRedis.freePort();
		RedisServer server = TestRedis.start(port, "maxmemory-policy allkeys-lru");
		try (RedisStorage storage = RedisStorage.open("redis://127.0.0.1:" + port)) {
			assertThatExceptionOfType(StorageException.class).isThrownBy(storage::initialize)
				.withMessageContaining("allkeys-lru")
				.withMessageContaining("noeviction");
		}
		finally {
			server.stop();
		}
	}

	@Test
	void refusesAnotherFormat() {
		String prefix = TestRedis.newPrefix();
		try (TestFactories factories = new TestFactories()) {
			RedisConnectionFactory factory = factories.lettuce();
			factory.getConnection().stringCommands().set(ByteWriter.utf8(prefix + ":format"), ByteWriter.utf8("2"));
			assertThatExceptionOfType(StorageException.class)
				.isThrownBy(() -> RedisStorage.using(factory).keyPrefix(prefix).initialize())
				.withMessageContaining("format 2")
				.withMessageContaining("another key prefix");
		}
	}

	@Test
	void initializesAgain() {
		try (RedisStorage storage = TestRedis.storage()) {
			assertThatNoException().isThrownBy(storage::initialize);
		}
	}

	@Test
	void saysWhereAndWhatToDoIfTheServerIsDown() {
		int port = TestRedis.freePort();
		try (RedisStorage storage = RedisStorage.open("redis://user:secret@127.0.0.1:" + port)) {
			assertThatExceptionOfType(StorageException.class).isThrownBy(storage::initialize)
				.withMessageContaining("127.0.0.1:" + port)
				.withMessageContaining("check that the server is up")
				.withMessageNotContaining("secret");
		}
	}

	// Lettuce closes a connection that is refused, and may have lost the reason by then
	@Test
	void tellsWhyTheServerRefusesAlsoIfTheFirstAttemptDoesNot() {
		Deque<RuntimeException> failures = new ArrayDeque<>(
				List.of(new RedisConnectionFailureException("Connection closed prematurely"),
						new RedisConnectionFailureException("NOAUTH Authentication required")));
		RedisStorage storage = RedisStorage.using(failing(failures::remove));
		assertThatExceptionOfType(StorageException.class).isThrownBy(storage::initialize)
			.withMessageContaining("NOAUTH");
		assertThat(failures).isEmpty();
	}

	@Test
	void saysThatTheThreadWasInterruptedWhileItWaitedForTheServer() {
		RedisConnectionFactory factory = failing(
				() -> new RedisSystemException("Unexpected", new InterruptedException()));
		assertThatExceptionOfType(StorageException.class)
			.isThrownBy(() -> RedisStorage.using(factory).facts("n", List.of("a")))
			.withMessageContaining("the thread was interrupted")
			.withMessageNotContaining("check that the server is up");
		assertThat(Thread.interrupted()).isTrue();
	}

	private static RedisConnectionFactory failing(Supplier<RuntimeException> failure) {
		return (RedisConnectionFactory) Proxy.newProxyInstance(RedisStorageIT.class.getClassLoader(),
				new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> {
					throw failure.get();
				});
	}

	@Test
	void refusesArgumentsThatCanNotBeRight() {
		assertThatIllegalArgumentException().isThrownBy(() -> RedisStorage.open("http://secret@host"))
			.withMessageContaining("'uri'")
			.withMessageNotContaining("secret");
		assertThatIllegalArgumentException().isThrownBy(() -> RedisStorage.open(null))
			.withMessage("'uri' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> RedisStorage.using(null))
			.withMessage("'connectionFactory' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> RedisStorage.open("redis://host").keyPrefix("a{b}"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RedisStorage.open("redis://host").commandTimeout(Duration.ZERO));
	}

	@Test
	void neverClosesABorrowedFactory() {
		try (TestFactories factories = new TestFactories()) {
			RedisConnectionFactory factory = factories.lettuce();
			RedisStorage storage = factories.storage(factory);
			storage.close();
			assertThat(factory.getConnection().ping()).isEqualTo("PONG");
			assertThatIllegalStateException().isThrownBy(() -> storage.commandTimeout(Duration.ofSeconds(1)));
		}
	}

	@Test
	void closesItsOwnConnection() {
		RedisStorage storage = TestRedis.storage();
		storage.close();
		storage.close();
		assertThatExceptionOfType(StorageException.class).isThrownBy(() -> storage.facts("ns", List.of("id")))
			.withMessageContaining("closed");
	}

	@Test
	void loadsScriptsAgainAfterTheServerForgotThem() {
		try (TestFactories factories = new TestFactories()) {
			for (RedisConnectionFactory factory : List.of(factories.lettuce(), factories.jedis())) {
				RedisStorage storage = factories.storage(factory);
				storage.apply(Units.put("ns", "id", 1, "{}"));
				factory.getConnection().scriptingCommands().scriptFlush();
				assertThat(storage.apply(Units.put("ns", "id", 2, "{}"))).isInstanceOf(ApplyResult.Applied.class);
				assertThat(storage.query(Units.query("ns", 10))).hasSize(1);
			}
		}
	}

	@Test
	void writesAUnitOnceThatIsSentTwice() {
		try (TestFactories factories = new TestFactories()) {
			String prefix = TestRedis.newPrefix();
			RedisConnectionFactory factory = factories.lettuce();
			RedisStorage storage = RedisStorage.using(factory).keyPrefix(prefix);
			storage.apply(Units.put("ns", "other", 1, "{}"));
			Keyspace.Keys keys = new Keyspace(prefix).namespace("ns");
			UnitArguments arguments = new UnitArguments(Units.put("ns", "id", 1, "{}"));
			RedisConnections connections = new RedisConnections(new BorrowedConnectionSource(factory));
			for (int i = 0; i < 3; i++) {
				assertThat(connections.run(RedisScript.APPLY, "write", keys.all(), arguments.arguments()))
					.isEqualTo(List.of(1L, 2L));
			}
			assertThat(storage.log(StorageLogQuery.newest("ns", 10))).hasSize(2);
		}
	}

	@Test
	void readsAboutAsManyFactsAsMatch() {
		try (RedisStorage storage = TestRedis.storage()) {
			load(storage, "ns", FACTS, (i) -> "{\"topic\":\"t" + i / 10 + "\"}", Set.of(TOPIC));
			StorageQuery query = new StorageQuery("ns", null, StorageQuery.Layers.OWN, "note",
					new Comparison(TOPIC, Operator.EQ, "t77"), List.of(), null, 100, Units.NOW);
			long fieldsBefore = fieldsRead();
			assertThat(storage.query(query)).hasSize(10);
			assertThat(storage.factsRead()).isEqualTo(10);
			assertThat(fieldsRead() - fieldsBefore).isLessThanOrEqualTo(12);
			assertThat(storage.count(query)).hasValue(10);
			assertThat(storage.factsRead()).isEqualTo(10);
		}
	}

	@Test
	void findsFactsByIdAndTimeOfCreationWithoutReadingOthers() {
		try (RedisStorage storage = TestRedis.storage()) {
			List<FactState> states = new ArrayList<>();
			for (int i = 0; i < 2_000; i++) {
				StoredFact fact = new StoredFact("ns", "id" + i, (i % 4 == 0) ? "other" : "note",
						Payload.ofJson("{\"n\":" + i % 7 + "}"), null, (i % 3 == 0) ? "s" : null, false, 1,
						Units.NOW.plusSeconds(i / 2), Units.NOW, null);
				states.add(new FactState(fact.id(), 1, "step", fact, null));
			}
			storage.apply(Units.unit("ns", states, Set.of()));
			Path id = Path.parse("$id");
			Path createdAt = Path.parse("$createdAt");
			long middle = Path.micros(Units.NOW.plusSeconds(500));
			List<Condition> few = List.of(new Comparison(id, Operator.EQ, "id77"), new Comparison(id, Operator.EQ, 7),
					new Condition.In(id, List.of("id77", "id78", "gone", "id3")),
					new Condition.And(List.of(new Comparison(Path.parse("n"), Operator.EQ, 1),
							new Condition.In(id, List.of("id1", "id2")))),
					new Comparison(createdAt, Operator.EQ, middle),
					new Comparison(createdAt, Operator.GT, Path.micros(Units.NOW.plusSeconds(990))),
					new Comparison(createdAt, Operator.LTE, Path.micros(Units.NOW.plusSeconds(9))),
					new Condition.And(List.of(new Comparison(createdAt, Operator.GTE, new BigDecimal(middle + ".5")),
							new Comparison(createdAt, Operator.LT, middle + 3_000_000))),
					new Comparison(createdAt, Operator.GT, BigInteger.TEN.pow(30)));
			for (Condition condition : few) {
				assertFinds(storage, states, condition, 50);
			}
			for (Condition condition : List.of(new Comparison(createdAt, Operator.GT, "text"),
					new Comparison(createdAt, Operator.LT, BigInteger.TEN.pow(30)),
					new Condition.Not(new Comparison(id, Operator.EQ, "id77")),
					new Condition.Or(List.of(few.get(0), few.get(5))))) {
				assertFinds(storage, states, condition, Integer.MAX_VALUE);
			}
		}
	}

	private static void assertFinds(RedisStorage storage, List<FactState> states, Condition condition, int mostRead) {
		StorageQuery.SortKey newest = new StorageQuery.SortKey(Path.parse("$createdAt"), true);
		for (StorageQuery.Layers layers : StorageQuery.Layers.values()) {
			for (String type : new String[] { null, "note" }) {
				for (List<StorageQuery.SortKey> order : List.of(List.<StorageQuery.SortKey>of(), List.of(newest))) {
					StorageQuery query = new StorageQuery("ns", "s", layers, type, condition, order, null, 5,
							Units.NOW);
					List<StoredFact> all = states.stream()
						.map(FactState::fact)
						.filter(query::matches)
						.sorted(query.comparator())
						.toList();
					long before = storage.factsRead();
					List<StoredFact> found = storage.query(query).stream().map(FactState::fact).toList();
					assertThat(found).as(query.toString()).isEqualTo(all.subList(0, Math.min(5, all.size())));
					if (!found.isEmpty()) {
						StorageQuery next = query.page(found.get(found.size() - 1), 5);
						assertThat(storage.query(next).stream().map(FactState::fact)).as(next.toString())
							.isEqualTo(all.subList(found.size(), Math.min(found.size() + 5, all.size())));
					}
					assertThat(storage.factsRead() - before).as(query.toString()).isLessThanOrEqualTo(mostRead);
				}
			}
		}
	}

	private static long fieldsRead() {
		try (TestFactories factories = new TestFactories()) {
			Properties stats = factories.lettuce().getConnection().serverCommands().info("commandstats");
			long calls = 0;
			for (String command : List.of("hget", "hmget", "hgetall", "hscan", "get", "mget")) {
				String line = stats.getProperty("cmdstat_" + command, "calls=0,");
				calls += Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
			}
			return calls;
		}
	}

	@Test
	void usesAnIndexOverStoredFactsOnceItIsFilled() {
		try (RedisStorage storage = TestRedis.storage()) {
			load(storage, "ns", 5_000, (i) -> "{\"topic\":\"t" + i / 10 + "\"}", Set.of());
			storage.index("note", Set.of(TOPIC));
			StorageQuery query = new StorageQuery("ns", null, StorageQuery.Layers.OWN, "note",
					new Comparison(TOPIC, Operator.EQ, "t7"), List.of(), null, 100, Units.NOW);
			long read = Long.MAX_VALUE;
			for (int i = 0; i < 500 && read > 10; i++) {
				long before = storage.factsRead();
				assertThat(storage.query(query)).hasSize(10);
				read = storage.factsRead() - before;
			}
			assertThat(read).isEqualTo(10);
			storage.apply(Units.put("ns", "without-index", 1, "{\"topic\":\"t7\"}"));
			assertThat(storage.query(query)).hasSize(11);
		}
	}

	@Test
	void writesTenThousandFactsInOneUnit() {
		try (RedisStorage storage = TestRedis.storage()) {
			load(storage, "ns", 10_000, (i) -> "{}", Set.of(TOPIC), 10_000);
			assertThat(storage.count(Units.query("ns", 1))).hasValue(10_000);
			assertThat(storage.facts("ns", List.of("id0", "id9999", "id10000"))).hasSize(2);
			assertThat(storage.log(StorageLogQuery.newest("ns", 20_000))).hasSize(10_000);
		}
	}

	@Test
	void rejectsAllOfAUnitOrNothing() {
		try (RedisStorage storage = TestRedis.storage()) {
			storage.apply(Units.put("ns", "b", 1, "{}"));
			Unit unit = Units.unit("ns",
					List.of(Units.state("ns", "a", 1, "{}", null), Units.state("ns", "b", 1, "{}", null)), Set.of());
			assertThat(storage.apply(unit))
				.isEqualTo(new ApplyResult.Rejected(List.of(new Precondition.VersionIs("b", 0))));
			assertThat(storage.facts("ns", List.of("a", "b"))).containsOnlyKeys("b");
		}
	}

	@Test
	void writesNothingIfTheServerHasNoMemoryLeft() throws IOException {
		int port = TestRedis.freePort();
		RedisServer server = TestRedis.start(port);
		try (RedisStorage storage = RedisStorage.open("redis://127.0.0.1:" + port)) {
			storage.initialize();
			storage.apply(Units.put("ns", "id", 1, "{}"));
			configure(port, "maxmemory", "1");
			assertThatExceptionOfType(StorageException.class)
				.isThrownBy(() -> storage.apply(Units.put("ns", "id", 2, "{\"a\":1}")))
				.withMessageContaining("maxmemory");
			assertThatExceptionOfType(StorageException.class)
				.isThrownBy(() -> storage.apply(Units.remove("ns", "id", 2)));
			configure(port, "maxmemory", "0");
			assertThat(storage.facts("ns", List.of("id")).get("id").version()).isEqualTo(1);
			assertThat(storage.query(Units.query("ns", 10))).hasSize(1);
			assertThat(storage.log(StorageLogQuery.newest("ns", 10))).hasSize(1);
		}
		finally {
			server.stop();
		}
	}

	private static void configure(int port, String name, String value) {
		RedisConnections connections = new RedisConnections(
				new OwnedConnectionSource("redis://127.0.0.1:" + port, Duration.ofSeconds(5)));
		connections.execute("configure", (connection) -> {
			connection.serverCommands().setConfig(name, value);
			return true;
		});
		connections.close();
	}

	@Test
	void failsWithinItsTimeOutAndGoesOnByItself() throws IOException {
		int port = TestRedis.freePort();
		String[] durable = { "appendonly yes", "appendfsync always",
				"dir " + java.nio.file.Files.createTempDirectory("redis") };
		RedisServer server = TestRedis.start(port, durable);
		// longer than a busy machine makes a server wait that is there
		try (RedisStorage storage = RedisStorage.open("redis://127.0.0.1:" + port)
			.commandTimeout(Duration.ofSeconds(2))) {
			storage.initialize();
			storage.apply(Units.put("ns", "id", 1, "{}"));
			server.stop();
			long start = System.nanoTime();
			assertThatExceptionOfType(StorageException.class)
				.isThrownBy(() -> storage.apply(Units.put("ns", "id", 2, "{}")))
				.satisfies((ex) -> assertThat(ex.getCause()).isNotNull());
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			server = TestRedis.start(port, durable);
			FactState state = await(storage);
			assertThat(state.version()).isEqualTo(1);
			assertThat(storage.apply(Units.put("ns", "id", 2, "{}"))).isInstanceOf(ApplyResult.Applied.class);
		}
		finally {
			server.stop();
		}
	}

	private static FactState await(RedisStorage storage) {
		long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
		while (true) {
			try {
				return storage.facts("ns", List.of("id")).get("id");
			}
			catch (StorageException ex) {
				if (System.nanoTime() > deadline) {
					throw ex;
				}
				LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
			}
		}
	}

	@Test
	void doesNotTakePartInATransactionAndSaysSoOnce() {
		Logger logger = (Logger) LoggerFactory.getLogger(RedisStorage.class);
		ListAppender<ILoggingEvent> appender = new ListAppender<>();
		appender.start();
		logger.addAppender(appender);
		try (TestFactories factories = new TestFactories()) {
			RedisConnectionFactory factory = factories.lettuce();
			RedisStorage storage = factories.storage(factory);
			TransactionSynchronizationManager.setActualTransactionActive(true);
			RedisConnection bound = org.springframework.data.redis.core.RedisConnectionUtils.bindConnection(factory);
			bound.multi();
			storage.apply(Units.put("ns", "id", 1, "{}"));
			storage.apply(Units.put("ns", "id", 2, "{}"));
			assertThat(storage.facts("ns", List.of("id")).get("id").version()).isEqualTo(2);
			bound.discard();
			assertThat(appender.list).filteredOn((event) -> event.getFormattedMessage().contains("does not take part"))
				.hasSize(1);
			org.springframework.data.redis.core.RedisConnectionUtils.unbindConnection(factory);
		}
		finally {
			TransactionSynchronizationManager.clear();
			logger.detachAppender(appender);
		}
	}

	@Test
	void keepsNamespacesApartWhateverTheirNames() {
		List<String> names = List.of("a", "a}", "{a}", "a:", "%7D", "}", "{}", "ä", "A");
		try (RedisStorage storage = TestRedisCluster.storage()) {
			names.forEach((name) -> storage.apply(Units.put(name, "id", 1, "{\"name\":\"" + name + "\"}")));
			for (String name : names) {
				assertThat(storage.facts(name, List.of("id")).get("id").fact().payload().map().get("name"))
					.isEqualTo(name);
			}
			assertThat(storage.namespaces(null, 100)).containsExactlyInAnyOrderElementsOf(names)
				.isSortedAccordingTo(io.memstate.storage.Values::compareStrings);
		}
	}

	@Test
	void listsNamespacesPageByPage() {
		try (RedisStorage storage = TestRedis.storage().maxPage(3)) {
			List<String> names = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				String name = "ns" + i;
				names.add(name);
				storage.apply(Units.put(name, "id", 1, "{}"));
				if (i % 2 == 0) {
					storage.apply(Units.remove(name, "id", 2));
					names.remove(name);
				}
			}
			List<String> found = new ArrayList<>();
			String last = null;
			List<String> page;
			do {
				page = storage.namespaces(last, 7);
				found.addAll(page);
				last = page.isEmpty() ? null : page.get(page.size() - 1);
			}
			while (page.size() == 7);
			assertThat(found).containsExactlyInAnyOrderElementsOf(names).isSorted();
		}
	}

	@Test
	void findsWhatIsDueWithoutVisitingOtherNamespaces() {
		try (RedisStorage storage = TestRedis.storage()) {
			Instant soon = Units.NOW.plusMillis(5);
			storage.apply(
					Units.unit("later", List.of(Units.state("later", "a", 1, "{}", soon.plusSeconds(60))), Set.of()));
			storage.apply(Units.unit("soon", List.of(Units.state("soon", "a", 1, "{}", soon)), Set.of()));
			storage.apply(Units.put("never", "a", 1, "{}"));
			assertThat(storage.due(soon.minusNanos(1000), 10)).isEmpty();
			assertThat(storage.due(soon, 10)).containsExactly(new FactAddress("soon", "a"));
			storage.apply(Units.remove("soon", "a", 2));
			assertThat(storage.due(soon, 10)).isEmpty();
			storage
				.apply(Units.unit("later", List.of(Units.state("later", "b", 1, "{}", soon.plusSeconds(1))), Set.of()));
			assertThat(storage.due(soon.plusSeconds(3600), 10)).containsExactly(new FactAddress("later", "b"),
					new FactAddress("later", "a"));
		}
	}

	private static void load(RedisStorage storage, String namespace, int count,
			java.util.function.IntFunction<String> payload, Set<Path> indexed) {
		load(storage, namespace, count, payload, indexed, 1000);
	}

	private static void load(RedisStorage storage, String namespace, int count,
			java.util.function.IntFunction<String> payload, Set<Path> indexed, int size) {
		for (int from = 0; from < count; from += size) {
			List<FactState> states = new ArrayList<>();
			for (int i = from; i < from + size; i++) {
				states.add(Units.state(namespace, "id" + i, 1, payload.apply(i), null));
			}
			assertThat(storage.apply(Units.unit(namespace, states, indexed))).isInstanceOf(ApplyResult.Applied.class);
		}
	}

}
