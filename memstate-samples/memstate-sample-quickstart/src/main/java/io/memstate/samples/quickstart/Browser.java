package io.memstate.samples.quickstart;

import java.io.PrintStream;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Stream;

import tools.jackson.databind.json.JsonMapper;

import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryOperations;
import io.memstate.MemoryStore;

/**
 * Shows what is stored, a line each.
 */
final class Browser {

	private static final int WIDEST_PAYLOAD = 240;

	private static final int PAGE = 500;

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
		.withZone(ZoneId.systemDefault());

	private static final JsonMapper JSON = new JsonMapper();

	private final MemoryStore memory;

	private final PrintStream out;

	Browser(MemoryStore memory, PrintStream out) {
		this.memory = memory;
		this.out = out;
	}

	/** Shows facts in the order of their creation. */
	void query(QueryText text, int limit) {
		MemoryOperations layer = this.memory;
		FactQuery query = text.query().anyLayer();
		if (text.session() != null) {
			layer = this.memory.session(text.session());
			query = text.query();
		}
		long count = layer.count(query);
		try (Stream<Fact> facts = layer.stream(query.limit(limit))) {
			facts.forEach(this::print);
		}
		this.out.printf(Locale.ROOT, "%,d of %,d facts%s%n", Math.min(limit, count), count,
				(count > limit) ? "; --limit shows more" : "");
	}

	/** Shows the log, newest first. */
	void log(LogQuery query, int limit) {
		int left = limit;
		for (LogQuery page = query; left > 0;) {
			var entries = this.memory.log(page.limit(Math.min(PAGE, left)));
			entries.forEach(this::print);
			if (entries.size() < Math.min(PAGE, left)) {
				return;
			}
			left -= entries.size();
			page = query.before(entries.get(entries.size() - 1).sequence());
		}
		this.out.printf(Locale.ROOT, "the newest %,d entries; --limit shows more%n", limit);
	}

	private void print(Fact fact) {
		String payload = JSON.writeValueAsString(fact.payload());
		this.out.printf(Locale.ROOT, "%-12s %-18s v%-3d %-8s %s%n", fact.type(), layer(fact.sessionId()),
				fact.version(), or(fact.source(), "-"),
				(payload.length() <= WIDEST_PAYLOAD) ? payload : payload.substring(0, WIDEST_PAYLOAD) + "…");
	}

	private void print(LogEntry entry) {
		// an entry may have neither, such as the rollback of a fact that has expired
		Fact fact = (entry.after() != null) ? entry.after() : entry.before();
		this.out.printf(Locale.ROOT, "%5d  %s  %-8s  %-12s %-5s %-18s %s: %s%n", entry.sequence(),
				TIME.format(entry.at()), entry.operation(), (fact != null) ? fact.type() : "-",
				(entry.after() != null) ? "v" + fact.version() : "gone", layer(entry.sessionId()),
				or(entry.actor(), "somebody"), or(entry.reason(), "no reason given"));
	}

	private static String layer(String session) {
		return or(session, "long-term");
	}

	private static String or(String text, String otherwise) {
		return (text != null) ? text : otherwise;
	}

}
