package io.memstate.samples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.FactType;
import io.memstate.LogEntry;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code that README.md and the concepts show is compiled and run here, and does what
 * they say.
 */
@SpringBootTest
@DirtiesContext
class DocumentationTests {

	private static final Path ROOT = Path.of("../..");

	@TempDir
	static Path directory;

	@Autowired
	MemoryStore memory;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry properties) {
		properties.add("memstate.sqlite.path", () -> directory.resolve("memory.db").toString());
	}

	// tag::README.md[]
	@FactType(value = "preference", singleton = "topic")
	record Preference(@NotBlank String topic, @NotBlank String value) {
	}

	// end::README.md[]

	@Test
	void readme() {
		MemoryStore memory = this.memory.namespace("readme");
		// tag::README.md[]
		Fact fact = memory.commit(new Preference("tone", "formal"), Change.by("assistant").because("asked for"));
		memory.commit(new Preference("tone", "friendly"), Change.by("assistant").because("corrected"));
		// one fact, version 2: friendly
		List<Preference> current = memory.query(Preference.class, FactQuery.all());

		memory.rollback(1, Change.by("operator").because("that was meant otherwise"));
		// formal again; the log has three entries: who, why, before, after
		Preference restored = memory.get(fact.id(), Preference.class).orElseThrow();
		List<LogEntry> history = memory.history(fact.id());
		// end::README.md[]

		assertThat(current).containsExactly(new Preference("tone", "friendly"));
		assertThat(restored).isEqualTo(new Preference("tone", "formal"));
		assertThat(history).extracting(LogEntry::actor).containsExactly("assistant", "assistant", "operator");
		assertThat(history).extracting(LogEntry::reason)
			.containsExactly("asked for", "corrected", "that was meant otherwise");
	}

	@Test
	void transaction() {
		MemoryStore memory = this.memory.namespace("transaction");
		Fact old = memory.commit(Draft.of("address", Map.of("city", "Oslo")));
		// tag::src/docs/concepts.md[]
		Fact address = memory.transaction(Change.by("assistant").because("moved house"), (operations) -> {
			operations.delete(old.id());
			return operations.commit(Draft.of("address", Map.of("city", "Brno")));
		});
		// end::src/docs/concepts.md[]
		assertThat(memory.query(FactQuery.all())).containsExactly(address);
		memory.rollback(1);
		assertThat(memory.query(FactQuery.all())).extracting(Fact::payload).containsExactly(old.payload());
	}

	@Test
	void whatWasUndoneCountsAsNoChange() {
		MemoryStore memory = this.memory.namespace("undone");
		String id = memory.commit(new Preference("tone", "formal")).id();
		memory.commit(new Preference("tone", "friendly"));
		memory.rollback(1);
		assertThat(value(memory, id)).isEqualTo("formal, version 3");
		memory.rollback(1);
		assertThat(memory.get(id)).isEmpty();
		memory.redo(1);
		assertThat(value(memory, id)).isEqualTo("formal, version 5");
		memory.redo(1);
		assertThat(value(memory, id)).isEqualTo("friendly, version 6");
	}

	@Test
	void laterChangeOfAnotherIsNotLost() {
		MemoryStore memory = this.memory.namespace("another");
		MemorySession session = memory.session("s");
		session.commit(new Preference("tone", "brief"));
		String id = session.promote().get(0).id();
		memory.commit(new Preference("tone", "verbose"));
		assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> session.rollback(1))
			.withMessageContaining(id);
		assertThat(value(memory, id)).startsWith("verbose");
		session.rollback(1, Change.by("operator").force());
		assertThat(session.query(Preference.class, FactQuery.all())).extracting(Preference::value)
			.containsExactly("brief");
	}

	@ParameterizedTest
	@ValueSource(strings = { "README.md", "src/docs/concepts.md" })
	void documentShowsThisCode(String document) throws IOException {
		Path source = Path.of("src/test/java", getClass().getName().replace('.', '/') + ".java");
		Pattern region = Pattern.compile("// tag::" + Pattern.quote(document) + "\\[]\n(.*?)\t*// end::",
				Pattern.DOTALL);
		StringBuilder code = new StringBuilder();
		for (String text : found(region, Files.readString(source))) {
			String indent = text.substring(0, text.length() - text.stripLeading().length());
			code.append(text.replaceAll("(?m)^" + indent, ""));
		}
		List<String> blocks = found(Pattern.compile("```java\n(.*?)```", Pattern.DOTALL),
				Files.readString(ROOT.resolve(document)));
		assertThat(blocks).containsExactly(code.toString());
	}

	private static String value(MemoryStore memory, String id) {
		Fact fact = memory.get(id).orElseThrow();
		return fact.payload().get("value") + ", version " + fact.version();
	}

	private static List<String> found(Pattern pattern, String text) {
		List<String> found = new ArrayList<>();
		Matcher matcher = pattern.matcher(text);
		while (matcher.find()) {
			found.add(matcher.group(1));
		}
		return found;
	}

	@SpringBootApplication
	static class Application {

	}

}
