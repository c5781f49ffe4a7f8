package io.memstate.samples.quickstart;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the program as a user does, on a file of its own.
 */
class QuickstartApplicationTests {

	private static final String MIXED = "src/test/resources/mixed.jsonl";

	@TempDir
	Path directory;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	@Test
	void tellsStory() {
		assertThat(run()).isZero();
		assertThat(out())
			.contains("preferences from earlier runs: 0", "user-1 wants a formal tone (version 1)",
					"user-1 wants a friendly tone (version 2), and still one fact", "'value' must not be blank",
					"rolled back  user-1 wants a friendly tone (version 4)",
					"promoted     user-1 wants a brief tone (version 5)", "operator: it was a joke")
			.contains(this.directory.resolve("memory.db").toString());
		assertThat(err()).isEmpty();
	}

	@Test
	void tellsStoryAgainOnWhatLasted() {
		run();
		assertThat(run()).isZero();
		assertThat(out()).contains("preferences from earlier runs: 1", "user-2 wants a formal tone (version 1)",
				"user-2 wants a friendly tone (version 2), and still one fact",
				"promoted     user-2 wants a brief tone (version 5)");
	}

	@Test
	void importLasts() {
		String line = "{'type':'observation','sessionId':'s','payload':{'speaker':'%s','count':%d}}\n".replace('\'',
				'"');
		StringBuilder lines = new StringBuilder();
		for (int i = 0; i < 1_234; i++) {
			lines.append(line.formatted((i % 2 == 0) ? "Ada" : "Ben", i));
		}
		assertThat(runWithInput(lines.toString(), "--import=-")).isZero();
		assertThat(out()).contains("1,234 of 1,234 lines imported", "observation                  1,234");
		assertThat(run("--query=type=observation speaker=Ada", "--limit=2")).isZero();
		assertThat(out())
			.contains("{\"count\":0,\"speaker\":\"Ada\"}", "{\"count\":2,\"speaker\":\"Ada\"}", "2 of 617 facts")
			.doesNotContain("\"count\":4");
		assertThat(run("--query=session=s count=7")).isZero();
		assertThat(out()).contains("1 of 1 facts");
		assertThat(run("--log", "--limit=3")).isZero();
		assertThat(out()).contains("quickstart: import of standard input", "the newest 3 entries");
	}

	@Test
	void badLineHarmsNoOther() {
		assertThat(run("--import=" + MIXED)).isEqualTo(1);
		assertThat(out()).contains("4 of 14 lines imported")
			.containsPattern("\\(long-term memory\\) +2\n")
			.containsPattern("s-1 +2\n");
		assertThat(refusedLines()).containsExactly(4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
		assertThat(out()).contains("'value'", "unknown key 'sessionid'", "Duplicate", "by line 2");
		run("--query=");
		assertThat(out()).contains("4 of 4 facts", "in long-term memory", "in a session", "dry", "warm");
	}

	@Test
	void atomicImportWritesNothingIfAnyLineIsBad() {
		assertThat(run("--import=" + MIXED, "--atomic")).isEqualTo(1);
		assertThat(refusedLines()).containsExactly(4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
		assertThat(out()).contains("0 of 14 lines imported");
		run("--query=", "--log");
		assertThat(out()).contains("0 of 0 facts").doesNotContain("COMMIT");
	}

	@Test
	void atomicImportWritesNothingIfTheMemoryRefusesALine() {
		assertThat(runWithInput("""
				{"type": "note", "id": "a", "payload": {}}
				""", "--import=-")).isZero();
		assertThat(runWithInput("""
				{"type": "note", "sessionId": "s-1", "payload": {}}
				{"type": "note", "sessionId": "s-2", "id": "a", "payload": {}}
				""", "--import=-", "--atomic")).isEqualTo(1);
		assertThat(refusedLines()).containsExactly(2);
		run("--query=");
		assertThat(out()).contains("1 of 1 facts");
	}

	@Test
	void atomicImportWritesAllGoodLines() {
		assertThat(runWithInput("""
				{"type": "note", "sessionId": "s-1", "payload": {}}
				{"type": "note", "payload": {}}
				{"type": "note", "sessionId": "s-2", "payload": {}}
				""", "--import=-", "--atomic")).isZero();
		assertThat(out()).contains("3 of 3 lines imported");
	}

	@Test
	void atomicImportThatIsTooLargeSaysWhatToDo() {
		assertThat(runWithInput("""
				{"type": "note", "payload": {}}
				{"type": "note", "payload": {}}
				""", "--import=-", "--atomic", "--memstate.max-step-size=1")).isEqualTo(1);
		assertThat(err()).contains("Nothing was written", "--memstate.max-step-size");
		run("--query=");
		assertThat(out()).contains("0 of 0 facts");
	}

	@Test
	void takesFilesAsTheyAre() {
		assertThat(runWithInput("\uFEFF{\"type\":\"note\",\"payload\":{\"text\":\"žluťoučký 🐎\"}}\r\n\r\n"
				+ "{\"type\":\"note\",\"id\":null,\"payload\":{}}", "--import=-"))
			.isZero();
		assertThat(out()).contains("2 of 2 lines imported");
		run("--query=text~🐎");
		assertThat(out()).contains("žluťoučký 🐎", "1 of 1 facts");
	}

	@Test
	void refusesLinesThatAreNotTextOrTooLong() throws IOException {
		ByteArrayOutputStream lines = new ByteArrayOutputStream();
		lines.write("{\"type\":\"note\",\"payload\":{\"text\":\"caf\u00E9\"}}\n".getBytes(StandardCharsets.ISO_8859_1));
		lines.write(new byte[LineReader.MAX_BYTES + 1]);
		lines.write("\n".getBytes(StandardCharsets.UTF_8));
		lines.write(("[".repeat(100_000) + "\n").getBytes(StandardCharsets.UTF_8));
		lines.write("{\"type\":\"note\",\"payload\":{}}\n".getBytes(StandardCharsets.UTF_8));
		Path file = Files.write(this.directory.resolve("odd.jsonl"), lines.toByteArray());
		assertThat(run("--import=" + file)).isEqualTo(1);
		assertThat(refusedLines()).containsExactly(1, 2, 3);
		assertThat(out()).contains("1 of 4 lines imported");
	}

	@Test
	void namesTheKeyWhoseValueIsRefused() {
		assertThat(runWithInput("""
				{"type": "note", "sessionId": " ", "payload": {}}
				{"type": "note", "id": " ", "payload": {}}
				{"type": "note", "sessionId": "the 'id'\\n", "payload": {}}
				{"type": "note", "sessionId": "\\ud83d", "payload": {}}
				{"type": "note", "sessionId": "%s", "payload": {}}
				{"type": "note", "sessionId": "%s", "payload": {}}
				""".formatted("\uD83D\uDC0E".repeat(256), "\uD83D\uDC0E".repeat(255)), "--import=-")).isEqualTo(1);
		assertThat(refusedLines()).containsExactly(1, 2, 3, 4, 5);
		assertThat(out()).contains("Line 1 refused: 'sessionId' must", "Line 2 refused: 'id' must",
				"Line 3 refused: 'sessionId' must be 1 to 255 characters");
	}

	@ParameterizedTest
	@ValueSource(strings = { "--imprt=x", "story", "--import", "--import=missing.jsonl", "--import=src", "--atomic",
			"--atomic=yes", "--query", "--query=speaker", "--query=a.=b", "--log=all", "--limit=5", "-h" })
	void wrongCommandLineShowsUsage(String arg) {
		assertThat(run(arg)).isEqualTo(2);
		assertThat(err()).contains("--import=FILE");
		assertThat(this.directory).isEmptyDirectory();
	}

	@ParameterizedTest
	@ValueSource(strings = { "--limit=0", "--limit=many", "--log" })
	void wrongLimitShowsUsage(String arg) {
		assertThat(run("--log", arg)).isEqualTo(2);
		assertThat(err()).contains(arg.substring(0, 5), "--import=FILE");
	}

	@Test
	void helpIsNoMistake() {
		assertThat(run("--help")).isZero();
		assertThat(out()).contains("--import=FILE");
	}

	@Test
	void failsWhereNothingCanBeStored() throws IOException {
		Path file = Files.createFile(this.directory.resolve("file"));
		assertThat(execute("", "--memstate.sqlite.path=" + file.resolve("memory.db"))).isEqualTo(1);
	}

	private int run(String... args) {
		return runWithInput("", args);
	}

	private int runWithInput(String input, String... args) {
		List<String> all = new ArrayList<>(List.of(args));
		all.add("--memstate.sqlite.path=" + this.directory.resolve("memory.db"));
		return execute(input, all.toArray(String[]::new));
	}

	private int execute(String input, String... args) {
		this.out.reset();
		this.err.reset();
		return QuickstartApplication.run(args, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
				new PrintStream(this.out, true, StandardCharsets.UTF_8),
				new PrintStream(this.err, true, StandardCharsets.UTF_8));
	}

	private List<Integer> refusedLines() {
		return out().lines()
			.filter((line) -> line.startsWith("Line "))
			.map((line) -> Integer.valueOf(line.split(" ")[1]))
			.toList();
	}

	private String out() {
		return this.out.toString(StandardCharsets.UTF_8);
	}

	private String err() {
		return this.err.toString(StandardCharsets.UTF_8);
	}

}
