package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.StepQuery;
import io.memstate.storage.Storage;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Unit;
import io.memstate.storage.memory.InMemoryStorage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random units and queries answer as they do on the in-memory storage. How many units is
 * told by {@code memstate.test.units} (100).
 */
class AgainstModelIT {

	private static final int UNITS = Integer.getInteger("memstate.test.units", 60);

	private final Storage model = new InMemoryStorage();

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6 })
	void answersAsTheModel(long seed) {
		try (RedisStorage storage = TestRedis.storage()) {
			run(storage.maxPage((seed % 2 == 0) ? 500 : (int) seed), new RandomUnits(seed));
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 7, 8 })
	void answersAsTheModelOnACluster(long seed) {
		try (RedisStorage storage = TestRedisCluster.storage()) {
			run(storage, new RandomUnits(seed));
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 9, 10 })
	void answersAsTheModelWithJedis(long seed) {
		try (TestFactories factories = new TestFactories()) {
			run(factories.storage(factories.jedis()), new RandomUnits(seed));
		}
	}

	@ParameterizedTest
	@ValueSource(longs = 11)
	void answersAsTheModelWithJedisOnACluster(long seed) {
		try (TestFactories factories = new TestFactories()) {
			run(factories.storage(factories.jedisCluster()), new RandomUnits(seed));
		}
	}

	private void run(RedisStorage storage, RandomUnits random) {
		Map<String, Set<Path>> indexed = new HashMap<>();
		for (int i = 0; i < UNITS; i++) {
			if (random.chance(5)) {
				indexed.put(random.one(RandomUnits.TYPES), paths(random));
			}
			Unit unit = random.unit(random.one(RandomUnits.NAMESPACES), indexed);
			ApplyResult expected = apply(this.model, unit);
			assertThat(apply(storage, unit)).as("unit %s: %s", i, unit).isEqualTo(expected);
			if (expected instanceof ApplyResult.Applied) {
				random.applied(unit);
			}
			String namespace = random.one(RandomUnits.NAMESPACES);
			compareQuery(storage, random.query(namespace));
			if (i % 5 == 0) {
				compareReads(storage, random, namespace);
			}
		}
	}

	/*
	 * A unit without the preconditions that it needs is refused by an exception.
	 */
	private static @Nullable ApplyResult apply(Storage storage, Unit unit) {
		try {
			return storage.apply(unit);
		}
		catch (StorageException ex) {
			assertThat(ex).hasMessageContaining("needs a precondition");
			return null;
		}
	}

	private Set<Path> paths(RandomUnits random) {
		Set<Path> paths = new HashSet<>();
		RandomUnits.PATHS.stream().filter((path) -> random.chance(60)).forEach(paths::add);
		return paths;
	}

	private void compareQuery(RedisStorage storage, StorageQuery query) {
		StorageQuery all = query.page(null, 1000);
		List<FactState> expected = this.model.query(all);
		assertThat(storage.query(all)).as("%s", all).isEqualTo(expected);
		OptionalLong count = storage.count(query);
		if (count.isPresent()) {
			assertThat(count.getAsLong()).as("%s", query).isEqualTo(expected.size());
		}
		List<FactState> paged = new ArrayList<>();
		StoredFact last = null;
		List<FactState> page;
		do {
			page = storage.query(query.page(last, query.limit()));
			paged.addAll(page);
			last = page.isEmpty() ? null : page.get(page.size() - 1).fact();
		}
		while (page.size() == query.limit());
		assertThat(paged).as("%s", query).isEqualTo(expected);
	}

	private void compareReads(RedisStorage storage, RandomUnits random, String namespace) {
		List<String> ids = java.util.stream.IntStream.range(0, 50).mapToObj((i) -> "id" + i).toList();
		assertThat(storage.facts(namespace, ids)).isEqualTo(this.model.facts(namespace, ids));
		assertThat(storage.singletons(namespace, random.keys()))
			.isEqualTo(this.model.singletons(namespace, random.keys()));
		assertThat(storage.namespaces(null, 10)).isEqualTo(this.model.namespaces(null, 10));
		assertThat(storage.namespaces("default", 1)).isEqualTo(this.model.namespaces("default", 1));
		for (String after : new String[] { null, "s", "s1" }) {
			for (int limit = 1; limit < 4; limit++) {
				assertThat(storage.sessions(namespace, random.now, after, limit))
					.isEqualTo(this.model.sessions(namespace, random.now, after, limit));
			}
		}
		assertThat(storage.due(random.now, 1000)).containsExactlyInAnyOrderElementsOf(this.model.due(random.now, 1000));
		compareLog(storage, random, namespace);
		String session = random.chance(50) ? null : random.one(RandomUnits.SESSIONS);
		for (StepQuery.Selection selection : StepQuery.Selection.values()) {
			StepQuery steps = new StepQuery(namespace, session, selection, 1 + random.number(50));
			assertThat(storage.steps(steps)).as("%s", steps).isEqualTo(this.model.steps(steps));
		}
		String after = random.chance(50) ? null : random.id();
		var at = random.now.minusMillis(random.number(50));
		int limit = 1 + random.number(30);
		assertThat(storage.lastEntries(namespace, at, after, limit))
			.isEqualTo(this.model.lastEntries(namespace, at, after, limit));
	}

	private void compareLog(RedisStorage storage, RandomUnits random, String namespace) {
		for (int i = 0; i < 5; i++) {
			StorageLogQuery query = new StorageLogQuery(namespace,
					random.chance(30) ? random.one(RandomUnits.SESSIONS) : null, random.chance(30) ? random.id() : null,
					random.chance(30) ? "UPDATE" : null, random.chance(20) ? "step" + random.number(100) : null,
					random.chance(20) ? "key" + random.number(7) : null,
					random.chance(20) ? random.now.minusMillis(random.number(100)) : null,
					random.chance(20) ? random.now.minusMillis(random.number(100)) : null,
					random.chance(50) ? (long) random.number(200) : null, random.chance(50), 1 + random.number(50));
			assertThat(storage.log(query)).as("%s", query).isEqualTo(this.model.log(query));
		}
	}

}
