package io.memstate.storage.redis;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.lettuce.core.cluster.SlotHash;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeyspaceTests {

	private final Keyspace keyspace = new Keyspace("memstate");

	@Test
	void putsTheKeysOfANamespaceIntoOneSlot() {
		for (String namespace : List.of("default", "a}b{c", "{", "}", "ä:b", "%7B")) {
			Set<Integer> slots = this.keyspace.namespace(namespace)
				.all()
				.stream()
				.map(SlotHash::getSlot)
				.collect(Collectors.toSet());
			assertThat(slots).as(namespace).hasSize(1);
		}
	}

	@Test
	void encodesNamespacesWithoutMixingThemUp() {
		assertThat(Keyspace.encode("a-b_c.D9")).isEqualTo("a-b_c.D9");
		assertThat(Keyspace.encode("{%7B")).isEqualTo("%7B%257B");
		assertThat(Keyspace.encode("ä")).isEqualTo("%C3%A4");
	}

	@Test
	void spreadsNamespacesOverTheShards() {
		Set<Integer> shards = java.util.stream.IntStream.range(0, 1000)
			.map((i) -> Keyspace.shard("namespace" + i))
			.boxed()
			.collect(Collectors.toSet());
		assertThat(shards).hasSize(Keyspace.SHARDS);
	}

}
