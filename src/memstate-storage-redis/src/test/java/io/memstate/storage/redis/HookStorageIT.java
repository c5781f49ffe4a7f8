package io.memstate.storage.redis;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intent;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.OutboxRetry;
import io.memstate.storage.OutboxRow;
import io.memstate.storage.OutboxStatus;
import io.memstate.storage.OutboxTask;
import io.memstate.storage.Precondition;
import io.memstate.storage.Renewal;
import io.memstate.storage.Unit;
import io.memstate.storage.memory.InMemoryStorage;
import io.memstate.test.TcpProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Intents and the outbox.
 */
class HookStorageIT {

	private static final List<String> NAMESPACES = List.of("a", "b{}", "c");

	private static final List<String> HOOKS = List.of("index", "index 2");

	private static final int LISTED = Integer.getInteger("memstate.test.listed", 4);

	private static final Instant START = Units.NOW.plusSeconds(60);

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void keepsIntentsAsTheModelDoes(long seed) {
		Random random = new Random(seed);
		HookStorage model = new InMemoryStorage();
		Map<String, Long> fences = new HashMap<>();
		String[] tokens = { "token0", "token1", "token2", "token3", "token4" };
		try (RedisStorage storage = (seed == 3) ? TestRedisCluster.storage() : TestRedis.storage()) {
			for (int i = 0; i < 400; i++) {
				String namespace = NAMESPACES.get(random.nextInt(NAMESPACES.size()));
				int holder = random.nextInt(5);
				String token = tokens[holder];
				Instant until = START.plusMillis(random.nextInt(1000));
				switch (random.nextInt(6)) {
					case 0, 1, 2 -> {
						LeaseRequest request = new LeaseRequest(namespace, token, ids(random), until,
								random.nextBoolean() ? Set.of() : Set.of(tokens[random.nextInt(5)]));
						compare(storage.intents().lease(List.of(request)).get(0),
								model.intents().lease(List.of(request)).get(0), namespace, fences);
					}
					case 3 -> {
						// a token that is new, or the same
						String other = random.nextBoolean() ? "other" + i : token;
						tokens[holder] = other;
						Renewal renewal = storage.intents().renew(namespace, token, other, until);
						assertThat(renewal.factIds())
							.isEqualTo(model.intents().renew(namespace, token, other, until).factIds());
						rises(fences, namespace, renewal.fence());
					}
					case 4 -> {
						storage.intents().release(namespace, token);
						model.intents().release(namespace, token);
					}
					default -> {
						Set<String> ids = ids(random);
						Unit unit = new Unit(namespace,
								List.of(new Precondition.LeaseHeld(token, ids, random.nextBoolean())), List.of(),
								List.of(), null, List.of(), Map.of());
						assertThat(storage.apply(unit)).isEqualTo(model.apply(unit));
					}
				}
				FactAddress after = new FactAddress(namespace, "id" + random.nextInt(6));
				// a listing asks each of many keys
				if (i % LISTED == 0) {
					assertThat(storage.intents().list(null, 100)).isEqualTo(model.intents().list(null, 100));
					assertThat(storage.intents().list(after, 3)).isEqualTo(model.intents().list(after, 3));
				}
			}
		}
	}

	private static Set<String> ids(Random random) {
		Set<String> ids = new HashSet<>();
		ids.add("id" + random.nextInt(6));
		while (random.nextBoolean()) {
			ids.add("id" + random.nextInt(6));
		}
		return ids;
	}

	private static void compare(LeaseResult actual, LeaseResult expected, String namespace, Map<String, Long> fences) {
		if (expected instanceof LeaseResult.Busy busy) {
			assertThat(((LeaseResult.Busy) actual).holders()).containsExactlyInAnyOrderElementsOf(busy.holders());
		}
		else {
			rises(fences, namespace, ((LeaseResult.Leased) actual).fence());
		}
	}

	private static void rises(Map<String, Long> fences, String namespace, long fence) {
		assertThat(fence).isGreaterThan(fences.getOrDefault(namespace, 0L));
		fences.put(namespace, fence);
	}

	@Test
	void handsIntentsOnThoughTheAnswerIsLost() {
		String host = URI.create(TestRedis.uri()).getHost();
		try (TcpProxy proxy = TcpProxy.to(host, URI.create(TestRedis.uri()).getPort());
				RedisStorage storage = RedisStorage.open("redis://127.0.0.1:" + proxy.port())
					.keyPrefix(TestRedis.newPrefix())) {
			storage.initialize();
			storage.intents().renew("a", "none", "none", START); // so that the server
																	// knows the script
			storage.intents().lease(List.of(new LeaseRequest("a", "token", Set.of("id"), START, Set.of())));
			proxy.loseAnswerTo(RedisScript.RENEW.sha().getBytes(StandardCharsets.US_ASCII));
			// the client sends it again once it is connected again
			assertThat(storage.intents().renew("a", "token", "other", START).factIds()).containsExactly("id");
			assertThat(proxy.lost()).isEqualTo(1);
			assertThat(storage.intents().list(null, 10)).containsExactly(new Intent("a", "id", "other", START));
		}
	}

	@Test
	void leasesForSeveralNamespacesAtOnce() {
		try (RedisStorage storage = TestRedisCluster.storage()) {
			List<LeaseRequest> requests = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				requests.add(new LeaseRequest(NAMESPACES.get(i % 3), "token" + i, Set.of("id"), START, Set.of()));
			}
			List<LeaseResult> results = storage.intents().lease(requests);
			assertThat(results.subList(0, 3)).allMatch(LeaseResult.Leased.class::isInstance);
			for (int i = 3; i < 6; i++) {
				assertThat(results.get(i)).isEqualTo(new LeaseResult.Busy(
						List.of(new Intent(NAMESPACES.get(i - 3), "id", "token" + (i - 3), START))));
			}
		}
	}

	@Test
	void reachesWhatWaitsBehindManyNamespacesThatPause() {
		List<String> namespaces = new ArrayList<>();
		for (int i = 0; namespaces.size() < 110; i++) {
			if (Keyspace.shard("a" + i) == Keyspace.shard("z")) {
				namespaces.add("a" + i);
			}
		}
		try (RedisStorage storage = TestRedis.storage()) {
			namespaces.forEach((namespace) -> write(storage, namespace));
			OutboxClaim claim;
			while ((claim = storage.outbox().claim("index", "token", START, START, 10)) != null) {
				storage.outbox().settle(claim, List.of(), List.of(), START.plusSeconds(60));
			}
			write(storage, "z");
			assertThat(storage.outbox().claim("index", "token", START, START, 10)).isNotNull()
				.satisfies((found) -> assertThat(found.rows()).extracting(OutboxRow::namespace).containsExactly("z"));
			Instant later = START.plusSeconds(60);
			assertThat(storage.outbox().claim("index", "token", later, later.plusSeconds(60), 10)).isNotNull();
		}
	}

	private static void write(RedisStorage storage, String namespace) {
		Unit unit = Units.unit(namespace, List.of(Units.state(namespace, "id", 1, "{}", null)), Set.of());
		storage.apply(new Unit(namespace, unit.preconditions(), unit.facts(), unit.entries(), unit.step(), List.of(),
				Map.of(), List.of(new OutboxTask("index", 0))));
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void deliversEachFactInOrder(long seed) {
		try (RedisStorage storage = (seed == 3) ? TestRedisCluster.storage() : TestRedis.storage()) {
			new Deliveries(storage, new Random(seed)).run();
		}
	}

	/**
	 * What is to be delivered, as it should be.
	 */
	private static final class Deliveries {

		private final RedisStorage storage;

		private final Random random;

		private final Map<String, Deque<Change>> queues = new HashMap<>();

		private final Map<String, Lease> leases = new HashMap<>();

		private final Map<String, Long> versions = new HashMap<>();

		private final Map<String, Long> fences = new HashMap<>();

		private final List<OutboxClaim> claims = new ArrayList<>();

		private Instant now = START;

		Deliveries(RedisStorage storage, Random random) {
			this.storage = storage;
			this.random = random;
		}

		void run() {
			for (int i = 0; i < 500; i++) {
				this.now = this.now.plusMillis(this.random.nextInt(20));
				switch (this.random.nextInt(8)) {
					case 0, 1, 2 -> write();
					case 3, 4, 5 -> claim();
					case 6 -> settle();
					default -> status();
				}
			}
			finish();
		}

		private void write() {
			String namespace = NAMESPACES.get(this.random.nextInt(NAMESPACES.size()));
			String id = "id" + this.random.nextInt(4);
			long version = this.versions.merge(namespace + id, 1L, Long::sum);
			FactState state = Units.state(namespace, id, version, "{}", null);
			Unit plain = Units.unit(namespace, List.of(state), Set.of());
			List<OutboxTask> tasks = new ArrayList<>();
			HOOKS.stream()
				.filter((hook) -> this.random.nextInt(4) > 0)
				.forEach((hook) -> tasks.add(new OutboxTask(hook, 0)));
			ApplyResult result = this.storage.apply(new Unit(namespace, plain.preconditions(), plain.facts(),
					plain.entries(), plain.step(), List.of(), Map.of(), tasks));
			long sequence = ((ApplyResult.Applied) result).sequences().get(0);
			tasks.forEach((task) -> queue(task.hook(), namespace, id).add(new Change(sequence)));
		}

		private Deque<Change> queue(String hook, String namespace, String id) {
			return this.queues.computeIfAbsent(hook + "|" + namespace + "|" + id, (key) -> new ArrayDeque<>());
		}

		private void claim() {
			String hook = HOOKS.get(this.random.nextInt(HOOKS.size()));
			String token = "token" + this.random.nextInt(3);
			Instant until = this.now.plusMillis(this.random.nextInt(60));
			OutboxClaim claim = this.storage.outbox().claim(hook, token, this.now, until, 1 + this.random.nextInt(5));
			if (claim == null) {
				assertNothingToClaim(hook, token);
				return;
			}
			Lease lease = this.leases.get(hook + claim.partition());
			assertThat(lease == null || lease.token().equals(token) || !this.now.isBefore(lease.until())).isTrue();
			this.leases.put(hook + claim.partition(), new Lease(token, until));
			this.claims.add(claim);
			Map<String, List<Long>> byFact = new HashMap<>();
			for (OutboxRow row : claim.rows()) {
				byFact.computeIfAbsent(row.entry().factId(), (id) -> new ArrayList<>()).add(row.id());
				String fact = hook + row.namespace() + row.entry().factId();
				assertThat(row.fence()).isGreaterThan(this.fences.getOrDefault(fact, 0L));
				this.fences.put(fact, row.fence());
			}
			byFact.forEach((id, ids) -> {
				List<Change> head = queue(hook, claim.rows().get(0).namespace(), id).stream()
					.limit(ids.size())
					.toList();
				assertThat(head).extracting((change) -> change.id).isEqualTo(ids);
				assertThat(head).allMatch((change) -> change.claimable(this.now));
			});
		}

		private void assertNothingToClaim(String hook, String token) {
			this.queues.forEach((key, queue) -> {
				String[] parts = key.split("\\|");
				Lease lease = this.leases.get(hook + RedisOutbox.partition(parts[2]) + ":" + parts[1]);
				boolean free = lease == null || token.equals(lease.token()) || !this.now.isBefore(lease.until());
				if (parts[0].equals(hook) && free && !queue.isEmpty()) {
					assertThat(queue.element().claimable(this.now)).as(key).isFalse();
				}
			});
		}

		private void settle() {
			if (this.claims.isEmpty()) {
				return;
			}
			OutboxClaim claim = this.claims.remove(this.random.nextInt(this.claims.size()));
			List<OutboxRow> delivered = new ArrayList<>();
			List<OutboxRetry> failed = new ArrayList<>();
			Set<String> blocked = new HashSet<>();
			for (OutboxRow row : claim.rows()) {
				if (!blocked.contains(row.entry().factId())) {
					if (this.random.nextInt(3) > 0) {
						delivered.add(row);
					}
					else {
						blocked.add(row.entry().factId());
						failed.add(new OutboxRetry(row, row.attempts() + 1,
								this.now.plusMillis(this.random.nextInt(100)), this.random.nextInt(3) == 0));
					}
				}
			}
			Instant pause = (this.random.nextInt(4) == 0) ? this.now.plusMillis(30) : null;
			boolean held = this.storage.outbox().settle(claim, delivered, failed, pause);
			Lease lease = this.leases.get(claim.hook() + claim.partition());
			assertThat(held).isEqualTo(lease != null && claim.token().equals(lease.token()));
			if (held) {
				this.leases.remove(claim.hook() + claim.partition());
				if (pause != null) {
					this.leases.put(claim.hook() + claim.partition(), new Lease("", pause));
				}
				settled(claim, delivered, failed);
			}
		}

		private void settled(OutboxClaim claim, List<OutboxRow> delivered, List<OutboxRetry> failed) {
			delivered.forEach((row) -> queue(claim.hook(), row.namespace(), row.entry().factId())
				.removeIf((change) -> change.id == row.id()));
			failed
				.forEach((retry) -> queue(claim.hook(), retry.row().namespace(), retry.row().entry().factId()).stream()
					.filter((change) -> change.id == retry.row().id())
					.forEach((change) -> change.failed(retry)));
		}

		private void status() {
			for (String hook : HOOKS) {
				if (this.random.nextInt(10) == 0) {
					long parked = changes(hook).stream().filter((change) -> change.parked).count();
					assertThat(this.storage.outbox().unpark(hook)).isEqualTo((int) parked);
					changes(hook).stream().filter((change) -> change.parked).forEach(Change::unpark);
				}
				List<Change> changes = changes(hook);
				long parked = changes.stream().filter((change) -> change.parked).count();
				long pending = changes.size() - parked;
				assertThat(this.storage.outbox().status(hook))
					.isEqualTo(new OutboxStatus(pending, parked, (pending > 0) ? Units.NOW : null));
			}
		}

		private List<Change> changes(String hook) {
			List<Change> changes = new ArrayList<>();
			this.queues.forEach((key, queue) -> {
				if (key.startsWith(hook + "|")) {
					changes.addAll(queue);
				}
			});
			return changes;
		}

		private void finish() {
			this.now = this.now.plusSeconds(3600);
			for (String hook : HOOKS) {
				this.storage.outbox().unpark(hook);
				OutboxClaim claim = this.storage.outbox().claim(hook, "last", this.now, this.now, 100);
				while (claim != null) {
					assertThat(this.storage.outbox().settle(claim, claim.rows(), List.of(), null)).isTrue();
					settled(claim, claim.rows(), List.of());
					claim = this.storage.outbox().claim(hook, "last", this.now, this.now, 100);
				}
				assertThat(changes(hook)).isEmpty();
				assertThat(this.storage.outbox().status(hook)).isEqualTo(new OutboxStatus(0, 0, null));
			}
		}

		private record Lease(String token, Instant until) {
		}

		private static final class Change {

			private final long id;

			private Instant due = Instant.MIN;

			private boolean parked;

			Change(long id) {
				this.id = id;
			}

			boolean claimable(Instant now) {
				return !this.parked && !now.isBefore(this.due);
			}

			void failed(OutboxRetry retry) {
				this.due = retry.due();
				this.parked = retry.parked();
			}

			void unpark() {
				this.parked = false;
				this.due = Instant.MIN;
			}

		}

	}

}
