package io.memstate.samples.hooks;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.memstate.test.ChildProcess;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the program as a user does, on files of its own.
 */
class HooksApplicationTests {

	@TempDir
	Path directory;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	@Test
	void tellsStory() {
		assertThat(run()).isZero();
		assertThat(out()).containsSubsequence("0 notes from earlier runs; the index is told in mode STRICT",
				"'night train' finds 1:", "Ada takes the night train to Oslo", "'morning flight' finds nothing",
				"refused: The hook 'full-text' failed", "in step", "2 missing, 2 stale, 2 ghosts; nothing changed",
				"2 missing, 2 stale, 2 ghosts; 6 mended", "'night train' finds 1:", "'night train' finds nothing",
				"built again from 5 facts", "'night train' finds 1:", "in step");
		assertThat(err()).isEmpty();
	}

	@Test
	void healsWhatWasBroken() {
		assertThat(run("--write=10", "--break", "--check", "--reconcile", "--search=green tea")).isEqualTo(1);
		assertThat(out()).containsSubsequence("10 notes written, 0 refused",
				"10 facts, 10 entries: 2 missing, 2 stale, 2 ghosts; nothing changed",
				"2 missing, 2 stale, 2 ghosts; 6 mended", "'green tea' finds 2:");
		assertThat(run("--check", "--reindex", "--search=green tea")).isZero();
		assertThat(out()).containsSubsequence("10 facts, 10 entries: 0 missing, 0 stale, 0 ghosts; in step",
				"built again from 10 facts", "'green tea' finds 2:");
	}

	@Test
	void recoversFromACrash() throws Exception {
		try (ChildProcess child = ChildProcess.start(HooksApplication.class, arguments("--crash"))) {
			assertThat(child.awaitExit()).as(child::output).isEqualTo(137);
		}
		assertThat(run("--reconcile", "--dry-run", "--memstate.maintenance.enabled=false")).isEqualTo(1);
		assertThat(out()).contains("0 facts, 1 entries: 0 missing, 0 stale, 1 ghosts; nothing changed",
				"1 interrupted");
		assertThat(run("--write=1", "--reconcile")).isZero();
		try (FullTextIndex index = new FullTextIndex(this.directory.resolve("index.db"));
				var entries = index.entries()) {
			assertThat(entries).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "--unknown", "--write", "--write=x", "--write=-1", "--fail=101", "--fail=10", "--dry-run",
			"--break=2" })
	void refusesAWrongCommandLine(String option) {
		assertThat(run(option)).isEqualTo(2);
		assertThat(err()).contains(option.split("=")[0], Options.USAGE);
	}

	@Test
	void helps() {
		assertThat(run("--help")).isZero();
		assertThat(out()).contains("--reconcile");
	}

	private int run(String... args) {
		this.out.reset();
		this.err.reset();
		return HooksApplication.run(arguments(args), new PrintStream(this.out, true, StandardCharsets.UTF_8),
				new PrintStream(this.err, true, StandardCharsets.UTF_8));
	}

	private String[] arguments(String... args) {
		List<String> all = new ArrayList<>(List.of(args));
		all.add("--memstate.sqlite.path=" + this.directory.resolve("memory.db"));
		all.add("--sample.index=" + this.directory.resolve("index.db"));
		return all.toArray(String[]::new);
	}

	private String out() {
		return this.out.toString(StandardCharsets.UTF_8);
	}

	private String err() {
		return this.err.toString(StandardCharsets.UTF_8);
	}

}
