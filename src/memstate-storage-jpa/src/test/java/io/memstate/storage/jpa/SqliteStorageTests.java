package io.memstate.storage.jpa;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.Direction;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.MemoryStore;
import io.memstate.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SqliteStorageTests extends AbstractJpaStorageTests {

	@TempDir
	private Path directory;

	@Override
	JpaStorage open() {
		return SqliteStorage.open(this.directory.resolve("some/where/memstate.db"))
			.synchronous(SqliteStorage.Synchronous.NORMAL);
	}

	@Test
	void saysWhatToDoAboutStreamsThatAreLeftOpen() {
		JpaStorage storage = SqliteStorage.open(this.directory.resolve("streams.db"))
			.connectionTimeout(Duration.ofMillis(300))
			.poolSize(1);
		try (storage; MemoryStore memory = MemoryStore.builder(storage).build()) {
			memory.commit(Draft.of("note", Map.of("n", 1)));
			try (Stream<Fact> stream = memory.stream(FactQuery.all().orderBy("n", Direction.ASC))) {
				assertThat(stream.iterator().next().type()).isEqualTo("note");
				assertThatExceptionOfType(StorageException.class).isThrownBy(() -> memory.count(FactQuery.all()))
					.withMessageContaining("close the streams");
			}
			assertThat(memory.count(FactQuery.all())).isOne();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ":memory:", "file:memstate.db", "jdbc:sqlite:memstate.db" })
	void refusesWhatIsNoFile(String name) {
		Path file = Path.of(name);
		assertThatIllegalArgumentException().isThrownBy(() -> SqliteStorage.open(file))
			.withMessageContaining("'" + name + "'")
			.withMessageContaining("in-memory");
	}

}
