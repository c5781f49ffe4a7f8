package io.memstate.test;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.FactNotFoundException;
import io.memstate.FactQuery;
import io.memstate.FactValidationException;
import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.HookOptions;
import io.memstate.HookStatus;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.MemoryStoreException;
import io.memstate.Patch;
import io.memstate.ReconcileReport;
import io.memstate.ReindexProgress;
import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactState;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.Outbox;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.Precondition;
import io.memstate.storage.ReadingIntents;
import io.memstate.storage.ReadingIntents.LeasedFact;
import io.memstate.storage.Renewal;
import io.memstate.storage.Unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Hooks stay in step with the facts whatever fails.
 *
 * @since 0.1.0
 */
public abstract class HookSafetyContractTests extends StorageContract {

	private final FaultyIndex first = new FaultyIndex("first");

	private final FaultyIndex index = new FaultyIndex("index");

	private MemoryStore strict;

	@Override
	Duration retryTimeout() {
		return PATIENTLY;
	}

	@BeforeEach
	void openStore() {
		this.strict = store((builder) -> builder.hook(this.first).hook(this.index));
	}

	// or tests that share the storage would wait for them
	@AfterEach
	void releaseIntents() {
		intents().forEach((intent) -> spi().intents().release(this.namespace, intent.token()));
	}

	private void assertInStep() {
		assertThat(this.first.drift(this.memory)).isZero();
		assertThat(this.index.drift(this.memory)).isZero();
		assertThat(intents()).allMatch(HookSafetyContractTests::isKept);
	}

	// whoever wants the fact takes it over at once
	private static boolean isKept(Intent intent) {
		return intent.token().contains("/kept-");
	}

	private void assertNothingLeased() {
		assertInStep();
		assertThat(intents()).isEmpty();
	}

	private List<Intent> intents() {
		List<Intent> own = new ArrayList<>();
		for (Intent intent : spi().intents().list(null, 10_000)) {
			if (intent.namespace().equals(this.namespace)) {
				own.add(intent);
			}
		}
		return own;
	}

	private HookStorage spi() {
		return (HookStorage) this.storage;
	}

	@Test
	void leavesNoIntentBehind() {
		this.strict.commit(note("0").id("n"));
		this.strict.update("n", Patch.set("text", "1"));
		this.strict.delete("n");
		assertInStep();
	}

	@Test
	void survivesAnError() {
		this.strict.commit(note("0").id("n"));
		this.index.failNext(new StackOverflowError("deep"));
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class)
			.hasCauseInstanceOf(StackOverflowError.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void survivesAHookThatHangs() throws Exception {
		MemoryStore impatient = store((builder) -> builder.hook(this.first)
			.hook(this.index, HookOptions.defaults().timeout(Duration.ofMillis(200))));
		impatient.commit(note("0").id("n"));
		this.index.hangNext();
		assertThatThrownBy(() -> impatient.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class)
			.hasCauseInstanceOf(TimeoutException.class);
		// the call that was given up takes its change after all, but too late
		waitUntil(() -> this.index.ignored() > 0 || this.index.taken() > 2);
		assertInStep();
		impatient.update("n", Patch.set("text", "2"));
		assertInStep();
	}

	@Test
	void withdrawsFromTheHookThatSucceeded() {
		this.strict.commit(note("0").id("n"));
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class);
		assertInStep();
	}

	@Test
	void leavesTheIntentIfTheWithdrawalFailsToo() {
		this.strict.commit(note("0").id("n"));
		this.index.down(true);
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
		assertThat(intents()).extracting(Intent::factId).containsExactly("n");
		assertThat(this.strict.hooks().list()).extracting(HookStatus::intents).allMatch((count) -> count > 0);
		this.strict.maintenance();
		assertThat(intents()).hasSize(1);
		this.index.down(false);
		this.strict.maintenance();
		assertInStep();
	}

	@Test
	void takesOverAnIntentThatWasLeft() {
		this.strict.commit(note("0").id("n"));
		this.index.down(true);
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class);
		this.index.down(false);
		this.strict.update("n", Patch.set("text", "2"));
		assertInStep();
	}

	@Test
	void takesOverForAHookThatWantsOtherTypes() {
		FaultyIndex ofNotes = new FaultyIndex("notes");
		MemoryStore store = store(
				(builder) -> builder.hook(ofNotes, HookOptions.defaults().types(NOTE)).hook(this.index));
		this.index.down(true);
		assertThatThrownBy(() -> store.commit(note("1").id("n"))).isInstanceOf(HookException.class);
		ofNotes.tamper(this.namespace, "n", this.memory.commit(note("ghost").id("other")));
		this.index.down(false);
		store.commit(Draft.of("task", Map.of("text", "2")).id("n"));
		assertThat(ofNotes.facts(this.namespace)).isEmpty();
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("n");
	}

	@Test
	void recoversWhatADeadProcessLeft() {
		Fact fact = this.strict.commit(note("0").id("n"));
		die(fact, "n");
		die(fact, "never");
		assertThat(this.index.drift(this.memory)).isEqualTo(2);
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.strict.hooks().recover()).isGreaterThanOrEqualTo(2);
		assertInStep();
	}

	private static FaultyIndex refusing(Set<String> refused) {
		return new FaultyIndex("picky") {

			@Override
			public void apply(List<FactChange> changes) throws Exception {
				if (changes.stream().anyMatch((change) -> refused.contains(change.factId()))) {
					throw new IllegalStateException("not these");
				}
				super.apply(changes);
			}

		};
	}

	@Test
	void doesTheRestWhereAHookNeverTakesWhatHasExpired() {
		Set<String> refused = new HashSet<>();
		FaultyIndex picky = refusing(refused);
		MemoryStore store = store((builder) -> builder.hook(picky));
		for (String id : List.of("a", "b", "n")) {
			store.commit(note("0").id(id).expiresIn(Duration.ofMinutes(1)));
			store.namespace(this.namespace + "z").commit(note("0").id(id).expiresIn(Duration.ofMinutes(1)));
		}
		lease("dead", "left");
		picky.tamper(this.namespace, "left", store.get("n").orElseThrow());
		refused.add("a");
		this.clock.advance(Duration.ofHours(1));
		assertThatThrownBy(store::maintenance).isInstanceOf(HookException.class);
		assertThatThrownBy(store::maintenance).isInstanceOf(HookException.class);
		assertThat(picky.facts(this.namespace)).containsOnlyKeys("a");
		assertThat(picky.facts(this.namespace + "z")).containsOnlyKeys("a");
		refused.clear();
		store.maintenance();
		assertThat(picky.facts(this.namespace)).isEmpty();
		assertThat(picky.facts(this.namespace + "z")).isEmpty();
	}

	@Test
	void recoversAlsoBehindFactsThatAHookNeverTakes() {
		Set<String> refused = new HashSet<>(Set.of("a", "b", "c", "n"));
		FaultyIndex picky = refusing(refused);
		refused.forEach((id) -> this.memory.commit(note("0").id(id)));
		MemoryStore store = store((builder) -> builder.hook(picky));
		for (String id : List.of("a", "b", "c", "n")) {
			assertThatThrownBy(() -> store.update(id, Patch.set("text", "1"))).isInstanceOf(HookException.class);
		}
		refused.remove("n");
		store.hooks().recover();
		store.hooks().recover();
		assertThat(picky.facts(this.namespace)).containsOnlyKeys("n");
		refused.clear();
		store.hooks().recover();
		assertThat(picky.drift(this.memory)).isZero();
		assertThat(intents()).isEmpty();
	}

	@Test
	void recoversWithTheNextAttemptWhatLiesBehindWritesOfManyFacts() {
		FaultyIndex picky = refusing(Set.of("1a", "1b", "1c"));
		picky.tamper(this.namespace, "n", this.memory.commit(note("0")));
		for (String left : List.of("a", "b", "c")) {
			lease("dead " + left, "1" + left, "2" + left, "3" + left);
		}
		lease("dead n", "n");
		this.clock.advance(Duration.ofMinutes(2));
		MemoryStore store = store((builder) -> builder.hook(picky));
		store.hooks().recover();
		store.hooks().recover();
		assertThat(intents()).hasSize(9).extracting(Intent::factId).doesNotContain("n");
		assertThat(picky.facts(this.namespace)).doesNotContainKey("n");
	}

	@Test
	void waitsForALeaseThatIsValid() {
		Fact fact = this.strict.commit(note("0").id("n"));
		die(fact, "n");
		this.strict.hooks().recover();
		assertThat(intents()).hasSize(1);
	}

	/** Leaves things as a process that is killed after it has told the hooks. */
	private void die(Fact fact, String id) {
		lease("dead " + id, id);
		this.first.tamper(this.namespace, id, fact);
		this.index.tamper(this.namespace, id, null);
		if (id.equals("never")) {
			this.index.tamper(this.namespace, id, fact);
		}
	}

	private LeaseResult lease(String token, String... ids) {
		return spi().intents()
			.lease(List.of(new LeaseRequest(this.namespace, token, Set.of(ids),
					this.clock.instant().plus(Duration.ofMinutes(1)), Set.of())))
			.get(0);
	}

	@Test
	void refusesAWriteWhoseIntentWasTakenOver() {
		this.strict.commit(note("0").id("n"));
		List<String> tokens = new CopyOnWriteArrayList<>();
		this.index.atNextCall(() -> {
			Intents intents = spi().intents();
			tokens.add(intents().get(0).token());
			Renewal renewal = intents.renew(this.namespace, tokens.get(0), "other", this.clock.instant());
			assertThat(renewal.factIds()).containsExactly("n");
			intents.release(this.namespace, "other");
		});
		long calls = this.index.calls();
		this.strict.update("n", Patch.set("text", "1"));
		assertThat(this.index.calls()).isEqualTo(calls + 2);
		assertInStep();
	}

	@Test
	void leasesAheadWhereFactsAreMadeInQuickSuccession() {
		makeNotes(this.strict, 40);
		assertThat(!intents().isEmpty()).isEqualTo(spi().intents().gathers());
		assertThat(this.index.drift(this.memory)).isZero();
		assertThat(this.strict.hooks().list()).extracting(HookStatus::intents).containsOnly(0L);
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void givesBackWhatWasLeasedAheadForLong() {
		makeNotes(this.strict, 40);
		this.clock.advance(Duration.ofSeconds(15));
		long calls = this.index.calls();
		this.strict.maintenance();
		assertThat(this.index.calls()).isEqualTo(calls);
		assertInStep();
		makeNotes(this.strict, 3);
		assertThat(this.index.drift(this.memory)).isZero();
	}

	@Test
	void recoversWhatADeadProcessHadLeasedAhead() {
		makeNotes(this.strict, 40);
		this.clock.advance(Duration.ofHours(1));
		store((builder) -> builder.hook(this.first).hook(this.index)).maintenance();
		assertInStep();
		// the process was not dead after all
		makeNotes(this.strict, 3);
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void refusesANewFactWhoseIntentWasTakenOver() {
		makeNotes(this.strict, 40);
		this.index.atNextCall(() -> intents()
			.forEach((intent) -> spi().intents().renew(this.namespace, intent.token(), "other", intent.until())));
		long calls = this.index.calls();
		this.strict.commit(note("41"));
		assertThat(this.index.calls()).isGreaterThan(calls + 1);
		assertThat(this.memory.query(FactQuery.all())).hasSize(41);
		// whoever took them over puts the hooks right
		spi().intents().renew(this.namespace, "other", "other", Instant.EPOCH);
		this.strict.maintenance();
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void leasesAnewIfAllThatWasLeasedAheadIsTakenOver() {
		makeNotes(this.strict, 40);
		intents()
			.forEach((intent) -> spi().intents().renew(this.namespace, intent.token(), "other", this.clock.instant()));
		long calls = this.index.calls();
		this.strict.commit(note("41"));
		assertThat(this.index.calls()).isLessThanOrEqualTo(calls + 2);
		this.strict.close();
		store((builder) -> builder.hook(this.first).hook(this.index)).maintenance();
		assertInStep();
	}

	@Test
	void keepsWhatIsLeasedAheadForTheNextFactIfAWriteIsRefused() {
		makeNotes(this.strict, 40);
		int leased = intents().size();
		for (int i = 0; i < 3; i++) {
			assertThatThrownBy(() -> this.strict.commit(note("41"), Change.anonymous().expecting(1)))
				.isInstanceOf(ConflictException.class);
		}
		assertThat(intents()).hasSize(leased);
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void buildsAnIndexAgainWithoutWaitingForWhatIsLeasedAhead() {
		makeNotes(this.strict, 40);
		assertThat(CompletableFuture.supplyAsync(() -> this.strict.hooks().reindex("index"))
			.orTimeout(10, TimeUnit.SECONDS)
			.join()
			.done()).isTrue();
		assertInStep();
	}

	@Test
	void withdrawsANewFactThatWasLeasedAhead() {
		makeNotes(this.strict, 40);
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> this.strict.commit(note("41"))).isInstanceOf(HookException.class);
		assertThat(this.strict.hooks().list()).extracting(HookStatus::intents).containsOnly(0L);
		this.index.down(true);
		assertThatThrownBy(() -> this.strict.commit(note("41"))).isInstanceOf(HookException.class);
		assertThat(this.strict.hooks().list()).extracting(HookStatus::intents).containsOnly(1L);
		this.index.down(false);
		this.strict.maintenance();
		this.strict.close();
		assertThat(this.memory.query(FactQuery.all())).hasSize(40);
		assertInStep();
	}

	@Test
	void makesANewSingletonInPlaceOfAnExpiredOne() {
		makeNotes(this.strict, 40);
		Fact first = this.strict.commit(preference("editor", "vi").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(2));
		makeNotes(this.strict, 40);
		Fact second = this.strict.commit(preference("editor", "emacs"));
		assertThat(second.id()).isNotEqualTo(first.id());
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void closesEvenIfItCantGiveBackWhatItLeasedAhead() {
		AtomicBoolean down = new AtomicBoolean();
		MemoryStore store = over(Proxies.before(spi(), (proxy, method, arguments) -> {
			if (down.get()) {
				throw new StorageException("No answer in time", null);
			}
			return Proxies.proceed(this.storage, method, arguments);
		}));
		makeNotes(store, 40);
		down.set(true);
		store.close();
		this.clock.advance(Duration.ofHours(1));
		this.strict.maintenance();
		assertInStep();
	}

	@Test
	void keepsTheLeaseOfAFactThatIsWrittenAgain() {
		List<LeaseRequest> requests = new CopyOnWriteArrayList<>();
		MemoryStore store = over(recordingLeases(requests));
		store.commit(note("0").id("n"));
		update(store, "n", 10);
		assertThat(requests).hasSize(spi().intents().gathers() ? 2 : 11);
		assertThat(this.strict.hooks().list()).extracting(HookStatus::intents).containsOnly(0L);
		assertInStep();
		store.delete("n");
		store.close();
		assertNothingLeased();
	}

	private HookStorage recordingLeases(List<LeaseRequest> requests) {
		return intercepting((method, arguments) -> {
			if (method.equals("lease")) {
				((List<?>) arguments[0]).forEach((request) -> requests.add((LeaseRequest) request));
			}
			if (method.equals("leaseAndRead")) {
				requests.add(new LeaseRequest((String) arguments[0], (String) arguments[2],
						Set.of((String) arguments[1]), (Instant) arguments[3], Set.of()));
			}
		}, (method, result) -> {
		});
	}

	/** A storage that is told of what is called of its intents, before and after. */
	private HookStorage intercepting(BiConsumer<String, Object[]> before, BiConsumer<String, @Nullable Object> after) {
		Intents intents = Proxies.before(spi().intents(), (proxy, method, arguments) -> {
			before.accept(method.getName(), arguments);
			Object result = Proxies.proceed(spi().intents(), method, arguments);
			after.accept(method.getName(), result);
			return result;
		});
		return Proxies.before(spi(), (proxy, method, arguments) -> method.getName().equals("intents") ? intents
				: Proxies.proceed(this.storage, method, arguments));
	}

	private void update(MemoryStore store, String id, int count) {
		for (int i = 0; i < count; i++) {
			store.update(id, Patch.set("text", i));
		}
	}

	/** A further instance with the same hooks. */
	private MemoryStore another() {
		return store((builder) -> builder.hook(this.first).hook(this.index));
	}

	@Test
	void leasesAFactForItsFirstWriteWithOneCall() {
		for (String id : List.of("n", "m", "o")) {
			another().commit(note("0").id(id));
		}
		List<String> calls = new CopyOnWriteArrayList<>();
		MemoryStore store = over(recordingCalls(calls));
		for (Runnable write : List.<Runnable>of(() -> store.update("n", Patch.set("text", "1")),
				() -> store.delete("m"), () -> store.commit(note("1").id("o")),
				() -> store.commit(note("1").id("new")))) {
			calls.clear();
			write.run();
			assertThat(calls).isEqualTo((spi().intents() instanceof ReadingIntents) ? List.of("leaseAndRead", "apply")
					: List.of("facts", "lease", "apply"));
		}
		assertNothingLeased();
	}

	@Test
	void leasesAFactWithOneCallThatWasNotWrittenForAWhile() {
		another().commit(note("0").id("n"));
		List<String> calls = new CopyOnWriteArrayList<>();
		MemoryStore store = over(recordingCalls(calls));
		for (int i = 0; i < 3; i++) {
			calls.clear();
			store.update("n", Patch.set("text", i));
			assertThat(calls).isEqualTo((spi().intents() instanceof ReadingIntents) ? List.of("leaseAndRead", "apply")
					: List.of("facts", "lease", "apply"));
			this.clock.advance(Duration.ofSeconds(15));
		}
		assertNothingLeased();
	}

	/** A storage that notes what reads, leases or writes a fact. */
	private HookStorage recordingCalls(List<String> calls) {
		HookStorage storage = intercepting((method, arguments) -> {
			if (!Set.of("gathers", "concurrency", "awaitRequests").contains(method)) {
				calls.add(method);
			}
		}, (method, result) -> {
		});
		return Proxies.before(storage, (proxy, method, arguments) -> {
			if (Set.of("facts", "apply").contains(method.getName())) {
				calls.add(method.getName());
			}
			return Proxies.proceed(storage, method, arguments);
		});
	}

	@Test
	void leavesNoIntentBehindIfThereIsNoFact() {
		another().commit(note("0").id("gone"));
		another().delete("gone");
		another().session("s").commit(note("0").id("elsewhere"));
		long calls = this.index.calls();
		for (String id : List.of("never", "gone", "elsewhere")) {
			assertThatThrownBy(() -> this.strict.update(id, Patch.set("text", "1")))
				.isInstanceOf(FactNotFoundException.class);
			assertNothingLeased();
			assertThatThrownBy(() -> this.strict.delete(id)).isInstanceOf(FactNotFoundException.class);
			assertNothingLeased();
		}
		assertThat(this.index.calls()).isEqualTo(calls);
	}

	@Test
	void leavesNoIntentBehindIfAWriteIsRefused() {
		another().commit(note("0").id("n"));
		another().commit(decision("yes").id("d"));
		another().commit(preference("editor", "vi").id("p"));
		another().commit(preference("shell", "zsh").id("q"));
		another().session("s").commit(note("0").id("elsewhere"));
		long calls = this.index.calls();
		Patch patch = Patch.set("text", "no");
		Change wrong = Change.anonymous().expecting(7);
		assertConflict(() -> this.strict.update("n", patch, wrong));
		assertConflict(() -> this.strict.delete("n", wrong));
		assertConflict(() -> this.strict.commit(note("1").id("n"), wrong));
		assertConflict(() -> this.strict.commit(note("1").id("never"), wrong));
		assertConflict(() -> this.strict.commit(Draft.of("task", Map.of()).id("n")));
		assertConflict(() -> this.strict.commit(note("1").id("elsewhere")));
		assertConflict(() -> this.strict.update("d", patch));
		assertConflict(() -> this.strict.delete("d"));
		assertConflict(() -> this.strict.commit(decision("no").id("d")));
		assertConflict(() -> this.strict.commit(preference("shell", "sh").id("p")));
		assertConflict(() -> this.strict.update("p", Patch.set("role", "shell")));
		assertThatThrownBy(() -> this.strict.update("p", Patch.set("value", "ed").remove("role")))
			.isInstanceOf(FactValidationException.class);
		assertNothingLeased();
		assertThat(this.index.calls()).isEqualTo(calls);
	}

	private void assertConflict(ThrowingCallable write) {
		assertRefused(ConflictException.class, write);
		assertNothingLeased();
	}

	@Test
	void leavesNoIntentBehindIfNothingIsToBeChanged() {
		Fact decision = another().commit(decision("yes").id("d"));
		another().commit(note("0").id("n"));
		long calls = this.index.calls();
		assertThat(this.strict.commit(decision("yes").id("d"))).isEqualTo(decision);
		assertNothingLeased();
		assertThat(this.strict.update("d", Patch.set("text", "yes"))).isEqualTo(decision);
		assertNothingLeased();
		assertThat(this.index.calls()).isEqualTo(calls);
		// which is a step where a fact may be changed
		assertThat(this.strict.update("n", Patch.set("text", "0")).version()).isEqualTo(2);
		assertNothingLeased();
		assertThat(this.index.calls()).isEqualTo(calls + 1);
	}

	@Test
	void leasesNothingForACallThatWasMadeBefore() {
		Patch patch = Patch.set("text", "1");
		Change made = Change.anonymous().idempotencyKey("made");
		Change changed = Change.anonymous().idempotencyKey("changed");
		Change removed = Change.anonymous().idempotencyKey("removed");
		Fact first = another().commit(note("0").id("n"), made);
		Fact second = another().update("n", patch, changed);
		another().delete("n", removed);
		List<LeaseRequest> requests = new CopyOnWriteArrayList<>();
		MemoryStore store = over(recordingLeases(requests));
		assertThat(store.commit(note("0").id("n"), made)).isEqualTo(first);
		assertThat(store.update("n", patch, changed)).isEqualTo(second);
		assertThat(store.delete("n", removed)).isEqualTo(second);
		assertThat(requests).isEmpty();
		assertInStep();
	}

	@Test
	void leasesNothingThatNoHookWants() {
		List<LeaseRequest> requests = new CopyOnWriteArrayList<>();
		MemoryStore store = MemoryStore.builder(recordingLeases(requests))
			.clock(this.clock)
			.namespace(this.namespace)
			.hook(this.index, HookOptions.defaults().types(NOTE))
			.build();
		store.commit(Draft.of("task", Map.of("text", "0")).id("t"));
		store.commit(Draft.of("task", Map.of("text", "1")).id("t"));
		store.update("t", Patch.set("text", "2"));
		store.delete("t");
		assertThat(requests).isEmpty();
		store.commit(note("0").id("n"));
		assertThat(requests).hasSize(1);
		store.update("n", Patch.set("text", "1"));
		assertThat(requests).hasSize(2);
		assertThat(this.index.drift(this.memory)).isZero();
	}

	@Test
	void withdrawsTheFirstWriteOfAFact() {
		Fact fact = another().commit(note("0").id("n"));
		for (ThrowingCallable write : List.<ThrowingCallable>of(() -> this.strict.update("n", Patch.set("text", "1")),
				() -> this.strict.delete("n"), () -> this.strict.commit(note("1").id("n")),
				() -> this.strict.commit(note("1").id("never")))) {
			this.index.failNext(new IllegalStateException("down"));
			assertThatThrownBy(write).isInstanceOf(HookException.class);
			assertNothingLeased();
		}
		assertThat(everything()).containsExactly(fact);
		this.index.down(true);
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class);
		assertThat(intents()).extracting(Intent::factId).containsExactly("n");
		this.index.down(false);
		assertThat(this.strict.update("n", Patch.set("text", "2")).version()).isEqualTo(2);
		assertNothingLeased();
	}

	@Test
	void plansTheFirstWriteOfAFactAgain() {
		another().commit(note("0").id("n"));
		long calls = this.index.calls();
		this.index.atNextCall(() -> Threads.run(List.of(() -> this.memory.update("n", Patch.set("more", 1)))));
		this.strict.update("n", Patch.set("text", "1"));
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(Map.of("text", "1", "more", 1));
		assertThat(this.index.calls()).isEqualTo(calls + 3);
		assertNothingLeased();
		another().commit(note("0").id("m"));
		this.index.atNextCall(() -> {
			spi().intents().renew(this.namespace, intents().get(0).token(), "other", this.clock.instant());
			spi().intents().release(this.namespace, "other");
		});
		this.strict.delete("m");
		assertThat(this.index.calls()).isEqualTo(calls + 6);
		assertNothingLeased();
	}

	@Test
	void waitsForAnotherThatWritesTheFact() {
		another().commit(note("0").id("n"));
		lease("other", "n");
		long calls = this.index.calls();
		MemoryStore store = over(intercepting((method, arguments) -> {
		}, (method, result) -> {
			if (method.equals("lease")) {
				spi().intents().release(this.namespace, "other");
			}
		}));
		store.update("n", Patch.set("text", "1"));
		assertThat(this.index.calls()).isEqualTo(calls + 1);
		assertNothingLeased();
	}

	@Test
	void leavesAFactThatAnotherGoesOnToWrite() {
		MemoryStore brief = store(
				(builder) -> builder.hook(this.first).hook(this.index).retryTimeout(Duration.ofMillis(1)));
		another().commit(note("0").id("n"));
		lease("other", "n");
		long calls = this.index.calls();
		for (ThrowingCallable write : List.<ThrowingCallable>of(() -> brief.update("n", Patch.set("text", "1")),
				() -> brief.delete("n"), () -> brief.commit(note("1").id("n")))) {
			assertThatThrownBy(write).isInstanceOf(StorageException.class).hasMessageContaining("lost every race");
			assertThat(intents()).extracting(Intent::token).containsExactly("other");
		}
		assertThat(this.index.calls()).isEqualTo(calls);
		this.clock.advance(Duration.ofHours(1));
		brief.update("n", Patch.set("text", "1"));
		assertNothingLeased();
	}

	@Test
	void leasesTheExpiredHolderOfAKeyToo() {
		MemoryStore brief = store(
				(builder) -> builder.hook(this.first).hook(this.index).retryTimeout(Duration.ofMillis(1)));
		another().commit(preference("editor", "vi").id("p").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(2));
		lease("other", "p");
		assertThatThrownBy(() -> brief.commit(preference("editor", "emacs").id("q")))
			.isInstanceOf(StorageException.class);
		assertThat(intents()).extracting(Intent::token).containsExactly("other");
		spi().intents().release(this.namespace, "other");
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> this.strict.commit(preference("editor", "emacs").id("q")))
			.isInstanceOf(HookException.class);
		assertThat(this.first.facts(this.namespace)).containsOnlyKeys("p");
		assertThat(intents()).isEmpty();
		this.strict.commit(preference("editor", "emacs").id("q"));
		assertThat(this.first.facts(this.namespace)).containsOnlyKeys("q");
		assertNothingLeased();
		assertThat(this.strict.update("q", Patch.set("value", "ed")).version()).isEqualTo(2);
		assertNothingLeased();
	}

	@Test
	void leavesNoIntentBehindOfAFactThatHasExpired() {
		another().commit(note("0").id("n").expiresIn(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofMinutes(2));
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1")))
			.isInstanceOf(FactNotFoundException.class);
		assertThatThrownBy(() -> this.strict.delete("n")).isInstanceOf(FactNotFoundException.class);
		assertThat(intents()).isEmpty();
		assertThat(this.strict.commit(note("1").id("n")).version()).isEqualTo(3);
		assertNothingLeased();
	}

	@Test
	void losesNoFirstWriteOfAFactThatManyWrite() {
		MemoryStore second = another();
		for (int i = 0; i < 10; i++) {
			another().commit(note("0").id("n" + i));
		}
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 10; i++) {
				((thread < 2) ? this.strict : second).update("n" + i, Patch.set("t" + thread, i));
			}
		});
		assertThat(everything()).hasSize(10).allSatisfy((fact) -> {
			assertThat(fact.version()).isEqualTo(5);
			assertThat(fact.payload()).hasSize(5);
		});
		this.strict.close();
		second.close();
		assertNothingLeased();
	}

	@Test
	void goesOnAfterALeaseThatFailed() {
		another().commit(note("0").id("n"));
		AtomicBoolean down = new AtomicBoolean(true);
		MemoryStore store = over(intercepting((method, arguments) -> {
			if (method.startsWith("lease") && down.get()) {
				throw new StorageException("No answer in time", null);
			}
		}, (method, result) -> {
		}));
		assertThatThrownBy(() -> update(store, "n", 1)).isInstanceOf(StorageException.class);
		down.set(false);
		update(store, "n", 1);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(2);
		assertNothingLeased();
	}

	@Test
	void takesOverALeaseWhoseAnswerWasLost() {
		goesOnAfter((down) -> intercepting((method, arguments) -> {
		}, (method, result) -> failIf(down.get() && method.startsWith("lease"))));
	}

	@Test
	void takesOverAWithdrawalWhoseAnswerWasLost() {
		this.index.failNext(new IllegalStateException("down"));
		goesOnAfter((down) -> intercepting((method, arguments) -> {
		}, (method, result) -> failIf(down.get() && method.equals("renew"))));
	}

	@Test
	void takesOverWhatCouldNotBeWithdrawn() {
		this.index.failNext(new IllegalStateException("down"));
		goesOnAfter((down) -> intercepting((method, arguments) -> failIf(down.get() && method.equals("renew")),
				(method, result) -> {
				}));
	}

	@Test
	void takesOverWhatCouldNotBeGivenBack() {
		this.index.failNext(new IllegalStateException("down"));
		goesOnAfter((down) -> intercepting((method, arguments) -> failIf(down.get() && method.equals("release")),
				(method, result) -> {
				}));
	}

	private static void failIf(boolean failing) {
		if (failing) {
			throw new StorageException("No answer in time", null);
		}
	}

	/** Fails to write a fact, and then writes it, without waiting for a lease to end. */
	private void goesOnAfter(Function<AtomicBoolean, HookStorage> failing) {
		this.memory.commit(note("0").id("n"));
		AtomicBoolean down = new AtomicBoolean(true);
		MemoryStore store = over(failing.apply(down));
		assertThatThrownBy(() -> update(store, "n", 1)).isInstanceOf(MemoryStoreException.class);
		down.set(false);
		update(store, "n", 1);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(2);
		assertNothingLeased();
	}

	@Test
	void recoversWhatCouldNotBeWithdrawnAtOnce() {
		this.memory.commit(note("0").id("n"));
		AtomicBoolean down = new AtomicBoolean(true);
		MemoryStore store = over(
				intercepting((method, arguments) -> failIf(down.get() && method.equals("renew")), (method, result) -> {
				}));
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> update(store, "n", 1)).isInstanceOf(HookException.class);
		assertThat(intents()).hasSize(1);
		down.set(false);
		assertThat(store.hooks().recover()).isEqualTo(1);
		assertNothingLeased();
	}

	@Test
	void tellsWhyAHookWasNotMendedEvenIfItCantGiveUpItsLease() {
		this.memory.commit(note("0").id("n"));
		AtomicBoolean down = new AtomicBoolean(true);
		MemoryStore store = over(
				intercepting((method, arguments) -> failIf(down.get() && method.equals("renew")), (method, result) -> {
				}));
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> store.hooks().reconcile(this.index.name())).isInstanceOf(HookException.class)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasOnlyElementsOfType(StorageException.class).hasSize(1));
		down.set(false);
		// also of the other namespaces of the storage, which were looked at first
		assertThat(store.hooks().recover()).isPositive();
	}

	@Test
	void tellsWhyAWriteIsRefusedEvenIfItCantGiveBackItsLease() {
		MemoryStore store = over(intercepting((method, arguments) -> {
			if (method.equals("release")) {
				throw new StorageException("No answer in time", null);
			}
		}, (method, result) -> {
		}));
		assertThatThrownBy(() -> store.update("never", Patch.set("text", "1")))
			.isInstanceOf(FactNotFoundException.class);
		this.clock.advance(Duration.ofHours(1));
		this.strict.maintenance();
		assertNothingLeased();
	}

	@Test
	void raisesTheFencesOfALeaseThatIsKept() {
		RecordingHook hook = new RecordingHook("fences");
		MemoryStore store = store((builder) -> builder.hook(hook));
		store.commit(note("0").id("n"));
		update(store, "n", 20);
		this.clock.advance(Duration.ofSeconds(11));
		update(store, "n", 20);
		assertThat(hook.changes().stream().map(FactChange::fence)).isSorted().doesNotHaveDuplicates().hasSize(41);
	}

	@Test
	void takesOverWhatAnotherKeeps() {
		MemoryStore second = store((builder) -> builder.hook(this.first).hook(this.index));
		this.strict.commit(note("0").id("n"));
		for (int i = 0; i < 3; i++) {
			update(this.strict, "n", 3);
			update(second, "n", 3);
		}
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(19);
		assertInStep();
		this.strict.close();
		second.close();
		assertNothingLeased();
	}

	@Test
	void takesOverWhatAnotherKeepsAndUses() {
		MemoryStore second = store((builder) -> builder.hook(this.first).hook(this.index));
		this.strict.commit(note("0").id("n"));
		update(this.strict, "n", 3);
		Runnable other = () -> second.update("n", Patch.set("more", 1));
		if (spi().intents().gathers()) {
			this.index.atNextCall(() -> Threads.run(List.of(other)));
		}
		else {
			other.run();
		}
		this.strict.update("n", Patch.set("text", "last"));
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(Map.of("text", "last", "more", 1));
		assertInStep();
	}

	@Test
	void writesWhatIsKeptTogetherWithOthers() {
		this.strict.commit(note("0").id("n"));
		update(this.strict, "n", 3);
		this.strict.commitAll(List.of(note("a").id("n"), note("b").id("m")), Change.anonymous());
		update(this.strict, "n", 3);
		this.strict.rollback(2);
		update(this.strict, "n", 3);
		assertInStep();
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void withdrawsWhatAKeptLeaseWasUsedFor() {
		this.strict.commit(note("0").id("n"));
		update(this.strict, "n", 3);
		this.index.failNext(new IllegalStateException("down"));
		assertThatThrownBy(() -> update(this.strict, "n", 1)).isInstanceOf(HookException.class);
		assertNothingLeased();
		update(this.strict, "n", 3);
		this.index.down(true);
		assertThatThrownBy(() -> update(this.strict, "n", 1)).isInstanceOf(HookException.class);
		assertThat(this.strict.hooks().list()).extracting(HookStatus::intents).containsOnly(1L);
		this.index.down(false);
		update(this.strict, "n", 3);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(10);
		assertInStep();
	}

	@Test
	void givesBackWhatWasKeptForLong() {
		this.strict.commit(note("0").id("n"));
		update(this.strict, "n", 3);
		this.strict.maintenance();
		assertThat(!intents().isEmpty()).isEqualTo(spi().intents().gathers());
		this.clock.advance(Duration.ofSeconds(15));
		long calls = this.index.calls();
		this.strict.maintenance();
		assertThat(this.index.calls()).isEqualTo(calls);
		assertNothingLeased();
		update(this.strict, "n", 3);
		assertInStep();
	}

	@Test
	void recoversWhatADeadProcessHadKept() {
		Fact fact = this.strict.commit(note("0").id("n"));
		update(this.strict, "n", 3);
		this.index.tamper(this.namespace, "n", spi().intents().gathers() ? fact : this.memory.get("n").orElseThrow());
		this.clock.advance(Duration.ofHours(1));
		store((builder) -> builder.hook(this.first).hook(this.index)).maintenance();
		assertNothingLeased();
		// the process was not dead after all
		update(this.strict, "n", 3);
		this.strict.close();
		assertNothingLeased();
	}

	@Test
	void countsNoWriteThatIsUnderWayAsADifference() {
		this.strict.commit(note("0").id("n"));
		this.strict.hooks().reconcile("first");
		update(this.strict, "n", 3);
		List<ReconcileReport> reports = new CopyOnWriteArrayList<>();
		// the first hook has been told
		this.index.atNextCall(() -> {
			new Thread(() -> reports.add(this.strict.hooks().reconcile("first"))).start();
			new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
		});
		update(this.strict, "n", 1);
		waitUntil(() -> !reports.isEmpty());
		assertThat(reports.get(0).inStep()).as("in step: " + reports).isTrue();
		assertThat(reports.get(0).mended()).isZero();
		this.first.tamper(this.namespace, "n", null);
		assertThat(this.strict.hooks().reconcile("first").missing()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void losesNoWriteOfAFactThatManyWriteAgain() {
		MemoryStore second = store((builder) -> builder.hook(this.first).hook(this.index));
		this.strict.commit(Draft.of(NOTE, Map.of("text", "0")).id("n"));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 20; i++) {
				((thread < 3) ? this.strict : second).update("n", Patch.set("t" + thread, i));
			}
		});
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(81);
		assertThat(this.memory.get("n").orElseThrow().payload()).hasSize(5);
		assertInStep();
		this.strict.close();
		second.close();
		assertNothingLeased();
	}

	private void makeNotes(MemoryStore store, int count) {
		for (int i = 0; i < count; i++) {
			store.commit(note(Integer.toString(i)));
		}
	}

	@Test
	void leasesAllOrNothing() {
		assertThat(lease("one", "a", "b")).isInstanceOf(LeaseResult.Leased.class);
		assertThat(lease("two", "b", "c")).isInstanceOfSatisfying(LeaseResult.Busy.class,
				(busy) -> assertThat(busy.holders()).extracting(Intent::token).containsOnly("one"));
		assertThat(intents()).extracting(Intent::factId).containsExactly("a", "b");
		assertThat(lease("three", "c")).isInstanceOf(LeaseResult.Leased.class);
		spi().intents().release(this.namespace, "one");
		assertThat(lease("two", "a", "b")).isInstanceOf(LeaseResult.Leased.class);
		spi().intents().release(this.namespace, "two");
		spi().intents().release(this.namespace, "three");
		assertThat(intents()).isEmpty();
	}

	@Test
	void answersSeveralRequestsAtOnce() {
		Intents intents = spi().intents();
		Instant until = this.clock.instant().plus(Duration.ofMinutes(1));
		List<LeaseRequest> requests = List.of(new LeaseRequest(this.namespace, "1", Set.of("a", "b"), until, Set.of()),
				new LeaseRequest(this.namespace, "2", Set.of("b", "c"), until, Set.of()),
				new LeaseRequest(this.namespace, "3", Set.of("c"), until, Set.of()),
				new LeaseRequest(this.namespace + "x", "4", Set.of("a"), until, Set.of()));
		List<LeaseResult> results = intents.lease(requests);
		assertThat(results.get(0)).isInstanceOf(LeaseResult.Leased.class);
		assertThat(results.get(1)).isInstanceOf(LeaseResult.Busy.class);
		assertThat(results.get(2)).isInstanceOf(LeaseResult.Leased.class);
		assertThat(results.get(3)).isInstanceOf(LeaseResult.Leased.class);
		for (LeaseRequest request : requests) {
			intents.release(request.namespace(), request.token());
		}
		assertThat(intents()).isEmpty();
	}

	@Test
	void raisesFences() {
		Intents intents = spi().intents();
		long last = ((LeaseResult.Leased) lease("one", "a", "b")).fence();
		Renewal renewal = intents.renew(this.namespace, "one", "two", this.clock.instant());
		assertThat(renewal.factIds()).containsExactlyInAnyOrder("a", "b");
		assertThat(renewal.fence()).isGreaterThan(last);
		assertThat(intents.renew(this.namespace, "one", "three", this.clock.instant()).factIds()).isEmpty();
		LeaseResult taken = intents
			.lease(List.of(new LeaseRequest(this.namespace, "four", Set.of("a"), this.clock.instant(), Set.of("two"))))
			.get(0);
		assertThat(((LeaseResult.Leased) taken).fence()).isGreaterThan(renewal.fence());
		intents.release(this.namespace, "four");
		intents.release(this.namespace, "two");
		assertThat(((LeaseResult.Leased) lease("five", "a")).fence())
			.isGreaterThan(((LeaseResult.Leased) taken).fence());
		intents.release(this.namespace, "five");
	}

	private ReadingIntents readingIntents() {
		assumeTrue(spi().intents() instanceof ReadingIntents, "The storage does not lease and read at once");
		return (ReadingIntents) spi().intents();
	}

	private @Nullable LeasedFact leaseAndRead(String token, String id) {
		return readingIntents().leaseAndRead(this.namespace, id, token,
				this.clock.instant().plus(Duration.ofMinutes(1)));
	}

	@Test
	void leasesAFactAndReadsIt() {
		readingIntents();
		this.memory.commit(note("1").id("plain"));
		this.memory.commit(preference("editor", "vi").id("singleton"));
		this.memory.session("s")
			.commit(note("1").id("rich").source("a talk").ephemeral().expiresIn(Duration.ofMinutes(5)));
		this.memory.update("plain", Patch.set("number", new BigDecimal("1.10")));
		this.memory.commit(note("1").id("removed"));
		this.memory.delete("removed");
		List<String> ids = List.of("plain", "removed", "rich", "singleton");
		Map<String, FactState> states = spi().facts(this.namespace, ids);
		assertThat(states).hasSize(4);
		for (String id : ids) {
			assertThat(leaseAndRead("token of " + id, id)).as(id)
				.isNotNull()
				.extracting(LeasedFact::state)
				.isEqualTo(states.get(id));
		}
		assertThat(leaseAndRead("token of unknown", "unknown")).isNotNull().extracting(LeasedFact::state).isNull();
		assertThat(readingIntents().leaseAndRead(this.namespace + "x", "plain", "x", this.clock.instant())).isNotNull()
			.extracting(LeasedFact::state)
			.isNull();
		readingIntents().release(this.namespace + "x", "x");
		Instant until = this.clock.instant().plus(Duration.ofMinutes(1));
		assertThat(intents()).containsExactlyElementsOf(Stream.of("plain", "removed", "rich", "singleton", "unknown")
			.map((id) -> new Intent(this.namespace, id, "token of " + id, until))
			.toList());
	}

	@Test
	void leasesAndReadsNothingThatIsLeased() {
		long first = Objects.requireNonNull(leaseAndRead("one", "n")).fence();
		List<Intent> leased = intents();
		assertThat(leased).extracting(Intent::token).containsExactly("one");
		assertThat(leaseAndRead("one", "n")).isNull();
		assertThat(leaseAndRead("two", "n")).isNull();
		assertThat(intents()).isEqualTo(leased);
		// hooks may have been shown what is not stored, whoever has given up
		long second = spi().intents().renew(this.namespace, "one", "three", Instant.EPOCH).fence();
		List<Intent> givenUp = intents();
		assertThat(leaseAndRead("one", "n")).isNull();
		assertThat(leaseAndRead("three", "n")).isNull();
		assertThat(intents()).isEqualTo(givenUp);
		spi().intents().release(this.namespace, "three");
		long third = Objects.requireNonNull(leaseAndRead("one", "n")).fence();
		spi().intents().release(this.namespace, "one");
		long fourth = ((LeaseResult.Leased) lease("two", "n")).fence();
		assertThat(leaseAndRead("one", "n")).isNull();
		spi().intents().release(this.namespace, "two");
		long fifth = Objects.requireNonNull(leaseAndRead("one", "n")).fence();
		assertThat(List.of(first, second, third, fourth, fifth)).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void holdsWhatIsLeasedAndRead() {
		assertThat(leaseAndRead("one", "n")).isNotNull();
		assertThat(end(new Precondition.LeaseHeld("two", Set.of("n")))).isInstanceOf(ApplyResult.Rejected.class);
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("n", "m")))).isInstanceOf(ApplyResult.Rejected.class);
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("n"), true))).isInstanceOf(ApplyResult.Applied.class);
		assertThat(lease("two", "n", "m")).isInstanceOf(LeaseResult.Busy.class);
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("n")))).isInstanceOf(ApplyResult.Applied.class);
		assertThat(intents()).isEmpty();
	}

	@Test
	void leasesAndReadsForOneOfMany() {
		readingIntents();
		List<Callable<Boolean>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 4; thread++) {
			String token = "token " + thread;
			tasks.add(() -> leaseAndRead(token, "n") != null);
		}
		List<Boolean> leased = Threads.call(tasks);
		assertThat(leased).containsOnlyOnce(true);
		assertThat(intents()).extracting(Intent::token).containsExactly("token " + leased.indexOf(true));
	}

	@Test
	void removesTheIntentsWithTheUnit() {
		lease("one", "a", "b");
		assertThat(end(new Precondition.LeaseHeld("two", Set.of("a")))).isInstanceOf(ApplyResult.Rejected.class);
		assertThat(intents()).hasSize(2);
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("a", "b")))).isInstanceOf(ApplyResult.Applied.class);
		assertThat(intents()).isEmpty();
	}

	@Test
	void leavesTheIntentsToAUnitThatKeepsThem() {
		lease("one", "a", "b");
		assertThat(end(new Precondition.LeaseHeld("two", Set.of("a"), true))).isInstanceOf(ApplyResult.Rejected.class);
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("a", "b"), true)))
			.isInstanceOf(ApplyResult.Applied.class);
		assertThat(intents()).hasSize(2);
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("a", "c"), true)))
			.isInstanceOf(ApplyResult.Rejected.class);
		spi().intents().renew(this.namespace, "one", "three", this.clock.instant());
		assertThat(end(new Precondition.LeaseHeld("one", Set.of("a"), true))).isInstanceOf(ApplyResult.Rejected.class);
		spi().intents().release(this.namespace, "three");
	}

	private ApplyResult end(Precondition lease) {
		return spi().apply(new Unit(this.namespace, List.of(lease), List.of(), List.of(), null, List.of(), Map.of()));
	}

	@Test
	void staysInStepUnderFailuresAndConcurrency() {
		MemoryStore second = store((builder) -> builder.hook(this.first).hook(this.index));
		this.index.failureRate(0.1);
		this.first.failureRate(0.1);
		Threads.run(4, (thread) -> {
			MemoryStore store = (thread % 2 == 0) ? this.strict : second;
			for (int i = 0; i < 50; i++) {
				try {
					store.commit(Draft.of(NOTE, Map.of("text", i)).id("n" + (i % 5)));
					if (i % 7 == 0) {
						store.delete("n" + (i % 5));
					}
				}
				catch (HookException | io.memstate.FactNotFoundException ex) {
					// expected
				}
			}
		});
		this.index.failureRate(0);
		this.first.failureRate(0);
		this.strict.maintenance();
		assertInStep();
	}

	@Test
	void losesTheRaceAfterTheHooks() {
		this.strict.commit(note("0").id("n"));
		this.index.atNextCall(() -> Threads.run(List.of(() -> this.memory.update("n", Patch.set("more", 1)))));
		long calls = this.index.calls();
		this.strict.update("n", Patch.set("text", "1"));
		assertThat(this.memory.get("n").orElseThrow().payload()).isEqualTo(Map.of("text", "1", "more", 1));
		assertThat(this.index.calls()).isEqualTo(calls + 3);
		assertInStep();
	}

	@Test
	void survivesAStorageThatFailsToApply() {
		this.strict.commit(note("0").id("n"));
		MemoryStore failing = failing((unit) -> {
			throw new StorageException("No answer in time", null);
		});
		assertThatThrownBy(() -> failing.update("n", Patch.set("text", "1"))).isInstanceOf(StorageException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void survivesAStorageThatAppliesAndDoesNotSaySo() {
		this.strict.commit(note("0").id("n"));
		MemoryStore failing = failing((unit) -> {
			spi().apply(unit);
			throw new StorageException("No answer in time", null);
		});
		assertThatThrownBy(() -> failing.update("n", Patch.set("text", "1"))).isInstanceOf(StorageException.class);
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(2);
		assertInStep();
	}

	@Test
	void survivesAStorageThatAppliesTooLate() {
		this.strict.commit(note("0").id("n"));
		List<Unit> late = new ArrayList<>();
		MemoryStore failing = failing((unit) -> {
			late.add(unit);
			throw new StorageException("No answer in time", null);
		});
		assertThatThrownBy(() -> failing.update("n", Patch.set("text", "1"))).isInstanceOf(StorageException.class);
		assertThat(spi().apply(late.get(0))).isInstanceOf(ApplyResult.Rejected.class);
		assertInStep();
	}

	/** A store whose storage applies units in another way. */
	private MemoryStore failing(Function<Unit, ApplyResult> apply) {
		return over(Proxies.before(spi(), (proxy, method, arguments) -> {
			if (method.getName().equals("apply") && !((Unit) arguments[0]).entries().isEmpty()) {
				return apply.apply((Unit) arguments[0]);
			}
			return Proxies.proceed(this.storage, method, arguments);
		}));
	}

	private MemoryStore over(HookStorage storage) {
		return MemoryStore.builder(storage)
			.clock(this.clock)
			.namespace(this.namespace)
			.hook(this.first)
			.hook(this.index)
			.build();
	}

	@Test
	void survivesAnInterruption() {
		this.strict.commit(note("0").id("n"));
		this.index.failNext(new InterruptedException("stop"));
		assertThatThrownBy(() -> this.strict.update("n", Patch.set("text", "1"))).isInstanceOf(HookException.class);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.memory.get("n").orElseThrow().version()).isEqualTo(1);
		assertInStep();
	}

	@Test
	void tellsOnlyOfTheTypesWanted() {
		FaultyIndex ofNotes = new FaultyIndex("notes");
		MemoryStore store = store((builder) -> builder.hook(ofNotes, HookOptions.defaults().types(NOTE)));
		store.commit(note("1").id("n"));
		store.commit(preference("editor", "vi"));
		MemoryStore both = store(
				(builder) -> builder.hook(ofNotes, HookOptions.defaults().types(NOTE)).hook(this.index));
		another().commit(preference("shell", "sh").id("p"));
		both.update("p", Patch.set("value", "zsh"));
		assertThat(this.index.facts(this.namespace)).containsOnlyKeys("p");
		assertThat(ofNotes.calls()).isEqualTo(1);
		assertThat(ofNotes.facts(this.namespace)).containsOnlyKeys("n");
	}

	@Test
	void tellsAnOutboxLater() {
		MemoryStore outbox = outbox(this.index, UnaryOperator.identity());
		outbox.commit(note("1").id("n"));
		outbox.update("n", Patch.set("text", "2"), Change.by("somebody"));
		assertThat(this.index.calls()).isZero();
		assertThat(outbox.hooks().list()).singleElement()
			.satisfies((status) -> assertThat(status.pending()).isEqualTo(2));
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(outbox.hooks().list().get(0).lag()).isGreaterThanOrEqualTo(Duration.ofMinutes(1));
		assertThat(outbox.hooks().deliver()).isEqualTo(2);
		assertThat(this.index.drift(this.memory)).isZero();
		assertThat(outbox.hooks().list().get(0))
			.isEqualTo(new HookStatus(this.index.name(), HookMode.OUTBOX, 0, 0, Duration.ZERO, 0));
		assertThat(outbox.hooks().deliver()).isZero();
	}

	private MemoryStore outbox(MemoryHook hook, UnaryOperator<MemoryStore.Builder> options) {
		return store((builder) -> options.apply(builder.hook(hook).hookMode(HookMode.OUTBOX)));
	}

	/** Each test has outboxes of its own in a storage that is shared. */
	private FaultyIndex ownIndex() {
		return new FaultyIndex("index of " + this.namespace);
	}

	@Test
	void keepsAllThatTheLogSaysInAnOutbox() {
		RecordingHook hook = new RecordingHook("record of " + this.namespace);
		MemoryStore outbox = outbox(hook, UnaryOperator.identity());
		outbox.commit(note("1").id("n"));
		outbox.update("n", Patch.set("text", "2"));
		outbox.rollback(2);
		outbox.maintenance();
		List<FactChange> changes = hook.changes();
		assertThat(changes).extracting(FactChange::operation)
			.extracting(Enum::name)
			.containsExactly("COMMIT", "UPDATE", "ROLLBACK", "ROLLBACK");
		assertThat(changes).extracting(FactChange::fence).isSorted().doesNotHaveDuplicates();
		assertThat(changes.get(1).before()).isEqualTo(changes.get(0).after());
		assertThat(changes.get(3).after()).isNull();
		assertThat(changes).allSatisfy((change) -> assertThat(change.step()).isNotNull());
	}

	@Test
	void triesAnOutboxAgainAndParks() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, (builder) -> builder.hookMaxAttempts(3));
		outbox.commit(note("1").id("n"));
		outbox.update("n", Patch.set("text", "2"));
		index.down(true);
		outbox.hooks().deliver();
		long calls = index.calls();
		outbox.hooks().deliver();
		assertThat(index.calls()).isEqualTo(calls);
		this.clock.advance(Duration.ofHours(1));
		outbox.hooks().deliver();
		this.clock.advance(Duration.ofHours(1));
		outbox.hooks().deliver();
		assertThat(outbox.hooks().list().get(0).parked()).isEqualTo(1);
		assertThat(outbox.hooks().list().get(0).pending()).isEqualTo(1);
		index.down(false);
		this.clock.advance(Duration.ofHours(1));
		assertThat(outbox.hooks().deliver()).isZero();
		assertThat(outbox.hooks().retryParked(index.name())).isEqualTo(1);
		assertThat(outbox.hooks().deliver()).isEqualTo(2);
		assertThat(index.drift(this.memory)).isZero();
	}

	@Test
	void waitsLongerAndLongerBeforeItTriesAgain() {
		List<Long> firstWaits = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			FaultyIndex index = new FaultyIndex("index " + i + " of " + this.namespace);
			MemoryStore outbox = outbox(index, (builder) -> builder.hookBackOff(Duration.ofSeconds(10)));
			outbox.namespace(this.namespace + i).commit(note("1").id("n"));
			index.down(true);
			outbox.hooks().deliver();
			long wait = 10;
			for (int attempt = 1; attempt <= 2; attempt++) {
				long seconds = secondsUntilTheNextCall(index, outbox);
				assertThat(seconds).as("wait " + attempt).isBetween(wait / 2, wait + 1);
				wait *= 2;
				if (attempt == 1) {
					firstWaits.add(seconds);
				}
			}
		}
		assertThat(firstWaits.stream().distinct().count()).as("different waits in " + firstWaits).isGreaterThan(1);
	}

	private long secondsUntilTheNextCall(FaultyIndex index, MemoryStore outbox) {
		long calls = index.calls();
		for (long seconds = 1;; seconds++) {
			this.clock.advance(Duration.ofSeconds(1));
			outbox.hooks().deliver();
			if (index.calls() > calls) {
				return seconds;
			}
			assertThat(seconds).isLessThan(1000);
		}
	}

	@Test
	void issuesHigherFencesWithALaterClaim() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		outbox.commit(note("1").id("n"));
		OutboxClaim first = claim(index, "one");
		assertThat(claim(index, "two")).isNull();
		this.clock.advance(Duration.ofMinutes(1));
		outbox.update("n", Patch.set("text", "2"));
		OutboxClaim second = claim(index, "two");
		assertThat(second.rows()).hasSize(2);
		assertThat(second.rows()).allMatch((row) -> row.fence() > first.rows().get(0).fence());
		assertThat(spi().outbox().settle(first, first.rows(), List.of(), null)).isFalse();
		assertThat(spi().outbox().settle(second, List.of(), List.of(), null)).isTrue();
		assertThat(claim(index, "three").rows()).hasSize(2)
			.allMatch((row) -> row.fence() > second.rows().get(1).fence());
	}

	private OutboxClaim claim(FaultyIndex index, String token) {
		Instant now = this.clock.instant();
		return spi().outbox().claim(index.name(), token, now, now.plusSeconds(30), 10);
	}

	@Test
	void ignoresWhatAnInstanceDeliversThatHasLostItsLease() {
		FaultyIndex index = ownIndex();
		MemoryStore slow = outbox(index, UnaryOperator.identity());
		MemoryStore fast = outbox(index, UnaryOperator.identity());
		slow.commit(note("1").id("n"));
		index.atNextCall(() -> {
			this.clock.advance(Duration.ofMinutes(1));
			fast.update("n", Patch.set("text", "2"));
			Threads.run(List.of(() -> fast.hooks().deliver()));
		});
		slow.hooks().deliver();
		assertThat(index.ignored()).isEqualTo(1);
		assertThat(index.drift(this.memory)).isZero();
		assertThat(slow.hooks().list().get(0).pending()).isZero();
	}

	@Test
	void bringsAHookInStepThatHasBecomeStrict() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		outbox.commit(note("1").id("n"));
		outbox.commit(note("1").id("m"));
		outbox.delete("m");
		outbox.commit(note("1").id("o"));
		MemoryStore strict = store((builder) -> builder.hook(index));
		strict.update("n", Patch.set("text", "2"));
		assertThat(index.facts(this.namespace)).containsOnlyKeys("n");
		assertThat(strict.hooks().list().get(0).pending()).isEqualTo(4);
		index.failNext(new IllegalStateException("down"));
		strict.maintenance();
		this.clock.advance(Duration.ofMinutes(1));
		strict.maintenance();
		assertThat(index.facts(this.namespace)).containsOnlyKeys("n", "o");
		assertThat(index.drift(this.memory)).isZero();
		assertThat(strict.hooks().list().get(0).pending()).isZero();
		assertThat(strict.hooks().recover()).isZero();
	}

	@Test
	void bringsAHookInStepThatHasBecomeStrictBesideFactsThatItNeverTakes() {
		FaultyIndex index = poisoned();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		for (int i = 0; i < 3; i++) {
			outbox.commit(note("1").id("poison" + i));
		}
		for (int i = 0; i < 40; i++) {
			outbox.commit(note("1").id("n" + i));
		}
		MemoryStore strict = store((builder) -> builder.hook(index));
		for (int i = 0; i < 10; i++) {
			strict.maintenance();
			this.clock.advance(Duration.ofMinutes(10));
		}
		assertThat(index.facts(this.namespace)).hasSize(40);
		assertThat(strict.hooks().list().get(0).pending()).isEqualTo(3);
	}

	@Test
	void takesFewChangesAtFirstToShowWhatIsStored() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		for (int i = 0; i < 150; i++) {
			outbox.commit(note(Integer.toString(i)).id("n"));
		}
		long calls = index.calls();
		assertThat(store((builder) -> builder.hook(index)).hooks().recover()).isEqualTo(150);
		// a claim has a time limit, and nobody knows yet how slow the hook is
		assertThat(index.calls()).isGreaterThan(calls + 1);
		assertThat(index.drift(this.memory)).isZero();
	}

	@Test
	void leavesAHookInStepThatWasStrictWhileAChangeWasParked() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, (builder) -> builder.hookMaxAttempts(1));
		outbox.commit(note("1").id("n"));
		index.down(true);
		outbox.hooks().deliver();
		index.down(false);
		assertThat(outbox.hooks().list().get(0).parked()).isEqualTo(1);
		this.clock.advance(Duration.ofMinutes(10));
		MemoryStore strict = store((builder) -> builder.hook(index));
		strict.hooks().recover();
		strict.update("n", Patch.set("text", "2"));
		MemoryStore again = outbox(index, UnaryOperator.identity());
		again.hooks().retryParked(index.name());
		assertThat(again.hooks().deliver()).isZero();
		assertThat(index.drift(this.memory)).isZero();
		assertThat(again.hooks().list().get(0).pending()).isZero();
	}

	@Test
	void showsWhatWasParkedEvenIfTheStorageFailedAtFirst() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, (builder) -> builder.hookMaxAttempts(1));
		outbox.commit(note("1").id("n"));
		index.down(true);
		outbox.hooks().deliver();
		index.down(false);
		this.clock.advance(Duration.ofMinutes(10));
		AtomicBoolean down = new AtomicBoolean(true);
		Outbox failing = Proxies.before(spi().outbox(), (proxy, method, arguments) -> {
			failIf(down.get() && method.getName().equals("unpark"));
			return Proxies.proceed(spi().outbox(), method, arguments);
		});
		HookStorage storage = Proxies.before(spi(), (proxy, method, arguments) -> method.getName().equals("outbox")
				? failing : Proxies.proceed(this.storage, method, arguments));
		MemoryStore strict = MemoryStore.builder(storage)
			.clock(this.clock)
			.namespace(this.namespace)
			.hook(index)
			.build();
		assertThatThrownBy(() -> strict.hooks().recover()).isInstanceOf(StorageException.class);
		down.set(false);
		strict.hooks().recover();
		assertThat(index.drift(this.memory)).isZero();
	}

	@Test
	void deliversInOrderWhatAnotherStoreHasLeft() {
		FaultyIndex index = ownIndex();
		List<Long> versions = new ArrayList<>();
		FaultyIndex told = new FaultyIndex(index.name()) {

			@Override
			public void apply(List<FactChange> changes) throws Exception {
				changes.forEach((change) -> versions.add(Objects.requireNonNull(change.after()).version()));
				super.apply(changes);
			}

		};
		MemoryStore left = outbox(index, UnaryOperator.identity());
		left.commit(note("0").id("n"));
		update(left, "n", 99);
		this.clock.advance(Duration.ofMinutes(10));
		assertThat(outbox(told, UnaryOperator.identity()).hooks().deliver()).isEqualTo(100);
		assertThat(versions).containsExactlyElementsOf(LongStream.rangeClosed(1, 100).boxed().toList());
	}

	@Test
	void letsOtherFactsPassOneThatFails() {
		FaultyIndex index = poisoned();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		for (int i = 0; i < 10; i++) {
			outbox.commit(note("1").id("n" + i));
			outbox.commit(note("1").id("poison"));
		}
		outbox.hooks().deliver();
		assertThat(index.facts(this.namespace)).hasSize(10).doesNotContainKey("poison");
		assertThat(outbox.hooks().list().get(0).pending()).isEqualTo(10);
	}

	@Test
	void letsOtherFactsPassManyThatFail() {
		FaultyIndex index = poisoned();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			drafts.add(i, note("1").id("poison" + i));
			drafts.add(note("1").id("n" + i));
		}
		outbox.commitAll(drafts, Change.anonymous());
		for (int i = 0; i < 10; i++) {
			outbox.hooks().deliver();
			this.clock.advance(Duration.ofMinutes(1));
		}
		assertThat(index.facts(this.namespace)).hasSize(100);
		assertThat(outbox.hooks().list().get(0).pending()).isEqualTo(100);
	}

	@Test
	void triesWhatWasParkedAtOnceWhenItIsAskedTo() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, (builder) -> builder.hookMaxAttempts(1));
		index.down(true);
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			drafts.add(note("1").id("n" + i));
		}
		outbox.commitAll(drafts, Change.anonymous());
		outbox.hooks().deliver();
		index.down(false);
		assertThat(outbox.hooks().deliver()).isZero();
		assertThat(outbox.hooks().retryParked(index.name())).isPositive();
		assertThat(outbox.hooks().deliver()).isEqualTo(100);
		assertThat(index.drift(this.memory)).isZero();
	}

	/** An index that never takes facts whose ids begin with "poison". */
	private FaultyIndex poisoned() {
		return new FaultyIndex("index of " + this.namespace) {

			@Override
			public void apply(List<FactChange> changes) throws Exception {
				if (changes.stream().anyMatch((change) -> change.factId().startsWith("poison"))) {
					throw new IllegalStateException("poison");
				}
				super.apply(changes);
			}

		};
	}

	@Test
	void writesNothingToAnOutboxIfNothingIsWritten() {
		FaultyIndex index = ownIndex();
		MemoryStore outbox = outbox(index, UnaryOperator.identity());
		outbox.commit(decision("yes").id("d"));
		outbox.commit(decision("yes").id("d"));
		assertThatThrownBy(() -> outbox.update("d", Patch.set("text", "no")))
			.isInstanceOf(io.memstate.ConflictException.class);
		assertThat(outbox.hooks().list().get(0).pending()).isEqualTo(1);
	}

	@Test
	void sharesAnOutboxBetweenInstances() {
		RecordingHook hook = new RecordingHook("shared by " + this.namespace);
		MemoryStore one = outbox(hook, UnaryOperator.identity());
		MemoryStore two = outbox(hook, UnaryOperator.identity());
		for (int i = 0; i < 300; i++) {
			one.commit(note("" + i).id("n" + i % 30));
		}
		Threads.run(List.of(() -> one.hooks().deliver(), () -> two.hooks().deliver()));
		one.hooks().deliver();
		assertThat(hook.changes()).hasSize(300);
		assertThat(hook.changes().stream().map((change) -> change.factId() + " " + version(change)).distinct())
			.hasSize(300);
		Map<String, Long> versions = new java.util.HashMap<>();
		for (FactChange change : hook.changes()) {
			assertThat(version(change)).isEqualTo(versions.merge(change.factId(), 1L, Long::sum));
		}
	}

	private static long version(FactChange change) {
		return java.util.Objects.requireNonNull(change.after()).version();
	}

	@Test
	void reconcilesBothWays() {
		for (int i = 0; i < 6; i++) {
			this.strict.commit(note("" + i).id("n" + i));
		}
		Fact old = this.memory.get("n2").orElseThrow();
		this.strict.update("n2", Patch.set("text", "new"));
		this.index.tamper(this.namespace, "n1", null);
		this.index.tamper(this.namespace, "n2", old);
		this.index.tamper(this.namespace, "ghost", old);
		ReconcileReport dry = this.strict.hooks().reconcile("index", true);
		assertThat(dry.inStep()).isFalse();
		assertThat(dry.mended()).isZero();
		assertThat(this.index.drift(this.memory)).isEqualTo(3);
		ReconcileReport report = this.strict.hooks().reconcile("index");
		assertThat(report.missing()).isGreaterThanOrEqualTo(1);
		assertThat(report.stale()).isGreaterThanOrEqualTo(1);
		assertThat(report.ghosts()).isGreaterThanOrEqualTo(1);
		assertThat(report.mended()).isEqualTo(report.missing() + report.stale() + report.ghosts());
		assertInStep();
		assertThat(this.strict.hooks().reconcile("index", true).inStep()).isTrue();
	}

	@Test
	void buildsAnIndexAgain() {
		List<Draft> drafts = new ArrayList<>();
		for (int i = 0; i < 1200; i++) {
			drafts.add(note("" + i).id("n" + i));
		}
		this.memory.commitAll(drafts, Change.anonymous());
		this.index.tamper(this.namespace, "ghost", this.memory.get("n1").orElseThrow());
		List<ReindexProgress> progress = new ArrayList<>();
		assertThatThrownBy(() -> this.strict.hooks().reindex("index", (at) -> {
			progress.add(at);
			if (at.delivered() >= 500 && this.namespace.equals(at.namespace())) {
				this.index.down(true);
			}
		})).isInstanceOf(HookException.class);
		this.index.down(false);
		// from now on, the fact that was last is the newest of all
		ReindexProgress last = progress.get(progress.size() - 1);
		this.clock.advance(Duration.ofMinutes(1));
		this.strict.delete(last.lastFactId());
		this.strict.commit(note("again").id(last.lastFactId()));
		long taken = this.index.taken();
		ReindexProgress done = this.strict.hooks().reindex(last, (at) -> {
		});
		assertThat(done.done()).isTrue();
		assertThat(this.index.taken()).isGreaterThan(taken);
		this.strict.maintenance();
		assertThat(this.index.drift(this.memory)).isZero();
	}

	@Test
	void remembersWhatWasUnderWayWhenAnIndexIsBuiltAgain() {
		String later = this.namespace + "z";
		this.strict.namespace(later).commit(note("0").id("n"));
		List<ReindexProgress> progress = new CopyOnWriteArrayList<>();
		CountDownLatch ended = new CountDownLatch(1);
		// the first hook has been told, and the second makes the write wait
		this.index.atNextCall(() -> {
			new Thread(() -> {
				try {
					this.strict.hooks().reindex("first", (at) -> {
						if (later.equals(at.namespace())) {
							progress.add(at);
							throw new IllegalStateException("broken off");
						}
					});
				}
				catch (IllegalStateException ex) {
					ended.countDown();
				}
			}).start();
			waitUntil(() -> this.first.facts(later).isEmpty());
			ended.await(300, TimeUnit.MILLISECONDS);
		});
		this.strict.commit(note("1").id("under way"));
		await(ended);
		this.strict.hooks().reindex(progress.get(0), (at) -> {
		});
		assertInStep();
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError("Interrupted", ex);
		}
	}

	@Test
	void repairsWhileOthersWrite() {
		for (int i = 0; i < 20; i++) {
			this.strict.commit(note("0").id("n" + i));
		}
		List<Runnable> tasks = new ArrayList<>();
		for (int thread = 0; thread < 3; thread++) {
			int from = 5 * thread;
			tasks.add(() -> {
				for (int i = 0; i < 30; i++) {
					this.strict.commit(Draft.of(NOTE, Map.of("text", i)).id("n" + (from + i % 10)));
					if (i % 10 == 9) {
						this.strict.delete("n" + (from + i % 10));
					}
				}
			});
		}
		tasks.add(() -> {
			this.strict.hooks().reindex("first");
			for (int i = 0; i < 3; i++) {
				this.index.tamper(this.namespace, "ghost" + i, this.memory.get("n19").orElse(null));
				this.index.tamper(this.namespace, "n" + i, null);
				this.strict.hooks().reconcile("index");
			}
		});
		Threads.run(tasks);
		this.strict.maintenance();
		assertInStep();
	}

	@Test
	void tellsWhatAHookCannotDo() {
		MemoryStore store = store((builder) -> builder.hook(new RecordingHook("plain")));
		assertThatThrownBy(() -> store.hooks().reconcile("plain")).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("ReconcilableHook");
		assertThatThrownBy(() -> store.hooks().reindex("plain")).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("ReindexableHook");
		assertThatThrownBy(() -> store.hooks().reconcile("none")).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("'plain'");
	}

	private static void waitUntil(java.util.function.BooleanSupplier condition) {
		long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
			java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
		}
	}

}
