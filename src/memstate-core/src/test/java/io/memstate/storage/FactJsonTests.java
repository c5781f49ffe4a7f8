package io.memstate.storage;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link FactJson}.
 */
class FactJsonTests {

	private static final Instant TIME = SampleFacts.TIME;

	@Test
	void writesAStableForm() {
		assertThat(FactJson.write(SampleFacts.fact("{\"b\":1,\"a\":{}}")))
			.isEqualTo("{\"format\":1,\"namespace\":\"ns\","
					+ "\"id\":\"id\",\"type\":\"type\",\"version\":1,\"createdAt\":1793534400123456,"
					+ "\"updatedAt\":1793534400123456,\"payload\":{\"a\":{},\"b\":1}}");
	}

	@Test
	void keepsEveryComponent() {
		StoredFact fact = new StoredFact("n\"s\uD83D\uDE00", "\u540d\\", "t/\u2028",
				Payload.ofJson("{\"a\":[1,2.5,null]}"), "so\nurce", "se\"ssion", true, Long.MAX_VALUE, TIME,
				TIME.plusNanos(1_000), TIME.plusSeconds(9));
		assertThat(FactJson.read(FactJson.write(fact))).isEqualTo(fact);
		assertThat(FactJson.write(FactJson.read(FactJson.write(fact)))).isEqualTo(FactJson.write(fact));
	}

	@Test
	void keepsEveryCombinationOfNulls() {
		for (int bits = 0; bits < 16; bits++) {
			StoredFact fact = new StoredFact("ns", "id", "type", Payload.ofJson("{}"),
					((bits & 1) != 0) ? "source" : null, ((bits & 2) != 0) ? "session" : null, (bits & 4) != 0, 1, TIME,
					TIME, ((bits & 8) != 0) ? TIME : null);
			assertThat(FactJson.read(FactJson.write(fact))).isEqualTo(fact);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "1970-01-01T00:00:00Z", "1900-01-01T00:00:00.000001Z", "2500-01-01T00:00:00Z",
			"9999-12-31T23:59:59.999999Z" })
	void keepsDistantTimes(Instant time) {
		StoredFact fact = new StoredFact("ns", "id", "type", Payload.ofJson("{}"), null, null, false, 1, time, time,
				time);
		assertThat(FactJson.read(FactJson.write(fact))).isEqualTo(fact);
	}

	@Test
	void keepsPayloadThatLooksLikeAFact() {
		StoredFact fact = SampleFacts
			.fact("{\"format\":2,\"id\":null,\"payload\":{\"payload\":{}},\"sessionId\":\"x\"}");
		assertThat(FactJson.read(FactJson.write(fact))).isEqualTo(fact);
	}

	@Test
	void keepsPayloadOf500Levels() {
		StoredFact fact = SampleFacts.fact("{\"a\":".repeat(499) + "{}" + "}".repeat(499));
		assertThat(FactJson.read(FactJson.write(fact))).isEqualTo(fact);
	}

	@Test
	void readsKeysInAnyOrder() {
		assertThat(FactJson.read("{\"payload\":{},\"updatedAt\":0,\"createdAt\":0,\"version\":1,\"type\":\"t\","
				+ "\"id\":\"i\",\"namespace\":\"n\",\"format\":1,\"addedLater\":1}"))
			.isEqualTo(new StoredFact("n", "i", "t", Payload.ofJson("{}"), null, null, false, 1, Instant.EPOCH,
					Instant.EPOCH, null));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"format\":2}", "{\"format\":\"1\"}", "{\"format\":1.0}", "{}", "{\"format\":null}" })
	void refusesOtherFormats(String text) {
		assertThatIllegalStateException().isThrownBy(() -> FactJson.read(text)).withMessageContaining("format");
	}

	@Test
	void refusesWhatIsNoObject() {
		assertThatIllegalStateException().isThrownBy(() -> FactJson.read("[]"));
	}

}
