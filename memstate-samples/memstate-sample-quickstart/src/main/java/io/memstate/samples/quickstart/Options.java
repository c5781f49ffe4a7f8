package io.memstate.samples.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The command line. What is not given is null.
 */
record Options(String importFile, boolean atomic, QueryText query, boolean log, int limit, boolean help,
		List<String> properties) {

	static final String STANDARD_INPUT = "-";

	static final String USAGE = """
			Without options, tells in a few lines what MemState does.

			  --import=FILE     read facts from a file of JSON lines, - for standard input; their
			                    keys are type, payload and, if given, id, sessionId and source
			  --atomic          with --import: if any line is refused, write none
			  --query=WHAT      show the facts of all sessions and long-term memory that match all
			                    of WHAT: type=…, session=…, or a path into the payload; key=value
			                    for the whole value, key~part for a part of it; "…" around spaces
			  --log             show who changed what and why, newest first
			  --limit=N         with --query or --log: show at most N, 20 if not given
			  --help            show this text

			An option with a dot is a property, such as --memstate.sqlite.path=other.db,
			--memstate.namespace=alice or --memstate.backend=in-memory.

			Exit code: 0 if all went well, 1 if anything was refused or failed, 2 if the command
			line is wrong.""";

	private static final Set<String> FLAGS = Set.of("--atomic", "--log", "--help");

	private static final Set<String> WITH_VALUE = Set.of("--import", "--query", "--limit");

	/**
	 * Reads the command line.
	 * @throws IllegalArgumentException if it is wrong, with a message for the user
	 */
	static Options parse(String... args) {
		Map<String, String> given = new LinkedHashMap<>();
		List<String> properties = new ArrayList<>();
		for (String arg : args) {
			int equals = arg.indexOf('=');
			String name = (equals < 0) ? arg : arg.substring(0, equals);
			if (name.startsWith("--") && name.contains(".")) {
				properties.add(arg);
				continue;
			}
			require(FLAGS.contains(name) || WITH_VALUE.contains(name), "Unknown option: " + arg);
			require(FLAGS.contains(name) == (equals < 0),
					name + ((equals < 0) ? " needs a value: " + name + "=…" : " takes no value"));
			require(given.put(name, arg.substring(equals + 1)) == null, name + " is given twice");
		}
		Options options = new Options(given.get("--import"), given.containsKey("--atomic"), query(given.get("--query")),
				given.containsKey("--log"), limit(given.getOrDefault("--limit", "20")), given.containsKey("--help"),
				List.copyOf(properties));
		require(!options.atomic || options.importFile != null, "--atomic needs --import");
		require(!given.containsKey("--limit") || options.query != null || options.log,
				"--limit needs --query or --log");
		require(options.importFile == null || options.readsStandardInput()
				|| Files.isReadable(Path.of(options.importFile)) && !Files.isDirectory(Path.of(options.importFile)),
				"--import: there is no file to read at " + options.importFile);
		return options;
	}

	boolean readsStandardInput() {
		return STANDARD_INPUT.equals(this.importFile);
	}

	boolean tellsStory() {
		return this.importFile == null && this.query == null && !this.log;
	}

	private static QueryText query(String text) {
		return (text != null) ? QueryText.parse(text) : null;
	}

	private static int limit(String text) {
		try {
			int limit = Integer.parseInt(text);
			require(limit > 0, "--limit must be at least 1, but was " + text);
			return limit;
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("--limit must be a whole number, but was " + text);
		}
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalArgumentException(message);
		}
	}

}
