package io.memstate.samples.quickstart;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.storage.memory.InMemoryStorage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class QueryTextTests {

	private final MemoryStore memory = MemoryStore.builder(new InMemoryStorage()).build();

	QueryTextTests() {
		this.memory.commit(Draft.of("note", Map.of("text", "two words", "stars", 3, "code", "3", "done", true, "tags",
				List.of("a", 1), "type", "memo", "a b", "c", "at", Map.of("city", "Brno"))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "  ", "type=note", "text=\"two words\"", "text~words", "stars=3", "code=3",
			"code=\"3\"", "done=true", "tags~a", "tags~1", "`type`=memo", "`a b`=c", "at.city=Brno", "$version=1",
			"type=note  stars=3\tdone=true", "text~\"\"" })
	void finds(String text) {
		assertThat(count(text)).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = { "type=other", "text=two", "stars=\"3\"", "stars=4", "type=note stars=4", "missing=3",
			"done=yes", "text=" })
	void findsNot(String text) {
		assertThat(count(text)).isZero();
	}

	@Test
	void readsSession() {
		assertThat(QueryText.parse("session=s-1 stars=3").session()).isEqualTo("s-1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "note", "=3", "text=two words", "text=\"two", "text=\"two\"words", "a..b=3", "a[0]=3",
			"$unknown=1", "session=", "session=\" \"" })
	void refusesMalformed(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> QueryText.parse(text));
	}

	private long count(String text) {
		return this.memory.count(QueryText.parse(text).query());
	}

}
