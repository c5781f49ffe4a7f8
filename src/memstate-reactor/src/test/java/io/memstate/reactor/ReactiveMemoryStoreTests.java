package io.memstate.reactor;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.FactType;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.MemoryStoreException;
import io.memstate.Operation;
import io.memstate.Patch;
import io.memstate.SearchRequest;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ReactiveMemoryStore}.
 */
@Timeout(60)
class ReactiveMemoryStoreTests {

	private final MemoryStore store = MemoryStore.builder(new InMemoryStorage()).schema(Note.class).build();

	private final ReactiveMemoryStore memory = ReactiveMemoryStore.of(this.store);

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void nothingHappensBeforeSubscription() {
		Mono<Fact> commit = this.memory.commit(new Note("a"));
		assertThat(this.store.count(FactQuery.all())).isZero();
		StepVerifier.create(commit).expectNextCount(1).verifyComplete();
		StepVerifier.create(commit).expectNextCount(1).verifyComplete();
		assertThat(this.store.count(FactQuery.all())).as("each subscription commits").isEqualTo(2);
	}

	@Test
	void commitsUpdatesAndDeletes() {
		StepVerifier.create(this.memory.commit(Draft.of(new Note("a")).id("n"), Change.by("ada")))
			.assertNext((fact) -> assertThat(this.store.get("n")).contains(fact))
			.verifyComplete();
		StepVerifier.create(this.memory.update("n", Patch.set("text", "b")).map(Fact::version))
			.expectNext(2L)
			.verifyComplete();
		StepVerifier.create(this.memory.update("n", Patch.set("text", "c"), Change.by("bob")).map(Fact::version))
			.expectNext(3L)
			.verifyComplete();
		StepVerifier.create(this.memory.get("n", Note.class)).expectNext(new Note("c")).verifyComplete();
		StepVerifier.create(this.memory.delete("n", Change.by("bob")).map(Fact::version))
			.expectNext(3L)
			.verifyComplete();
		StepVerifier.create(this.memory.get("n")).verifyComplete();
		StepVerifier.create(this.memory.get("n", Note.class)).verifyComplete();
		StepVerifier.create(this.memory.history("n").map(LogEntry::operation))
			.expectNext(Operation.COMMIT, Operation.UPDATE, Operation.UPDATE, Operation.DELETE)
			.verifyComplete();
	}

	@Test
	void queries() {
		StepVerifier.create(this.memory.commitAll(List.of(new Note("a"), new Note("b")), Change.anonymous()))
			.assertNext((facts) -> assertThat(facts).hasSize(2))
			.verifyComplete();
		StepVerifier.create(this.memory.query(FactQuery.all())).expectNextCount(2).verifyComplete();
		StepVerifier.create(this.memory.query(Note.class, FactQuery.all()))
			.expectNext(new Note("a"), new Note("b"))
			.verifyComplete();
		StepVerifier.create(this.memory.count(FactQuery.all())).expectNext(2L).verifyComplete();
		StepVerifier.create(this.memory.stream(FactQuery.all())).expectNextCount(2).verifyComplete();
	}

	@Test
	void rollsBackAndRedoes() {
		this.store.commit(Draft.of(new Note("a")).id("n"));
		StepVerifier.create(this.memory.rollback(1))
			.assertNext((entries) -> assertThat(entries).extracting(LogEntry::operation)
				.containsExactly(Operation.ROLLBACK))
			.verifyComplete();
		assertThat(this.store.get("n")).isEmpty();
		StepVerifier.create(this.memory.redo(1, Change.by("ada"))).expectNextCount(1).verifyComplete();
		assertThat(this.store.get("n")).isPresent();
		StepVerifier.create(this.memory.log(LogQuery.all()).map(LogEntry::operation))
			.expectNext(Operation.REDO, Operation.ROLLBACK, Operation.COMMIT)
			.verifyComplete();
	}

	@Test
	void worksInSessions() {
		ReactiveMemorySession session = this.memory.session("s");
		assertThat(session.id()).isEqualTo("s");
		StepVerifier.create(session.commit(new Note("a")).then(session.commit(new Note("b"))))
			.expectNextCount(1)
			.verifyComplete();
		StepVerifier.create(session.stream(FactQuery.all())).expectNextCount(2).verifyComplete();
		StepVerifier.create(session.rollback(1)).expectNextCount(1).verifyComplete();
		StepVerifier.create(session.redo(1)).expectNextCount(1).verifyComplete();
		StepVerifier.create(session.promote((fact) -> fact.payload().containsValue("a"), Change.by("ada")))
			.assertNext((facts) -> assertThat(facts).hasSize(1))
			.verifyComplete();
		StepVerifier.create(session.discard()).expectNext(1).verifyComplete();
		StepVerifier.create(session.log().map(LogEntry::operation))
			.expectNext(Operation.DISCARD)
			.thenConsumeWhile((operation) -> true)
			.verifyComplete();
		StepVerifier.create(this.memory.query(Note.class, FactQuery.all())).expectNext(new Note("a")).verifyComplete();
	}

	@Test
	void worksInOtherNamespaces() {
		ReactiveMemoryStore other = this.memory.namespace("other");
		assertThat(other.namespace()).isEqualTo("other");
		assertThat(other.schemas()).isSameAs(this.store.schemas());
		StepVerifier.create(other.commit(new Note("a"))).expectNextCount(1).verifyComplete();
		StepVerifier.create(this.memory.count(FactQuery.all())).expectNext(0L).verifyComplete();
		StepVerifier.create(this.memory.namespaces()).expectNext("other").verifyComplete();
	}

	@Test
	void showsThePast() {
		Fact fact = this.store.commit(Draft.of(new Note("a")).id("n"));
		Instant then = fact.updatedAt();
		this.store.delete("n");
		ReactiveMemoryView past = this.memory.asOf(then);
		assertThat(past.time()).isEqualTo(then);
		StepVerifier.create(past.get("n")).expectNext(fact).verifyComplete();
		StepVerifier.create(past.get("unknown")).verifyComplete();
		StepVerifier.create(past.query(FactQuery.all())).expectNext(fact).verifyComplete();
		StepVerifier.create(past.stream(FactQuery.all())).expectNext(fact).verifyComplete();
		StepVerifier.create(past.count(FactQuery.all())).expectNext(1L).verifyComplete();
	}

	@Test
	void runsTransactions() {
		StepVerifier.create(this.memory.transaction((work) -> {
			work.commit(new Note("a"));
			return work.commit(new Note("b"));
		})).expectNextCount(1).verifyComplete();
		StepVerifier.create(this.memory.<Fact>transaction(Change.by("ada"), (work) -> null)).verifyComplete();
		StepVerifier.create(this.memory.rollback(1)).expectNextCount(1).verifyComplete();
		StepVerifier.create(this.memory.count(FactQuery.all())).expectNext(0L).verifyComplete();
	}

	@Test
	void preparesAndMaintains() {
		StepVerifier.create(this.memory.initialize()).verifyComplete();
		StepVerifier.create(this.memory.maintenance()).verifyComplete();
	}

	@Test
	void failuresAreErrorSignals() {
		this.store.commit(Draft.of(new Note("a")).id("n"));
		StepVerifier.create(this.memory.commit(new Note("b"), Change.anonymous().expecting(7)))
			.verifyError(ConflictException.class);
		StepVerifier.create(this.memory.delete("unknown")).verifyError(FactNotFoundException.class);
		StepVerifier.create(this.memory.rollback(0)).verifyError(IllegalArgumentException.class);
		StepVerifier.create(this.memory.query(null)).verifyError(IllegalArgumentException.class);
		StepVerifier.create(this.memory.stream(null)).verifyError(IllegalArgumentException.class);
		StepVerifier.create(this.memory.search(SearchRequest.of("a"))).verifyError(MemoryStoreException.class);
		StepVerifier.create(this.memory.transaction((work) -> {
			throw new UnsupportedOperationException();
		})).verifyError(UnsupportedOperationException.class);
	}

	@Test
	void cancelledCallThatHasNotBegunDoesNotBegin() {
		Queue<Runnable> waiting = new ArrayDeque<>();
		try (MemoryStore later = MemoryStore.builder(new InMemoryStorage()).executor(waiting::add).build()) {
			Disposable subscription = ReactiveMemoryStore.of(later)
				.commit(Draft.of("note", Map.of("text", "a")))
				.subscribe();
			assertThat(waiting).hasSize(1);
			subscription.dispose();
			waiting.remove().run();
			assertThat(later.count(FactQuery.all())).isZero();
		}
	}

	@Test
	void closedStoreRefuses() {
		this.store.close();
		StepVerifier.create(this.memory.get("n")).verifyError(IllegalStateException.class);
	}

	@Test
	void needsAStoreAndAScheduler() {
		assertThatIllegalArgumentException().isThrownBy(() -> ReactiveMemoryStore.of(null))
			.withMessage("'store' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> ReactiveMemoryStore.of(this.store, null))
			.withMessage("'scheduler' must not be null");
	}

	@FactType("note")
	record Note(String text) {
	}

}
