package io.memstate.storage;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link Path}.
 */
class PathTests {

	@Test
	void readsSegments() {
		assertSegments("a", "a");
		assertSegments("address.city", "address", "city");
		assertSegments("a_b.c-d.0.-", "a_b", "c-d", "0", "-");
		assertSegments("stra\u00dfe.\u540d\u524d.\u0661", "stra\u00dfe", "\u540d\u524d", "\u0661");
		assertSegments("\uD835\uDC9C.\uD840\uDC00x", "\uD835\uDC9C", "\uD840\uDC00x");
	}

	@Test
	void readsAnythingInBackticks() {
		assertSegments("`a.b`", "a.b");
		assertSegments("x.`a b`.y", "x", "a b", "y");
		assertSegments("``", "");
		assertSegments("``.``", "", "");
		assertSegments("````", "`");
		assertSegments("`a``b`.c", "a`b", "c");
		assertSegments("```a```", "`a`");
		assertSegments("`$id`", "$id");
		assertSegments("`'\"[0]\\ \n\uD83D\uDE00\u0301`", "'\"[0]\\ \n\uD83D\uDE00\u0301");
		assertSegments("`a`.`b`", "a", "b");
	}

	private static void assertSegments(String text, String... segments) {
		Path path = Path.parse(text);
		assertThat(path.segments()).containsExactly(segments);
		assertThat(path.attribute()).isNull();
		assertThat(Path.parse(path.toString())).isEqualTo(path).hasSameHashCodeAs(path);
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { ".", "a.", ".a", "a..b", " ", "a b", " a", "a ", "a.b ", "a[0]", "a.[0]", "'a'", "\"a\"",
			"a\"", "`", "`a", "a.`b", "```", "`a``", "`a`b", "a`b`", "`a``b", "`a``.b", "a/b", "a\\b", "a*", "a$",
			"a.$id", "@", "#", "a\u0000", "`\u0000`", "\uD83D\uDE00", "\uD835", "`\uD835`", "a\uDC9C", "\u0301", "a,b",
			"a:b", "\t", "a\n" })
	void refusesMalformed(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Path.parse(text)).withMessageStartingWith("'path' must");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "$", "$ID", "$id ", "$id.x", "$payload", "$$id", "$namespace", "$expiresAt", "$sessionId" })
	void refusesUnknownAttribute(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Path.parse(text))
			.withMessageContaining("$createdAt")
			.withMessageContaining("backticks");
	}

	@Test
	void tellsPlaceOfError() {
		assertThatIllegalArgumentException().isThrownBy(() -> Path.parse("abc.d[0]"))
			.withMessageContaining("position 5");
	}

	@Test
	void writesOneFormForAllThatMeanTheSame() {
		assertThat(Path.parse("`a`.`b_1`")).hasToString("a.b_1").isEqualTo(Path.parse("a.b_1"));
		assertThat(Path.parse("`a``b`.`$id`.``")).hasToString("`a``b`.`$id`.``");
		assertThat(Path.parse("$id")).hasToString("$id").isNotEqualTo(Path.parse("`$id`"));
		assertThat(Path.parse("`a.b`")).isNotEqualTo(Path.parse("a.b"));
		assertThat(Path.parse("a")).isNotEqualTo(null).isNotEqualTo("a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "$id", "$type", "$source", "$version", "$createdAt", "$updatedAt" })
	void readsAttributes(String text) {
		Path path = Path.parse(text);
		assertThat(path).hasToString(text);
		assertThat(path.segments()).isEmpty();
		assertThat(path.attribute()).isNotNull();
		assertThat(path.attribute().isTime()).isEqualTo(text.endsWith("At"));
	}

	@Test
	void resolvesAttributes() {
		StoredFact fact = new StoredFact("ns", "id1", "type1", Payload.ofJson("{\"$id\":7}"), "source1", null, false, 3,
				Instant.EPOCH.plusNanos(5_000), Instant.EPOCH.plusSeconds(-1), null);
		assertThat(Path.parse("$id").resolve(fact)).isEqualTo("id1");
		assertThat(Path.parse("`$id`").resolve(fact)).isEqualTo(7);
		assertThat(Path.parse("$type").resolve(fact)).isEqualTo("type1");
		assertThat(Path.parse("$source").resolve(fact)).isEqualTo("source1");
		assertThat(Path.parse("$version").resolve(fact)).isEqualTo(3L);
		assertThat(Path.parse("$createdAt").resolve(fact)).isEqualTo(5L);
		assertThat(Path.parse("$updatedAt").resolve(fact)).isEqualTo(-1_000_000L);
		assertThat(Path.parse("$source").resolve(SampleFacts.fact("{}"))).isSameAs(Path.MISSING);
	}

	@Test
	void resolvesPayload() {
		Map<String, Object> payload = CanonicalJson
			.readObject("{\"a\":{\"b\":{\"\":1}},\"n\":null,\"l\":[{\"x\":1}],\"s\":\"text\",\"a.b\":2}");
		assertThat(Path.parse("a.b.``").resolve(payload)).isEqualTo(1);
		assertThat(Path.parse("a.b").resolve(payload)).isEqualTo(Map.of("", 1));
		assertThat(Path.parse("`a.b`").resolve(payload)).isEqualTo(2);
		assertThat(Path.parse("n").resolve(payload)).isNull();
		for (String missing : List.of("x", "a.x", "n.x", "l.0", "l.x", "s.x", "s.length", "a.b.``.c")) {
			assertThat(Path.parse(missing).resolve(payload)).as(missing).isSameAs(Path.MISSING);
		}
		assertThat(Path.MISSING).hasToString("missing");
	}

	@Test
	void parsesLongPath() {
		String text = String.join(".", Collections.nCopies(10_000, "`x.y`"));
		assertThat(Path.parse(text).segments()).hasSize(10_000);
		assertThat(Path.parse(text)).hasToString(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-11-01T12:34:56.123456Z",
			"2262-04-12T00:00:00Z", "2500-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
			"1600-01-01T00:00:00.000001Z", "-9999-01-01T00:00:00Z", "+294247-01-10T04:00:54.775807Z" })
	void turnsTimesIntoMicrosecondsAndBack(Instant time) {
		assertThat(Path.instant(Path.micros(time))).isEqualTo(time);
	}

	@Test
	void roundsTimesDown() {
		assertThat(Path.micros(Instant.EPOCH.plusNanos(1_999))).isEqualTo(1);
		assertThat(Path.micros(Instant.EPOCH.minusNanos(1))).isEqualTo(-1);
		assertThat(Path.micros(Instant.EPOCH.minusNanos(1_001))).isEqualTo(-2);
		assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> Path.micros(Instant.MAX));
	}

}
