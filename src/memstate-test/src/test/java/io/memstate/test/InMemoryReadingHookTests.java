package io.memstate.test;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactAddress;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Intent;
import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;
import io.memstate.storage.ReadingIntents;
import io.memstate.storage.Renewal;
import io.memstate.storage.Storage;
import io.memstate.storage.memory.InMemoryStorage;

/**
 * The storage in memory as if it were worth to lease a fact with the exchange that reads
 * it.
 */
class InMemoryReadingHookTests extends HookSafetyContractTests {

	@Override
	protected Storage createStorage() {
		InMemoryStorage storage = new InMemoryStorage();
		Intents intents = new Reading(storage);
		return Proxies.<HookStorage>before(storage, (proxy, method, arguments) -> method.getName().equals("intents")
				? intents : Proxies.proceed(storage, method, arguments));
	}

	private static final class Reading implements ReadingIntents {

		private final HookStorage storage;

		private final Intents intents;

		Reading(HookStorage storage) {
			this.storage = storage;
			this.intents = storage.intents();
		}

		@Override
		public @Nullable LeasedFact leaseAndRead(String namespace, String factId, String token, Instant until) {
			// under one of its own first, as a token is granted again what it has
			String own = "reading " + UUID.randomUUID();
			LeaseResult result = this.intents
				.lease(List.of(new LeaseRequest(namespace, own, Set.of(factId), until, Set.of())))
				.get(0);
			if (!(result instanceof LeaseResult.Leased)) {
				return null;
			}
			Renewal renewal = this.intents.renew(namespace, own, token, until);
			return renewal.factIds().isEmpty() ? null
					: new LeasedFact(renewal.fence(), this.storage.facts(namespace, List.of(factId)).get(factId));
		}

		@Override
		public List<LeaseResult> lease(List<LeaseRequest> requests) {
			return this.intents.lease(requests);
		}

		@Override
		public Renewal renew(String namespace, String token, String newToken, Instant until) {
			return this.intents.renew(namespace, token, newToken, until);
		}

		@Override
		public void release(String namespace, String token) {
			this.intents.release(namespace, token);
		}

		@Override
		public List<Intent> list(@Nullable FactAddress after, int limit) {
			return this.intents.list(after, limit);
		}

	}

}
