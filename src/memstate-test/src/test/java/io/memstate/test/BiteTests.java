package io.memstate.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

import io.memstate.storage.ApplyResult.Rejected;
import io.memstate.storage.FactState;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.Storage;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.Unit;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The kit bites: a storage that is wrong in one respect fails the contract of that
 * respect.
 */
class BiteTests {

	private static final ThreadLocal<Fault> FAULT = new ThreadLocal<>();

	@ParameterizedTest(name = "{0}")
	@MethodSource("faults")
	void fails(String name, Fault fault, Class<?> concern, String test) {
		Events tests = run("junit-jupiter", fault,
				DiscoverySelectors.selectNestedMethod(List.of(WrongStorage.class), concern, method(concern, test)));
		assertThat(tests.failed().count()).isPositive();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("modelFaults")
	void failsTheModel(String name, Fault fault) {
		Events tests = run("jqwik", fault, DiscoverySelectors.selectClass(WrongModel.class));
		assertThat(tests.failed().count()).isEqualTo(1);
		assertThat(tests.failed().stream().map(BiteTests::message)).singleElement()
			.asString()
			.contains("differ after", "1. ");
	}

	@Test
	void failsSoonWhereEveryWriteLosesItsRace() {
		Class<?> concern = AllStorageContractTests.Version.class;
		Events tests = run("junit-jupiter", forgettingRemovedFacts(), DiscoverySelectors
			.selectNestedMethod(List.of(WrongStorage.class), concern, method(concern, "goesOnAfterADeletion")));
		assertThat(tests.failed().stream().map(BiteTests::message)).singleElement()
			.asString()
			.contains("lost every race", "within PT0.1S");
	}

	@Test
	void passesWithoutAFault() {
		Events tests = run("junit-jupiter", Call::proceed, DiscoverySelectors
			.selectNestedClass(List.of(WrongStorage.class), AllStorageContractTests.StorageSpi.class));
		assertThat(tests.failed().count()).isZero();
		assertThat(tests.succeeded().count()).isGreaterThan(40);
	}

	@Test
	void asksForNoHooksWhereAStorageHasNone() {
		for (Class<?> concern : List.of(AllStorageContractTests.Hook.class, AllStorageContractTests.Search.class)) {
			Events tests = run("junit-jupiter", Call::proceed,
					DiscoverySelectors.selectNestedClass(List.of(PlainStorage.class), concern));
			assertThat(tests.started().count()).isPositive();
			assertThat(tests.aborted().count()).isEqualTo(tests.started().count());
		}
	}

	private static Events run(String engine, Fault fault, DiscoverySelector selector) {
		FAULT.set(fault);
		try {
			return EngineTestKit.engine(engine).selectors(selector).execute().testEvents();
		}
		finally {
			FAULT.remove();
		}
	}

	private static Method method(Class<?> concern, String name) {
		return ReflectionSupport
			.findMethods(concern, (method) -> method.getName().equals(name), HierarchyTraversalMode.TOP_DOWN)
			.get(0);
	}

	private static String message(Event event) {
		return event.getPayload(TestExecutionResult.class)
			.flatMap((result) -> result.getThrowable())
			.map(Throwable::getMessage)
			.orElse("");
	}

	static Stream<Arguments> faults() {
		return Stream.of(
				arguments("does not check versions", dropping(Precondition.VersionIs.class),
						AllStorageContractTests.StorageSpi.class, "checksVersions"),
				arguments("does not check singleton keys", dropping(Precondition.KeyAvailable.class),
						AllStorageContractTests.StorageSpi.class, "checksSingletonKeys"),
				arguments("does not check idempotency keys", dropping(Precondition.IdempotencyKeyFree.class),
						AllStorageContractTests.StorageSpi.class, "checksIdempotencyKeys"),
				arguments("does not check whether steps are undone", dropping(Precondition.StepUndone.class),
						AllStorageContractTests.StorageSpi.class, "checksWhetherStepsAreUndone"),
				arguments("does not check key fields", dropping(Precondition.KeyFieldsAre.class),
						AllStorageContractTests.Singleton.class, "refusesAWriteUnderOtherKeyFields"),
				arguments("writes what it rejects", writingWhatIsRejected(), AllStorageContractTests.StorageSpi.class,
						"checksVersions"),
				arguments("loses an entry", losingAnEntry(), AllStorageContractTests.Commit.class,
						"commitsSeveralFactsInOneStep"),
				arguments("loses an entry of a promote", losingAnEntry(), AllStorageContractTests.Session.class,
						"logsWhatAPromoteDidToBothFacts"),
				arguments("forgets removed facts", forgettingRemovedFacts(), AllStorageContractTests.StorageSpi.class,
						"remembersRemovedFactsForEver"),
				arguments("takes the keys of all layers for one", mixingKeys(), AllStorageContractTests.Query.class,
						"shadowsLongTermSingletonsOfTheSession"),
				arguments("sorts strings by UTF-16", sortingByUtf16(), AllStorageContractTests.Session.class,
						"listsTheSessionsThatHoldFacts"),
				arguments("ignores the cursor", ignoringTheCursor(), AllStorageContractTests.StorageSpi.class,
						"findsNeverTooFewAndPagesInOrder"),
				arguments("finds too few", findingTooFew(), AllStorageContractTests.Query.class, "narrowsToAType"),
				arguments("counts too many", countingTooMany(), AllStorageContractTests.Query.class, "limits"),
				arguments("keeps numbers as doubles", roundingNumbers(), AllStorageContractTests.Payload.class,
						"survives"),
				arguments("redoes the oldest first", redoingTheOldest(), AllStorageContractTests.Rollback.class,
						"redoesSeveralStepsAsOne"),
				arguments("undoes steps of any layer", undoingAnyLayer(), AllStorageContractTests.Rollback.class,
						"undoesOnlyStepsOfItsLayer"),
				arguments("knows no past", knowingNoPast(), AllStorageContractTests.AsOf.class,
						"showsWhatWasDeletedSince"),
				arguments("never expires", before("due", (call) -> List.of()), AllStorageContractTests.Expiry.class,
						"isCarriedOutByMaintenance"),
				arguments("takes namespaces that differ in case for one", foldingCase(),
						AllStorageContractTests.Namespace.class, "isNotTakenForAnotherOfASimilarName"));
	}

	static Stream<Arguments> modelFaults() {
		return Stream.of(arguments("loses an entry", losingAnEntry()));
	}

	private static Fault dropping(Class<? extends Precondition> kind) {
		return before("apply", (call) -> {
			Unit unit = (Unit) call.arguments()[0];
			return call
				.with(new Unit(unit.namespace(),
						unit.preconditions().stream().filter((precondition) -> !kind.isInstance(precondition)).toList(),
						unit.facts(), unit.entries(), unit.step(), unit.marks(), unit.indexed()))
				.proceed();
		});
	}

	private static Fault writingWhatIsRejected() {
		return after("apply", (result, call) -> {
			if (result instanceof Rejected) {
				Unit unit = (Unit) call.arguments()[0];
				call.with(new Unit(unit.namespace(), List.of(), unit.facts(), unit.entries(), unit.step(), List.of(),
						unit.indexed()))
					.proceed();
			}
			return result;
		});
	}

	private static Fault mixingKeys() {
		return before("singletons",
				(call) -> call.with(call.arguments()[0], withoutSessions(call.arguments()[1])).proceed());
	}

	private static Fault ignoringTheCursor() {
		return before("query", (call) -> {
			StorageQuery query = (StorageQuery) call.arguments()[0];
			return call.with(query.page(null, query.limit())).proceed();
		});
	}

	private static Fault findingTooFew() {
		return BiteTests.<List<?>>after("query", (facts, call) -> facts.subList(0, Math.max(0, facts.size() - 1)));
	}

	private static Fault countingTooMany() {
		return BiteTests.<OptionalLong>after("count", (count, call) -> OptionalLong.of(count.orElse(0) + 1));
	}

	private static Fault redoingTheOldest() {
		return BiteTests.<List<?>>after("steps", (steps, call) -> {
			List<?> reversed = new ArrayList<>(steps);
			if (((StepQuery) call.arguments()[0]).selection() == StepQuery.Selection.UNDONE) {
				Collections.reverse(reversed);
			}
			return reversed;
		});
	}

	private static Fault undoingAnyLayer() {
		return before("steps", (call) -> {
			StepQuery query = (StepQuery) call.arguments()[0];
			return call.with(new StepQuery(query.namespace(), null, query.selection(), query.limit())).proceed();
		});
	}

	private static Fault knowingNoPast() {
		return before("lastEntries", (call) -> {
			Object[] arguments = call.arguments();
			return call.with(arguments[0], Instant.MAX, arguments[2], arguments[3]).proceed();
		});
	}

	private static Fault losingAnEntry() {
		return before("apply", (call) -> {
			Unit unit = (Unit) call.arguments()[0];
			List<StoredEntry> entries = unit.entries();
			return call
				.with(new Unit(unit.namespace(), unit.preconditions(), unit.facts(),
						(entries.size() > 1) ? entries.subList(0, entries.size() - 1) : entries, unit.step(),
						unit.marks(), unit.indexed()))
				.proceed();
		});
	}

	private static Fault forgettingRemovedFacts() {
		return BiteTests.<Map<String, FactState>>after("facts", (facts, call) -> {
			Map<String, FactState> living = new HashMap<>(facts);
			living.values().removeIf((state) -> state.fact() == null);
			return living;
		});
	}

	private static Fault sortingByUtf16() {
		return BiteTests.<List<String>>after("sessions", (names, call) -> names.stream().sorted().toList());
	}

	private static Fault roundingNumbers() {
		return BiteTests.<Map<String, FactState>>after("facts", (facts, call) -> {
			Map<String, FactState> rounded = new HashMap<>();
			facts.forEach((id, state) -> rounded.put(id, (state.fact() != null) ? rounded(state) : state));
			return rounded;
		});
	}

	private static FactState rounded(FactState state) {
		StoredFact fact = state.fact();
		Map<String, Object> payload = new LinkedHashMap<>(fact.payload().map());
		payload.replaceAll((key, value) -> (value instanceof Number number) ? number.doubleValue() : value);
		return new FactState(state.id(), state.version(), state.shows(),
				new StoredFact(fact.namespace(), fact.id(), fact.type(), Payload.of(payload), fact.source(),
						fact.sessionId(), fact.ephemeral(), fact.version(), fact.createdAt(), fact.updatedAt(),
						fact.expiresAt()),
				state.singletonKey());
	}

	private static Fault foldingCase() {
		return before("query", (call) -> {
			StorageQuery query = (StorageQuery) call.arguments()[0];
			return call
				.with(new StorageQuery(query.namespace().toLowerCase(Locale.ROOT), query.sessionId(), query.layers(),
						query.type(), query.condition(), query.order(), query.after(), query.limit(), query.now()))
				.proceed();
		});
	}

	private static Object withoutSessions(Object keys) {
		return ((Collection<?>) keys).stream()
			.map(SingletonKey.class::cast)
			.map((key) -> new SingletonKey(null, key.type(), key.digest()))
			.toList();
	}

	private static Fault before(String method, Fault fault) {
		return (call) -> call.method().equals(method) ? fault.on(call) : call.proceed();
	}

	@SuppressWarnings("unchecked")
	private static <R> Fault after(String method, Change<R> change) {
		return before(method, (call) -> change.of((R) call.proceed(), call));
	}

	/**
	 * What is wrong with a storage.
	 */
	interface Fault {

		Object on(Call call) throws Exception;

	}

	/**
	 * What becomes of a result.
	 *
	 * @param <R> its type
	 */
	interface Change<R> {

		Object of(R result, Call call) throws Exception;

	}

	/**
	 * A call of a storage.
	 */
	record Call(Storage storage, Method target, Object[] arguments) {

		String method() {
			return this.target.getName();
		}

		Call with(Object... arguments) {
			return new Call(this.storage, this.target, arguments);
		}

		Object proceed() throws Exception {
			try {
				return this.target.invoke(this.storage, this.arguments);
			}
			catch (InvocationTargetException ex) {
				throw (ex.getCause() instanceof Exception cause) ? cause : ex;
			}
		}

	}

	private static Storage wrongStorage(Class<?>... abilities) {
		Fault fault = FAULT.get();
		InMemoryStorage storage = new InMemoryStorage();
		return (Storage) Proxy.newProxyInstance(BiteTests.class.getClassLoader(), abilities,
				(proxy, method, arguments) -> fault.on(new Call(storage, method, arguments)));
	}

	/** A storage without any optional ability. */
	static class PlainStorage extends AllStorageContractTests {

		@Override
		protected Storage createStorage() {
			return wrongStorage(Storage.class);
		}

	}

	static class WrongStorage extends AllStorageContractTests {

		@Override
		protected Storage createStorage() {
			return wrongStorage(InMemoryStorage.class.getInterfaces());
		}

	}

	static class WrongModel extends ModelBasedContractTests {

		@Override
		protected Storage createStorage() {
			return wrongStorage(InMemoryStorage.class.getInterfaces());
		}

	}

}
