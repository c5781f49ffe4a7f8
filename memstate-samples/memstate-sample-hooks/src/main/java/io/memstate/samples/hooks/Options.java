package io.memstate.samples.hooks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The command line. What is not given is null, false or 0.
 */
record Options(boolean breakIndex, int fail, boolean crash, int write, boolean check, boolean reconcile,
		boolean reindex, String search, boolean help, List<String> properties) {

	static final String USAGE = """
			Without options, tells how an index and the facts are kept in step.

			  --write=N         write N notes, each a commit of its own, on four threads
			  --fail=PERCENT    with --write: so many of the calls of the index fail
			  --crash           write a note; the process dies when the index has taken it
			  --break           tamper with the index behind everybody's back
			  --check           compare index and facts, and change nothing
			  --reconcile       compare them, and mend the index
			  --dry-run         with --reconcile: the same as --check
			  --reindex         empty the index and build it again
			  --search=WORDS    find notes by their words
			  --help            show this text

			They are carried out in this order. An option with a dot is a property, such as
			--memstate.hooks.mode=outbox, --memstate.sqlite.path=other.db or
			--sample.index=other-index.db.

			Exit code: 0 if all went well, 1 if index and facts differ or something failed, 2 if
			the command line is wrong.""";

	private static final Set<String> FLAGS = Set.of("--crash", "--break", "--check", "--reconcile", "--dry-run",
			"--reindex", "--help");

	private static final Set<String> WITH_VALUE = Set.of("--write", "--fail", "--search");

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
			given.put(name, arg.substring(equals + 1));
		}
		boolean dryRun = given.containsKey("--dry-run");
		require(!dryRun || given.containsKey("--reconcile"), "--dry-run needs --reconcile");
		require(!given.containsKey("--fail") || given.containsKey("--write"), "--fail needs --write");
		return new Options(given.containsKey("--break"), number(given, "--fail", 100), given.containsKey("--crash"),
				number(given, "--write", Integer.MAX_VALUE), given.containsKey("--check") || dryRun,
				given.containsKey("--reconcile") && !dryRun, given.containsKey("--reindex"), given.get("--search"),
				given.containsKey("--help"), List.copyOf(properties));
	}

	boolean tellsStory() {
		return !this.breakIndex && !this.crash && this.write == 0 && !this.check && !this.reconcile && !this.reindex
				&& this.search == null;
	}

	private static int number(Map<String, String> given, String name, int most) {
		String text = given.getOrDefault(name, "0");
		try {
			int number = Integer.parseInt(text);
			require(number >= 0 && number <= most, name + " must be 0 to " + most + ", but was " + text);
			return number;
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException(name + " must be a whole number, but was " + text);
		}
	}

	private static void require(boolean condition, String message) {
		if (!condition) {
			throw new IllegalArgumentException(message);
		}
	}

}
