package io.memstate.storage;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Payload}.
 */
class PayloadTests {

	private static final String JSON = "{\"a\":1,\"b\":[1.5,null]}";

	@Test
	void makesTheMissingForm() {
		Map<String, Object> map = CanonicalJson.readObject(JSON);
		assertThat(Payload.of(map).json()).isEqualTo(JSON);
		assertThat(Payload.of(map).map()).isSameAs(map);
		assertThat(Payload.ofCanonicalJson(JSON).map()).isEqualTo(map);
		assertThat(Payload.ofCanonicalJson(JSON).json()).isSameAs(JSON);
		assertThat(Payload.of(map, JSON).json()).isSameAs(JSON);
		assertThat(Payload.of(map)).hasToString(JSON);
	}

	@Test
	void makesEachFormOnce() {
		Payload payload = Payload.ofCanonicalJson(JSON);
		assertThat(payload.map()).isSameAs(payload.map());
		Payload other = Payload.of(payload.map());
		assertThat(other.json()).isSameAs(other.json());
	}

	@Test
	void makesForeignTextCanonical() {
		Payload payload = Payload.ofJson(" { \"b\" : [15e-1, null], \"a\": 1 } ");
		assertThat(payload.json()).isEqualTo(JSON);
		assertThat(payload).isEqualTo(Payload.ofCanonicalJson(JSON)).hasSameHashCodeAs(Payload.ofCanonicalJson(JSON));
	}

	@Test
	void equalsByContent() {
		Payload payload = Payload.ofJson(JSON);
		assertThat(payload).isNotEqualTo(null).isNotEqualTo(JSON);
		assertThat(payload).isNotEqualTo(Payload.ofJson("{\"a\":1}"));
		assertThat(Payload.ofJson("{\"a\":1}")).isNotEqualTo(Payload.ofJson("{\"a\":1.0}"));
		assertThat(Payload.ofJson("{\"a\":null}")).isNotEqualTo(Payload.ofJson("{}"));
	}

}
