package io.memstate.benchmarks;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisScriptingCommands;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.embedded.RedisServer;

import io.memstate.Draft;
import io.memstate.FactSchema;
import io.memstate.MemoryStore;
import io.memstate.storage.redis.RedisStorage;

/**
 * Commits on Redis: against the same script sent through plain Lettuce, over more and
 * more facts, and over many namespaces. Starts a server of its own unless the system
 * property {@code memstate.benchmark.redis.uri} names one (it will be flushed);
 * {@code memstate.benchmark.redis.appendfsync} makes its own server durable, for example
 * {@code always}.
 */
public final class RedisCommitBenchmark {

	private static final int ROUNDS = Integer.getInteger("memstate.benchmark.rounds", 7);

	private static final int COMMITS = Integer.getInteger("memstate.benchmark.commits", 10_000);

	private static final int TURN = 500;

	private static final int FEW = 1_000;

	private static final int MANY = 100_000;

	private static final int NAMESPACES = 10_000;

	private final RedisCommands<byte[], byte[]> raw;

	private final LettuceConnectionFactory factory;

	private RedisCommitBenchmark(RedisCommands<byte[], byte[]> raw, LettuceConnectionFactory factory) {
		this.raw = raw;
		this.factory = factory;
	}

	/**
	 * Runs everything and prints the ratios.
	 * @param args none
	 * @throws Exception if something fails
	 */
	public static void main(String[] args) throws Exception {
		String external = System.getProperty("memstate.benchmark.redis.uri");
		RedisServer server = (external == null) ? start() : null;
		URI uri = URI.create((external != null) ? external : "redis://127.0.0.1:" + server.ports().get(0));
		RedisClient client = RedisClient.create(uri.toString());
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration(uri.getHost(), uri.getPort()));
		factory.afterPropertiesSet();
		factory.start();
		try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
			RedisCommitBenchmark benchmark = new RedisCommitBenchmark(connection.sync(), factory);
			benchmark.compareWithLettuce(1);
			benchmark.compareWithLettuce(8);
			benchmark.compareSizes();
			benchmark.compareNamespaces();
			benchmark.memory();
		}
		finally {
			factory.destroy();
			client.shutdown();
			if (server != null) {
				server.stop();
			}
		}
	}

	private static RedisServer start() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		var builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"");
		String fsync = System.getProperty("memstate.benchmark.redis.appendfsync");
		if (fsync != null) {
			builder.setting("appendonly yes").setting("appendfsync " + fsync);
		}
		RedisServer server = builder.build();
		server.start();
		return server;
	}

	private MemoryStore store(RedisConnectionFactory connections) {
		RedisStorage storage = RedisStorage.using(connections);
		storage.initialize();
		return MemoryStore.builder(storage)
			.schema(FactSchema.of("preference", Preference.class).singleton("role").indexed("role"))
			.build();
	}

	/**
	 * A fact of which there is one for each role.
	 *
	 * @param role the role
	 * @param value what it prefers
	 */
	public record Preference(String role, String value) {
	}

	private static Draft note(int number) {
		return Draft.of("note", Map.of("topic", "topic " + number % 100, "text",
				"Prefers trains over planes wherever a trip takes less than eight hours.", "number", number));
	}

	private void compareWithLettuce(int threads) throws Exception {
		List<Double> store = new ArrayList<>();
		List<Double> lettuce = new ArrayList<>();
		List<Double> ratios = new ArrayList<>();
		List<Recorded> scripts = record();
		for (int round = -2; round < ROUNDS; round++) {
			this.raw.flushall();
			try (MemoryStore memory = store(this.factory)) {
				memory.commit(note(0));
				MemoryStore ours = memory.namespace("ours");
				// in turns, so that both meet the same disturbances
				for (int from = 0; from < COMMITS; from += TURN) {
					int first = from;
					double rate = perSecond(threads, TURN, (number) -> ours.commit(note(first + number)));
					double raw = perSecond(threads, TURN, (number) -> send(scripts.get(first + number)));
					if (round >= 0) {
						store.add(rate);
						lettuce.add(raw);
						ratios.add(rate / raw);
					}
				}
			}
		}
		print("commit, %d thread%s: %.0f/s, the same script through Lettuce %.0f/s, ratio %.2f (at least 0.8; half of "
				+ "the turns %.2f to %.2f)", threads, (threads > 1) ? "s" : "", median(store), median(lettuce),
				median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75));
	}

	/**
	 * A call of a script as the storage makes it.
	 *
	 * @param sha the digest of the script
	 * @param keys its keys
	 * @param arguments its arguments
	 */
	private record Recorded(String sha, byte[][] keys, byte[][] arguments) {
	}

	private void send(Recorded script) {
		List<Object> answer = this.raw.evalsha(script.sha(), ScriptOutputType.MULTI, script.keys(), script.arguments());
		if (!Long.valueOf(1).equals(answer.get(0))) {
			throw new IllegalStateException("The script wrote nothing: " + answer);
		}
	}

	/*
	 * What the storage sends for commits, without the first, which enters the namespace.
	 */
	private List<Recorded> record() throws Exception {
		this.raw.flushall();
		List<Recorded> calls = Collections.synchronizedList(new ArrayList<>());
		try (MemoryStore memory = store(recording(calls))) {
			memory.commit(note(0));
			calls.clear();
			for (int i = 0; i < COMMITS; i++) {
				memory.commit(note(i));
			}
		}
		return calls;
	}

	private RedisConnectionFactory recording(List<Recorded> calls) {
		return proxy(RedisConnectionFactory.class, this.factory,
				(name, connection) -> name.equals("getConnection")
						? proxy(RedisConnection.class, connection,
								(method, commands) -> method.equals("scriptingCommands")
										? recordingCommands((RedisScriptingCommands) commands, calls) : commands)
						: connection);
	}

	private static RedisScriptingCommands recordingCommands(RedisScriptingCommands commands, List<Recorded> calls) {
		return (RedisScriptingCommands) Proxy.newProxyInstance(RedisCommitBenchmark.class.getClassLoader(),
				new Class<?>[] { RedisScriptingCommands.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("evalSha")) {
						int keys = (int) arguments[2];
						byte[][] all = (byte[][]) arguments[3];
						calls.add(new Recorded((String) arguments[0], Arrays.copyOf(all, keys),
								Arrays.copyOfRange(all, keys, all.length)));
					}
					return invoke(commands, method, arguments);
				});
	}

	private interface Replacement {

		Object replace(String method, Object result);

	}

	private static <T> T proxy(Class<T> type, Object target, Replacement replacement) {
		return type
			.cast(Proxy.newProxyInstance(RedisCommitBenchmark.class.getClassLoader(), new Class<?>[] { type }, (proxy,
					method, arguments) -> replacement.replace(method.getName(), invoke(target, method, arguments))));
	}

	private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	private void compareSizes() throws Exception {
		this.raw.flushall();
		try (MemoryStore memory = store(this.factory)) {
			MemoryStore few = memory.namespace("few");
			MemoryStore many = memory.namespace("many");
			fill(few, FEW);
			fill(many, MANY);
			compare("commit at " + MANY + " facts, to that at " + FEW, (number) -> few.commit(note(number)),
					(number) -> many.commit(note(number)), 1.3);
			compare("singleton commit at " + MANY + " facts, to that at " + FEW,
					(number) -> few.commit(new Preference("role " + number % FEW, "value " + number)),
					(number) -> many.commit(new Preference("role " + number * 37 % MANY, "value " + number)), 1.3);
		}
	}

	private static void fill(MemoryStore memory, int count) {
		for (int from = 0; from < count; from += 1000) {
			List<Preference> facts = new ArrayList<>();
			for (int i = from; i < from + 1000; i++) {
				facts.add(new Preference("role " + i, "value"));
			}
			memory.commitAll(facts, io.memstate.Change.by("benchmark"));
		}
	}

	private void compareNamespaces() throws Exception {
		this.raw.flushall();
		try (MemoryStore memory = store(this.factory)) {
			for (int i = 0; i < NAMESPACES; i++) {
				MemoryStore namespace = memory.namespace("namespace " + i);
				List<Draft> notes = new ArrayList<>();
				for (int j = 0; j < 10; j++) {
					notes.add(note(j));
				}
				namespace.commitAll(notes, io.memstate.Change.by("benchmark"));
			}
			MemoryStore one = memory.namespace("one");
			for (int from = 0; from < MANY; from += 1000) {
				List<Draft> notes = new ArrayList<>();
				for (int j = 0; j < 1000; j++) {
					notes.add(note(j));
				}
				one.commitAll(notes, io.memstate.Change.by("benchmark"));
			}
			compare("commit in " + NAMESPACES + " namespaces of 10 facts, to one of " + MANY,
					(number) -> one.commit(note(number)),
					(number) -> memory.namespace("namespace " + number * 37 % NAMESPACES).commit(note(number)), 1.0);
		}
	}

	private void compare(String what, IntConsumer base, IntConsumer compared, double bar) throws Exception {
		List<Double> bases = new ArrayList<>();
		List<Double> others = new ArrayList<>();
		List<Double> serverBases = new ArrayList<>();
		List<Double> serverOthers = new ArrayList<>();
		for (int round = -1; round < ROUNDS; round++) {
			this.raw.configResetstat();
			double first = 1e6 / perSecond(1, COMMITS, base);
			double serverFirst = scriptMicros();
			this.raw.configResetstat();
			double second = 1e6 / perSecond(1, COMMITS, compared);
			double serverSecond = scriptMicros();
			if (round >= 0) {
				bases.add(first);
				others.add(second);
				serverBases.add(serverFirst);
				serverOthers.add(serverSecond);
			}
		}
		print("%s: %.0f us against %.0f us, ratio %.2f (at most %.1f); in the server %.0f us against %.0f us a script",
				what, median(others), median(bases), median(others) / median(bases), bar, median(serverOthers),
				median(serverBases));
	}

	private double scriptMicros() {
		for (String line : this.raw.info("commandstats").split("\r\n")) {
			if (line.startsWith("cmdstat_evalsha:")) {
				String start = "usec_per_call=";
				int from = line.indexOf(start) + start.length();
				return Double.parseDouble(line.substring(from).split(",")[0]);
			}
		}
		return 0;
	}

	private void memory() {
		this.raw.flushall();
		long before = used();
		try (MemoryStore memory = store(this.factory)) {
			for (int from = 0; from < MANY; from += 1000) {
				List<Draft> notes = new ArrayList<>();
				for (int j = 0; j < 1000; j++) {
					notes.add(note(from + j));
				}
				memory.commitAll(notes, io.memstate.Change.by("benchmark"));
			}
		}
		print("memory: %.0f bytes a fact of 120 bytes of payload, its log entry included",
				(used() - before) / (double) MANY);
	}

	private long used() {
		for (String line : this.raw.info("memory").split("\r\n")) {
			if (line.startsWith("used_memory:")) {
				return Long.parseLong(line.substring("used_memory:".length()));
			}
		}
		return 0;
	}

	private static double perSecond(int threads, int count, IntConsumer work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		AtomicInteger next = new AtomicInteger();
		AtomicReference<Throwable> failure = new AtomicReference<>();
		CountDownLatch done = new CountDownLatch(threads);
		long start = System.nanoTime();
		for (int i = 0; i < threads; i++) {
			executor.execute(() -> {
				try {
					for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
						work.accept(number);
					}
				}
				catch (Throwable ex) {
					failure.set(ex);
				}
				finally {
					done.countDown();
				}
			});
		}
		done.await();
		double seconds = (System.nanoTime() - start) / 1e9;
		executor.shutdown();
		if (failure.get() != null) {
			throw new IllegalStateException(failure.get());
		}
		return count / seconds;
	}

	private static double median(List<Double> values) {
		return quantile(values, 0.5);
	}

	private static double quantile(List<Double> values, double part) {
		List<Double> sorted = new ArrayList<>(values);
		Collections.sort(sorted);
		return sorted.get((int) (sorted.size() * part));
	}

	private static void print(String format, Object... arguments) {
		System.out.println(String.format(Locale.ROOT, format, arguments));
	}

}
