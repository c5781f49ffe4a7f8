package io.memstate.storage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.memstate.storage.StorageQuery.Layers;
import io.memstate.storage.StorageQuery.SortKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link StorageQuery}.
 */
class StorageQueryTests {

	private static final Instant T0 = SampleFacts.TIME;

	@Test
	void ordersByCreationThenIdByDefault() {
		assertOrder(query(), fact("z", -1, "{}"), fact("B", 0, "{}"), fact("a", 0, "{}"), fact("\uFFFF", 0, "{}"),
				fact("\uD83D\uDE00", 0, "{}"), fact("0", 1, "{}"));
	}

	@Test
	void ordersByPath() {
		assertOrder(query(key("n", false)), fact("a", 9, "{}"), fact("b", 8, "{\"n\":null}"), fact("c", 7, "{\"n\":1}"),
				fact("d", 6, "{\"n\":1.5}"), fact("e", 5, "{\"n\":\"x\"}"));
		assertOrder(query(key("n", true)), fact("e", 5, "{\"n\":\"x\"}"), fact("d", 6, "{\"n\":1.5}"),
				fact("c", 7, "{\"n\":1}"), fact("b", 8, "{\"n\":null}"), fact("a", 9, "{}"));
	}

	@Test
	void ordersByCreationAndIdWherePathsAreEqualWhateverTheDirection() {
		for (boolean descending : new boolean[] { true, false }) {
			assertOrder(query(key("n", descending)), fact("b", 0, "{\"n\":1.0}"), fact("a", 1, "{\"n\":1}"),
					fact("c", 1, "{\"n\":1.0}"));
		}
	}

	@Test
	void ordersBySeveralKeys() {
		assertOrder(query(key("a", false), key("b", true), key("$id", true)), fact("1", 0, "{\"a\":1,\"b\":2}"),
				fact("3", 0, "{\"a\":1,\"b\":1}"), fact("2", 0, "{\"a\":1,\"b\":1}"),
				fact("4", 0, "{\"a\":2,\"b\":3}"));
	}

	@Test
	void ordersByTime() {
		assertOrder(query(key("$createdAt", true)), fact("a", 2, "{}"), fact("b", 1, "{}"), fact("c", 1, "{}"));
	}

	private static void assertOrder(StorageQuery query, StoredFact... facts) {
		List<StoredFact> expected = List.of(facts);
		for (int turn = 0; turn < expected.size(); turn++) {
			List<StoredFact> turned = new ArrayList<>(expected);
			Collections.rotate(turned, turn);
			turned.sort(query.comparator());
			assertThat(turned).isEqualTo(expected);
			Collections.reverse(turned);
			turned.sort(query.comparator());
			assertThat(turned).isEqualTo(expected);
		}
	}

	@Test
	void seesLayers() {
		StoredFact longTerm = inSession(null);
		StoredFact own = inSession("s");
		StoredFact other = inSession("r");
		assertSees("s", Layers.OWN, own);
		assertSees(null, Layers.OWN, longTerm);
		assertSees("s", Layers.WITH_LONG_TERM, longTerm, own);
		assertSees(null, Layers.WITH_LONG_TERM, longTerm);
		assertSees("s", Layers.ANY, longTerm, own, other);
		assertSees(null, Layers.ANY, longTerm, own, other);
	}

	private static void assertSees(String session, Layers layers, StoredFact... seen) {
		StorageQuery query = new StorageQuery("ns", session, layers, null, null, List.of(), null, 1, T0);
		assertThat(List.of(inSession(null), inSession("s"), inSession("r")).stream().filter(query::matches))
			.containsExactly(seen);
	}

	private static StoredFact inSession(String session) {
		return new StoredFact("ns", "id", "type", Payload.ofJson("{}"), null, session, false, 1, T0, T0, null);
	}

	@Test
	void matchesTypeConditionAndExpiry() {
		StoredFact fact = new StoredFact("ns", "id", "type", Payload.ofJson("{\"n\":1}"), null, null, false, 1, T0, T0,
				T0);
		Instant before = T0.minusNanos(1_000);
		assertThat(matches(fact, "type", null, before)).isTrue();
		assertThat(matches(fact, "other", null, before)).isFalse();
		assertThat(matches(fact, null, new Condition.Exists(Path.parse("n")), before)).isTrue();
		assertThat(matches(fact, null, new Condition.Exists(Path.parse("m")), before)).isFalse();
		assertThat(matches(fact, null, null, T0)).isFalse();
		assertThat(matches(fact, null, null, T0.plusNanos(1))).isFalse();
	}

	private static boolean matches(StoredFact fact, String type, Condition condition, Instant now) {
		return new StorageQuery("ns", null, Layers.OWN, type, condition, List.of(), null, 1, now).matches(fact);
	}

	@Test
	void changesOnlyThePage() {
		StorageQuery query = new StorageQuery("ns", "s", Layers.ANY, "t", new Condition.And(List.of()),
				List.of(key("n", true)), null, 1, T0);
		StoredFact after = fact("a", 0, "{}");
		StorageQuery page = query.page(after, 7);
		assertThat(page.after()).isSameAs(after);
		assertThat(page.limit()).isEqualTo(7);
		assertThat(page.page(null, 1)).isEqualTo(query);
	}

	private static StoredFact fact(String id, int second, String payload) {
		return new StoredFact("ns", id, "type", Payload.ofJson(payload), null, null, false, 1, T0.plusSeconds(second),
				T0, null);
	}

	private static StorageQuery query(SortKey... order) {
		return new StorageQuery("ns", null, Layers.OWN, null, null, List.of(order), null, 10, T0);
	}

	private static SortKey key(String path, boolean descending) {
		return new SortKey(Path.parse(path), descending);
	}

}
