package io.memstate.storage.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.memstate.storage.FactAddress;
import io.memstate.storage.redis.Keyspace.Register;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An entry of a register may be false but is never missing, wherever somebody dies or is
 * overtaken.
 */
class RegistersIT {

	private final String prefix = TestRedis.newPrefix();

	private final RedisConnections connections = new RedisConnections(
			new OwnedConnectionSource(TestRedis.uri(), Duration.ofSeconds(5)));

	private final Keyspace keyspace = new Keyspace(this.prefix);

	private final Registers registers = new Registers(this.connections, this.keyspace);

	private final RedisStorage storage = RedisStorage.open(TestRedis.uri()).keyPrefix(this.prefix);

	@AfterEach
	void close() {
		this.connections.close();
		this.storage.close();
	}

	private List<Registers.Entry> entries() {
		return this.registers.page(Register.NAMESPACES, null, true, 100).entries().getOrDefault("ns", List.of());
	}

	@Test
	void entersANamespaceOnce() {
		for (int i = 1; i < 10; i++) {
			this.storage.apply(Units.put("ns", "id", i, "{}"));
		}
		assertThat(entries()).hasSize(1);
	}

	@Test
	void removesTheEntryOfAnEmptyNamespaceAndEntersItAgain() {
		this.storage.apply(Units.put("ns", "id", 1, "{}"));
		Registers.Entry first = entries().get(0);
		this.storage.apply(Units.remove("ns", "id", 2));
		assertThat(this.storage.namespaces(null, 10)).isEmpty();
		assertThat(entries()).isEmpty();
		this.storage.apply(Units.put("ns", "id", 3, "{}"));
		assertThat(this.storage.namespaces(null, 10)).containsExactly("ns");
		this.registers.review(Register.NAMESPACES, first);
		assertThat(this.storage.namespaces(null, 10)).containsExactly("ns");
	}

	@Test
	void startsAgainIfTheEntryWasReviewedBeforeTheMark() {
		Registers.Step overtaken = this.registers.begin(Register.NAMESPACES, "ns", 0);
		this.registers.review(Register.NAMESPACES, overtaken.entry());
		assertThat(entries()).isEmpty();
		assertThat(this.registers.mark(Register.NAMESPACES, overtaken, 0)).isFalse();
		this.storage.apply(Units.put("ns", "id", 1, "{}"));
		assertThat(this.storage.namespaces(null, 10)).containsExactly("ns");
	}

	@Test
	void keepsTheEntryOfWhoMarkedFirst() {
		Registers.Step first = this.registers.begin(Register.NAMESPACES, "ns", 0);
		Registers.Step second = this.registers.begin(Register.NAMESPACES, "ns", 0);
		assertThat(this.registers.mark(Register.NAMESPACES, second, 0)).isTrue();
		assertThat(this.registers.mark(Register.NAMESPACES, first, 0)).isTrue();
		this.storage.apply(Units.put("ns", "id", 1, "{}"));
		assertThat(entries()).containsExactly(second.entry());
	}

	@Test
	void forgetsAnEntryWhoseMakerDied() {
		this.registers.begin(Register.NAMESPACES, "ns", 0);
		assertThat(entries()).hasSize(1);
		assertThat(this.storage.namespaces(null, 10)).isEmpty();
		assertThat(entries()).isEmpty();
		this.storage.apply(Units.put("ns", "id", 1, "{}"));
		this.registers.begin(Register.NAMESPACES, "ns", 0);
		assertThat(entries()).hasSize(2);
		assertThat(this.storage.namespaces(null, 10)).containsExactly("ns");
		assertThat(entries()).hasSize(1);
	}

	@Test
	void findsWhatIsDueBehindEntriesThatAreFalse() {
		for (int i = 0; i < 10 * Keyspace.SHARDS; i++) {
			this.registers.begin(Register.DUE, "false-" + i, 0);
		}
		var state = Units.state("ns", "id", 1, "{}", Units.NOW.plusSeconds(1));
		this.storage.apply(Units.unit("ns", List.of(state), java.util.Set.of()));
		assertThat(this.storage.due(Units.NOW.plusSeconds(1000), 1)).containsExactly(new FactAddress("ns", "id"));
	}

	@Test
	void neverMissesWhatExpiresWhileOthersClean() throws Exception {
		RedisStorage cleaner = RedisStorage.open(TestRedis.uri()).keyPrefix(this.prefix);
		AtomicBoolean done = new AtomicBoolean();
		Thread cleaning = new Thread(() -> {
			while (!done.get()) {
				cleaner.due(Units.NOW.plusSeconds(1000), 10);
				cleaner.namespaces(null, 10);
			}
		});
		cleaning.start();
		try {
			int[] seconds = { 5, 900, 1, 20 };
			for (int i = 0; i < 200; i++) {
				var state = Units.state("ns", "id", 2 * i + 1, "{}",
						Units.NOW.plusSeconds(seconds[i % seconds.length]));
				this.storage.apply(Units.unit("ns", List.of(state), java.util.Set.of()));
				assertThat(this.storage.due(Units.NOW.plusSeconds(1000), 10)).hasSize(1);
				assertThat(this.storage.namespaces(null, 10)).containsExactly("ns");
				this.storage.apply(Units.remove("ns", "id", 2 * i + 2));
			}
		}
		finally {
			done.set(true);
			cleaning.join();
			cleaner.close();
		}
	}

}
