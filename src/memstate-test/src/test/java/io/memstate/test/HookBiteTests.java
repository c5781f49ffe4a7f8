package io.memstate.test;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

import io.memstate.FactChange;
import io.memstate.IndexedFact;
import io.memstate.ReconcilableHook;
import io.memstate.ReindexableHook;
import io.memstate.storage.FactAddress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The contract of hooks bites: an index that is wrong in one respect fails the tests of
 * that respect.
 */
class HookBiteTests {

	private static final int TESTS = 18;

	private static final ThreadLocal<Fault> FAULT = new ThreadLocal<>();

	@ParameterizedTest
	@MethodSource("faults")
	void fails(Fault fault, List<String> tests) {
		assertThat(failures(fault,
				tests.stream().map((test) -> DiscoverySelectors.selectMethod(WrongIndexContract.class, test)).toList()))
			.containsExactlyInAnyOrderElementsOf(tests);
	}

	@Test
	void passesWithoutAFault() {
		assertThat(failures(Fault.NONE, List.of(DiscoverySelectors.selectClass(WrongIndexContract.class)))).isEmpty();
	}

	static Stream<Arguments> faults() {
		return Stream.of(
				arguments(Fault.IGNORES_FENCES,
						List.of("ignoresAChangeThatIsOutOfDate", "ignoresAChangeThatARemovalHasOvertaken",
								"ignoresARemovalThatIsOutOfDate", "endsTheSameInWhateverOrder")),
				arguments(Fault.APPENDS, List.of("takesAChangeAgain")),
				arguments(Fault.REFUSES_THE_SAME_FENCE_TWICE, List.of("takesAChangeAgain")),
				arguments(Fault.FORGETS_THE_FENCE_OF_WHAT_IS_REMOVED,
						List.of("ignoresAChangeThatARemovalHasOvertaken")),
				arguments(Fault.GOES_BY_VERSIONS, List.of("goesBackToWhatIsStoredIfAWriteFails")),
				arguments(Fault.TAKES_ONE_CHANGE_OF_A_CALL, List.of("takesAStepOfManyFacts")),
				arguments(Fault.MIXES_NAMESPACES, List.of("keepsNamespacesApart")),
				arguments(Fault.FORGETS_FENCES_WHEN_CLOSED, List.of("remembersFencesWhenItIsOpenedAgain")),
				arguments(Fault.NEVER_REMOVES, List.of("takesCommitsUpdatesAndRemovals", "isReconciled")),
				arguments(Fault.CLEARS_NOTHING, List.of("isBuiltAgain")));
	}

	private static List<String> failures(Fault fault, List<? extends DiscoverySelector> selectors) {
		FAULT.set(fault);
		WrongIndex.ENTRIES.clear();
		WrongIndex.FENCES.clear();
		try {
			Events tests = EngineTestKit.engine("junit-jupiter")
				.selectors(selectors.toArray(DiscoverySelector[]::new))
				.execute()
				.testEvents();
			assertThat(tests.started().count()).isEqualTo((fault == Fault.NONE) ? TESTS : selectors.size());
			return tests.failed().stream().map(HookBiteTests::method).toList();
		}
		finally {
			FAULT.remove();
		}
	}

	private static String method(Event event) {
		return event.getTestDescriptor().getLegacyReportingName().replaceAll("\\(.*", "");
	}

	/**
	 * What is wrong with an index.
	 */
	enum Fault {

		NONE, IGNORES_FENCES, APPENDS, REFUSES_THE_SAME_FENCE_TWICE, FORGETS_THE_FENCE_OF_WHAT_IS_REMOVED,
		GOES_BY_VERSIONS, TAKES_ONE_CHANGE_OF_A_CALL, MIXES_NAMESPACES, FORGETS_FENCES_WHEN_CLOSED, NEVER_REMOVES,
		CLEARS_NOTHING

	}

	/**
	 * An index that outlives its closing, and has one fault.
	 */
	static final class WrongIndex implements ReconcilableHook, ReindexableHook, AutoCloseable {

		private static final Map<FactAddress, List<Long>> ENTRIES = new HashMap<>();

		private static final Map<FactAddress, Long> FENCES = new HashMap<>();

		private final Fault fault;

		WrongIndex(Fault fault) {
			this.fault = fault;
		}

		@Override
		public String name() {
			return "wrong";
		}

		@Override
		public synchronized void apply(List<FactChange> changes) {
			for (FactChange change : changes) {
				take(change);
				if (this.fault == Fault.TAKES_ONE_CHANGE_OF_A_CALL) {
					return;
				}
			}
		}

		private void take(FactChange change) {
			FactAddress fact = address(change.namespace(), change.factId());
			long last = FENCES.getOrDefault(fact, 0L);
			if (this.fault == Fault.REFUSES_THE_SAME_FENCE_TWICE && change.fence() == last) {
				throw new IllegalStateException("That was told before");
			}
			if (this.fault == Fault.GOES_BY_VERSIONS && change.after() != null
					&& !ENTRIES.getOrDefault(fact, List.of(0L))
						.stream()
						.allMatch((version) -> version <= change.after().version())) {
				return;
			}
			if (this.fault != Fault.IGNORES_FENCES && change.fence() < last) {
				return;
			}
			FENCES.put(fact, change.fence());
			if (change.after() == null) {
				remove(fact);
			}
			else {
				List<Long> versions = (this.fault == Fault.APPENDS && ENTRIES.containsKey(fact)) ? ENTRIES.get(fact)
						: new ArrayList<>();
				versions.add(change.after().version());
				ENTRIES.put(fact, versions);
			}
		}

		private void remove(FactAddress fact) {
			if (this.fault != Fault.NEVER_REMOVES) {
				ENTRIES.remove(fact);
			}
			if (this.fault == Fault.FORGETS_THE_FENCE_OF_WHAT_IS_REMOVED) {
				FENCES.remove(fact);
			}
		}

		private FactAddress address(String namespace, String factId) {
			return new FactAddress((this.fault == Fault.MIXES_NAMESPACES) ? namespace.replace("-other", "") : namespace,
					factId);
		}

		@Override
		public synchronized Stream<IndexedFact> entries() {
			List<IndexedFact> entries = new ArrayList<>();
			ENTRIES.forEach((fact, versions) -> versions
				.forEach((version) -> entries.add(new IndexedFact(fact.namespace(), fact.factId(), version))));
			return entries.stream();
		}

		@Override
		public synchronized Map<String, Long> versions(String namespace, Collection<String> factIds) {
			Map<String, Long> held = new HashMap<>();
			for (String id : factIds) {
				List<Long> versions = ENTRIES.get(address(namespace, id));
				if (versions != null) {
					held.put(id, versions.get(versions.size() - 1));
				}
			}
			return held;
		}

		@Override
		public synchronized void clear() {
			if (this.fault != Fault.CLEARS_NOTHING) {
				ENTRIES.clear();
			}
		}

		@Override
		public synchronized void close() {
			if (this.fault == Fault.FORGETS_FENCES_WHEN_CLOSED) {
				FENCES.clear();
			}
		}

	}

	static class WrongIndexContract extends MemoryHookContractTests {

		@Override
		protected ReconcilableHook openHook() {
			return new WrongIndex(FAULT.get());
		}

	}

}
