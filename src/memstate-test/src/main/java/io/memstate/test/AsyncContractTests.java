package io.memstate.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.memstate.AsyncMemoryStore;
import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.Operation;
import io.memstate.Patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The same store by futures.
 *
 * @since 0.1.0
 */
public abstract class AsyncContractTests extends StorageContract {

	private AsyncMemoryStore async;

	@Override
	Duration retryTimeout() {
		return PATIENTLY;
	}

	@BeforeEach
	void openAsync() {
		this.async = this.memory.async();
	}

	@Test
	void isOneAndTheSame() {
		assertThat(this.memory.async()).isSameAs(this.async);
		assertThat(this.async.namespace()).isEqualTo(this.namespace);
		assertThat(this.async.schemas()).isSameAs(this.memory.schemas());
	}

	@Test
	void initializes() {
		get(this.async.initialize());
		get(this.async.initialize());
	}

	@Test
	void commitsUpdatesAndDeletes() {
		Fact fact = get(this.async.commit(note("1").id("n"), Change.by("ada")));
		assertThat(this.memory.get("n")).contains(fact);
		assertThat(lastEntry().actor()).isEqualTo("ada");
		Fact updated = get(this.async.update("n", Patch.set("text", "2")));
		assertThat(get(this.async.get("n"))).contains(updated);
		assertThat(get(this.async.delete("n"))).isEqualTo(updated);
		assertThat(get(this.async.get("n"))).isEmpty();
	}

	@Test
	void commitsSeveral() {
		assertThat(get(this.async.commitAll(List.of(note("1"), note("2")), Change.anonymous()))).hasSize(2);
		assertThat(get(this.async.count(FactQuery.all()))).isEqualTo(2);
	}

	@Test
	void queriesAndStreams() {
		Fact fact = this.memory.commit(note("1"));
		assertThat(get(this.async.query(FactQuery.all()))).containsExactly(fact);
		try (var stream = get(this.async.stream(FactQuery.all()))) {
			assertThat(stream).containsExactly(fact);
		}
		assertThat(get(this.async.asOf(this.clock.instant()).query(FactQuery.all()))).containsExactly(fact);
	}

	@Test
	void rollsBackAndRedoes() {
		this.memory.commit(note("1").id("n"));
		assertThat(get(this.async.rollback(1))).hasSize(1);
		assertThat(this.memory.get("n")).isEmpty();
		assertThat(get(this.async.redo(1))).hasSize(1);
		assertThat(this.memory.get("n")).isPresent();
		assertThat(get(this.async.history("n"))).isEqualTo(this.memory.history("n"));
		assertThat(get(this.async.log(LogQuery.all()))).isEqualTo(log());
	}

	@Test
	void worksOnSessionsAndNamespaces() {
		Fact fact = get(this.async.session("s").commit(note("1")));
		assertThat(fact.sessionId()).isEqualTo("s");
		assertThat(this.async.session("s").id()).isEqualTo("s");
		assertThat(get(this.async.sessions())).containsExactly("s");
		assertThat(get(this.async.session("s").promote())).hasSize(1);
		get(this.async.session("s").commit(note("2")));
		assertThat(get(this.async.session("s").discard())).isEqualTo(1);
		assertThat(get(this.async.session("s").log())).extracting(LogEntry::operation).contains(Operation.DISCARD);
		get(this.async.namespace(this.namespace + "-other").commit(note("3")));
		assertThat(this.memory.namespace(this.namespace + "-other").count(FactQuery.all())).isEqualTo(1);
	}

	@Test
	void runsTransactions() {
		get(this.async.transaction((work) -> {
			work.commit(note("1"));
			return work.commit(note("2"));
		}));
		this.memory.rollback(1);
		assertThat(everything()).isEmpty();
	}

	@Test
	void bringsEveryFailureInTheFuture() {
		this.memory.commit(decision("yes").id("d"));
		assertFailure(this.async.commit(decision("no").id("d")), ConflictException.class);
		assertFailure(this.async.delete("unknown"), FactNotFoundException.class);
		assertFailure(this.async.rollback(0), IllegalArgumentException.class);
		assertFailure(this.async.get(""), IllegalArgumentException.class);
		assertFailure(this.async.commit(Map.of()), IllegalArgumentException.class);
		assertFailure(this.async.transaction((work) -> {
			throw new UnsupportedOperationException();
		}), UnsupportedOperationException.class);
	}

	@Test
	void runsManyAtOnce() {
		List<CompletableFuture<Fact>> futures = IntStream.range(0, 200)
			.mapToObj((i) -> this.async.commit(preference("role " + i % 10, i)))
			.toList();
		futures.forEach(AsyncContractTests::get);
		assertThat(this.memory.count(FactQuery.all())).isEqualTo(10);
		assertThat(log()).hasSize(200);
	}

	private static void assertFailure(CompletableFuture<?> future, Class<? extends Throwable> type) {
		assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
			.cause()
			.isInstanceOf(type);
	}

	private static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(30, TimeUnit.SECONDS);
		}
		catch (ExecutionException | InterruptedException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
	}

}
