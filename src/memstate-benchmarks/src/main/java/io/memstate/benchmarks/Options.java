package io.memstate.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a benchmark: names of storages, and settings as {@code name=value}.
 */
final class Options {

	private final List<String> words = new ArrayList<>();

	private final Map<String, String> settings = new HashMap<>();

	Options(List<String> arguments) {
		for (String argument : arguments) {
			int equals = argument.indexOf('=');
			if (equals < 0) {
				this.words.add(argument);
			}
			else {
				this.settings.put(argument.substring(0, equals), argument.substring(equals + 1));
			}
		}
	}

	String[] words() {
		return this.words.toArray(String[]::new);
	}

	List<Backend> backends(Backend... otherwise) {
		return this.words.isEmpty() ? List.of(otherwise) : this.words.stream().map(Backend::named).toList();
	}

	int number(String name, int otherwise) {
		return Integer.parseInt(this.settings.getOrDefault(name, Integer.toString(otherwise)));
	}

	/** What makes a run random, and can be given to repeat it. */
	long seed() {
		String seed = this.settings.get("seed");
		return (seed != null) ? Long.parseLong(seed) : System.nanoTime() % 1_000_000;
	}

}
