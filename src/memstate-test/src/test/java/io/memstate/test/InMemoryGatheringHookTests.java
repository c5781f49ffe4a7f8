package io.memstate.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intents;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The storage in memory as if it were worth to lease many facts at once.
 */
class InMemoryGatheringHookTests extends HookSafetyContractTests {

	@Override
	protected Storage createStorage() {
		InMemoryStorage storage = new InMemoryStorage();
		Intents intents = gathering(Intents.class, storage.intents(), storage.intents());
		return gathering(HookStorage.class, storage, intents);
	}

	@Test
	void raisesFencesForAsLongAsALeaseIsKept() {
		RecordingHook hook = new RecordingHook("fences");
		MemoryStore store = store((builder) -> builder.hook(hook));
		Fact fact = store.commit(Draft.of(NOTE, Map.of("text", "0")));
		for (int i = 1; i <= 2_500; i++) {
			store.update(fact.id(), Patch.set("text", i));
		}
		assertThat(hook.changes().stream().map(FactChange::fence)).isSorted().doesNotHaveDuplicates().hasSize(2_501);
	}

	@Test
	void keepsTheLeasesOfAThousandFactsAtMost() {
		MemoryStore store = store((builder) -> builder.hook(new RecordingHook("none")));
		for (int i = 0; i < 1_200; i++) {
			for (int version = 1; version <= 3; version++) {
				store.commit(Draft.of(NOTE, Map.of("text", version)).id("n" + i));
			}
		}
		assertThat(((HookStorage) this.storage).intents().list(null, 2_000)).hasSizeBetween(1_000, 1_100);
		store.close();
		assertThat(((HookStorage) this.storage).intents().list(null, 2_000)).isEmpty();
	}

	@Test
	void leasesThirtyTwoIdsAheadAtMost() {
		MemoryStore store = store((builder) -> builder.hook(new RecordingHook("none")));
		List<Integer> leased = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			store.commit(Draft.of(NOTE, Map.of("text", i)));
			leased.add(((HookStorage) this.storage).intents().list(null, 1_000).size());
		}
		assertThat(Collections.max(leased)).isBetween(32, 32 + 16);
		assertThat(Collections.min(leased.subList(100, 200))).isGreaterThan(8);
		store.close();
	}

	private static <T> T gathering(Class<T> type, Object target, Intents intents) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "gathers" -> true;
					case "intents" -> intents;
					case "equals" -> proxy == arguments[0];
					default -> {
						try {
							yield method.invoke(target, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					}
				}));
	}

}
