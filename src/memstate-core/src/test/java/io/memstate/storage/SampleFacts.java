package io.memstate.storage;

import java.time.Instant;

/**
 * Facts to test with.
 */
final class SampleFacts {

	static final Instant TIME = Instant.parse("2026-11-01T12:00:00.123456Z");

	private SampleFacts() {
	}

	static StoredFact fact(String payload) {
		return fact("id", payload);
	}

	static StoredFact fact(String id, String payload) {
		return new StoredFact("ns", id, "type", Payload.ofJson(payload), null, null, false, 1, TIME, TIME, null);
	}

}
