package io.memstate.storage.redis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.memstate.StorageException;
import io.memstate.storage.FactAddress;
import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Path;
import io.memstate.storage.Renewal;
import io.memstate.storage.redis.Keyspace.Keys;
import io.memstate.storage.redis.Keyspace.Register;

/**
 * The intents in Redis, each namespace's in its own slot.
 */
final class RedisIntents implements Intents {

	private static final int ATTEMPTS = 100;

	private static final int PAGE = 500;

	private final RedisConnections connections;

	private final Keyspace keyspace;

	private final Registers registers;

	RedisIntents(RedisConnections connections, Keyspace keyspace, Registers registers) {
		this.connections = connections;
		this.keyspace = keyspace;
		this.registers = registers;
	}

	/**
	 * What fences begin with, so that they are above those that restored data forgot.
	 */
	static String clock() {
		return Long.toString(Path.micros(Instant.now()));
	}

	/**
	 * A time in 8 bytes that sort as times do; those too far away become the farthest.
	 */
	static byte[] time(Instant time) {
		long micros;
		try {
			micros = Path.micros(time);
		}
		catch (ArithmeticException ex) {
			micros = time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
		}
		return ByteWriter.sortable(micros);
	}

	@Override
	public List<LeaseResult> lease(List<LeaseRequest> requests) {
		Map<String, List<Integer>> byNamespace = new LinkedHashMap<>();
		for (int i = 0; i < requests.size(); i++) {
			byNamespace.computeIfAbsent(requests.get(i).namespace(), (name) -> new ArrayList<>()).add(i);
		}
		LeaseResult[] results = new LeaseResult[requests.size()];
		byNamespace.forEach((namespace, places) -> {
			List<LeaseResult> some = lease(namespace, places.stream().map(requests::get).toList());
			for (int i = 0; i < places.size(); i++) {
				results[places.get(i)] = some.get(i);
			}
		});
		return List.of(results);
	}

	private List<LeaseResult> lease(String namespace, List<LeaseRequest> requests) {
		Keys keys = this.keyspace.namespace(namespace);
		List<byte[]> arguments = arguments(requests);
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			List<Object> answer = this.connections.run(RedisScript.LEASE,
					"lease facts of namespace '" + namespace + "'", List.of(keys.meta(), keys.intents(), keys.leases()),
					arguments);
			if ((Long) answer.get(0) == 1) {
				return answer.subList(1, answer.size()).stream().map((result) -> result(namespace, result)).toList();
			}
			this.registers.enter(Register.INTENTS, namespace, 0);
		}
		throw new StorageException(
				"Could not lease facts of namespace '" + namespace + "' on " + this.connections.description() + " in "
						+ ATTEMPTS + " attempts, because the namespace's mark kept being removed; try again");
	}

	private static List<byte[]> arguments(List<LeaseRequest> requests) {
		List<byte[]> arguments = new ArrayList<>(ByteWriter.all(clock(), Integer.toString(requests.size())));
		for (LeaseRequest request : requests) {
			arguments.add(ByteWriter.utf8(request.token()));
			arguments.add(time(request.until()));
			arguments.add(ByteWriter.utf8(Integer.toString(request.factIds().size())));
			request.factIds().forEach((id) -> arguments.add(ByteWriter.utf8(id)));
			arguments.add(ByteWriter.utf8(Integer.toString(request.replaces().size())));
			request.replaces().forEach((token) -> arguments.add(ByteWriter.utf8(token)));
		}
		return arguments;
	}

	private static LeaseResult result(String namespace, Object result) {
		if (result instanceof Long fence) {
			return new LeaseResult.Leased(fence);
		}
		return new LeaseResult.Busy(intents(namespace, (List<?>) result));
	}

	private static List<Intent> intents(String namespace, List<?> values) {
		List<Intent> intents = new ArrayList<>();
		for (int i = 0; i < values.size(); i += 2) {
			byte[] intent = (byte[]) values.get(i + 1);
			long until = new ByteReader(intent).int64() ^ Long.MIN_VALUE;
			String token = ByteWriter.string(Arrays.copyOfRange(intent, Long.BYTES, intent.length));
			intents.add(new Intent(namespace, ByteWriter.string((byte[]) values.get(i)), token, Path.instant(until)));
		}
		return intents;
	}

	@Override
	public Renewal renew(String namespace, String token, String newToken, Instant until) {
		Keys keys = this.keyspace.namespace(namespace);
		List<Object> answer = this.connections.run(RedisScript.RENEW, "renew leases of namespace '" + namespace + "'",
				List.of(keys.meta(), keys.intents(), keys.leases()),
				List.of(ByteWriter.utf8(token), ByteWriter.utf8(newToken), time(until), ByteWriter.utf8(clock())));
		Set<String> ids = new HashSet<>();
		answer.subList(1, answer.size()).forEach((id) -> ids.add(ByteWriter.string((byte[]) id)));
		return new Renewal((Long) answer.get(0), ids);
	}

	@Override
	public void release(String namespace, String token) {
		Keys keys = this.keyspace.namespace(namespace);
		this.connections.run(RedisScript.RELEASE, "release facts of namespace '" + namespace + "'",
				List.of(keys.intents(), keys.leases()), ByteWriter.all(token));
	}

	@Override
	public List<Intent> list(@Nullable FactAddress after, int limit) {
		List<Intent> found = new ArrayList<>();
		String namespace = (after != null) ? after.namespace() : null;
		boolean inclusive = true;
		boolean more = true;
		while (more && found.size() < limit) {
			Registers.Page page = this.registers.page(Register.INTENTS, namespace, inclusive, PAGE);
			page.entries().forEach((name, entries) -> {
				if (found.size() < limit) {
					String afterId = (after != null && name.equals(after.namespace())) ? after.factId() : null;
					found.addAll(list(name, entries, afterId, limit - found.size()));
				}
			});
			more = page.more();
			namespace = more ? page.entries().lastKey() : namespace;
			inclusive = false;
		}
		return found;
	}

	private List<Intent> list(String namespace, List<Registers.Entry> entries, @Nullable String after, int limit) {
		Keys keys = this.keyspace.namespace(namespace);
		List<Intent> intents = new ArrayList<>();
		byte[] low = ByteWriter.utf8((after != null) ? "(i" + after : "[i");
		List<Object> answer = this.connections.run(RedisScript.INTENTS, "list leases",
				List.of(keys.intents(), keys.leases()), List.of(low, ByteWriter.utf8(Integer.toString(limit))));
		intents.addAll(intents(namespace, answer));
		if (intents.isEmpty() || entries.size() > 1) {
			entries.forEach((entry) -> this.registers.review(Register.INTENTS, entry));
		}
		return intents;
	}

}
