package io.memstate.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.memstate.HookMode;
import io.memstate.UnregisteredTypes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of properties in the documentation, and the hints, are what the generated
 * metadata says.
 */
class ConfigurationMetadataTests {

	private static final Path DOCUMENT = Path.of("..", "src", "docs", "configuration.md");

	private static final Pattern ROW = Pattern.compile("^\\| `(memstate\\.[^`]+)` \\| (.*?) \\| (.*?) \\| (.*?) \\|$");

	private final JsonNode metadata = read("META-INF/spring-configuration-metadata.json");

	@Test
	void theTableOfTheDocumentationIsTheMetadata() throws IOException {
		Map<String, List<String>> table = new TreeMap<>();
		for (String line : Files.readAllLines(DOCUMENT)) {
			Matcher row = ROW.matcher(line);
			if (row.matches()) {
				assertThat(table.put(row.group(1), List.of(row.group(3), row.group(4)))).as(row.group(1)).isNull();
			}
		}
		Map<String, List<String>> properties = new TreeMap<>();
		for (JsonNode property : this.metadata.get("properties")) {
			properties.put(property.get("name").asString(),
					List.of(defaultValue(property), property.get("description").asString()));
		}
		assertThat(table).isEqualTo(properties);
	}

	@Test
	void everyPropertyIsDescribedInPlainText() {
		for (JsonNode property : this.metadata.get("properties")) {
			String name = property.get("name").asString();
			assertThat(property.path("description").asString()).as(name)
				.isNotBlank()
				.endsWith(".")
				.doesNotContain("{@", "<", "|", "default");
			if (property.get("type").asString().equals("java.lang.Boolean")) {
				assertThat(property.get("description").asString()).as(name).startsWith("Whether ");
			}
		}
	}

	@Test
	void everyChoiceHasAHintForEachOfItsValues() {
		Map<String, List<String>> hints = new TreeMap<>();
		for (JsonNode hint : this.metadata.get("hints")) {
			List<String> values = new ArrayList<>();
			hint.path("values").forEach((value) -> {
				values.add(value.get("value").asString());
				assertThat(value.path("description").asString()).endsWith(".");
			});
			hints.put(hint.get("name").asString(), values);
		}
		assertThat(hints).containsEntry("memstate.backend", names(MemStateProperties.Backend.values()))
			.containsEntry("memstate.jdbc.initialize-schema", names(MemStateProperties.Jdbc.InitializeSchema.values()))
			.containsEntry("memstate.schema.unregistered-types", names(UnregisteredTypes.values()))
			.containsEntry("memstate.hooks.mode", names(HookMode.values()))
			.containsEntry("memstate.sqlite.synchronous", names(MemStateProperties.Sqlite.Synchronous.values()))
			.containsKey("memstate.sqlite.path");
		assertThat(this.metadata.get("properties")).extracting((property) -> property.get("name").asString())
			.containsAll(hints.keySet());
	}

	private static List<String> names(Enum<?>[] values) {
		return List.of(values)
			.stream()
			.map((value) -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
	}

	private static String defaultValue(JsonNode property) {
		JsonNode value = property.get("defaultValue");
		return (value != null) ? "`" + value.asString() + "`" : "";
	}

	private static JsonNode read(String resource) {
		try (InputStream stream = ConfigurationMetadataTests.class.getClassLoader().getResourceAsStream(resource)) {
			return JsonMapper.shared().readTree(stream);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
