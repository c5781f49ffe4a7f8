package io.memstate.samples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.FactValidationException;
import io.memstate.MemoryOperations;
import io.memstate.MemoryStore;
import io.memstate.MemoryStoreException;

/**
 * Imports facts from JSON lines. A line that is refused does no harm to another; if the
 * import is atomic, nothing is written then.
 */
final class Importer {

	/** How many lines are read before they are written, one step a layer. */
	private static final int BATCH = 500;

	/** How many types and sessions are told by name. */
	private static final int NAMES = 100;

	private static final String OTHERS = "(others)";

	private static final String LONG_TERM = "(long-term memory)";

	private final MemoryStore memory;

	private final Change change;

	private final int maxStepSize;

	private final Progress progress;

	private final PrintStream out;

	// what was read and is not yet written, by session
	private final Map<String, List<ImportedFact>> layers = new LinkedHashMap<>();

	private final Map<String, ImportedFact> byId = new HashMap<>();

	private final Map<Long, String> refusals = new TreeMap<>();

	private final Map<String, Long> types = new LinkedHashMap<>();

	private final Map<String, Long> sessions = new LinkedHashMap<>();

	private long read;

	private long written;

	Importer(MemoryStore memory, Change change, int maxStepSize, Progress progress, PrintStream out) {
		this.memory = memory;
		this.change = change;
		this.maxStepSize = maxStepSize;
		this.progress = progress;
		this.out = out;
	}

	/**
	 * Imports all lines. Needs little memory, unless the import is atomic.
	 * @return whether every line was taken
	 */
	boolean run(InputStream in, boolean atomic) throws IOException {
		try {
			LineReader lines = new LineReader(in);
			for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
				this.progress.show(lines.lines(), lines.bytes());
				read(line);
				if (!atomic && lines.lines() % Math.min(BATCH, this.maxStepSize) == 0) {
					write();
				}
			}
			if (!atomic) {
				write();
			}
			else if (allWouldBeTaken()) {
				this.layers.values().forEach(this::writeAll);
			}
		}
		finally {
			report();
		}
		return this.written == this.read;
	}

	private void read(LineReader.Line line) {
		if (line.isBlank()) {
			return;
		}
		this.read++;
		try {
			ImportedFact fact = ImportedFact.parse(line);
			ImportedFact same = (fact.id() != null) ? this.byId.putIfAbsent(fact.id(), fact) : null;
			if (same != null && !Objects.equals(same.sessionId(), fact.sessionId())) {
				throw new IllegalArgumentException(
						"the id '" + fact.id() + "' is in another session by line " + same.line());
			}
			this.layers.computeIfAbsent(fact.sessionId(), (session) -> new ArrayList<>()).add(fact);
		}
		catch (IllegalArgumentException ex) {
			this.refusals.put(line.number(), ex.getMessage());
		}
	}

	private MemoryOperations layer(String sessionId) {
		return (sessionId != null) ? this.memory.session(sessionId) : this.memory;
	}

	private boolean allWouldBeTaken() {
		this.layers.values().forEach(this::rehearse);
		return this.refusals.isEmpty();
	}

	/** Commits the facts of a layer in a transaction that is given up in the end. */
	private void rehearse(List<ImportedFact> facts) {
		if (facts.size() > this.maxStepSize) {
			throw new IllegalArgumentException("Nothing was written: an atomic import writes each layer in one step, "
					+ "but line " + facts.get(this.maxStepSize).line() + " would make more than " + this.maxStepSize
					+ " facts in one; import without --atomic, or set --memstate.max-step-size");
		}
		try {
			layer(facts.get(0).sessionId()).transaction((operations) -> {
				commit(facts, operations);
				throw new GivenUp();
			});
		}
		catch (GivenUp ex) {
			// as intended
		}
	}

	private void write() {
		this.layers.values().forEach(this::write);
		this.layers.clear();
		this.byId.clear();
		tellRefusals();
	}

	private void write(List<ImportedFact> facts) {
		List<ImportedFact> taken = layer(facts.get(0).sessionId()).transaction(this.change,
				(operations) -> commit(facts, operations));
		count(taken);
	}

	private void writeAll(List<ImportedFact> facts) {
		try {
			layer(facts.get(0).sessionId()).commitAll(facts.stream().map(ImportedFact::draft).toList(), this.change);
			count(facts);
		}
		catch (MemoryStoreException ex) {
			throw new MemoryStoreException(
					"The import stopped after " + this.written + " lines, though none was "
							+ "refused when it began; roll back the sessions that were written: " + ex.getMessage(),
					ex);
		}
	}

	private List<ImportedFact> commit(List<ImportedFact> facts, MemoryOperations operations) {
		List<ImportedFact> taken = new ArrayList<>();
		for (ImportedFact fact : facts) {
			try {
				operations.commit(fact.draft());
				taken.add(fact);
				// the transaction may run again, and end otherwise
				this.refusals.remove(fact.line());
			}
			catch (FactValidationException | ConflictException ex) {
				this.refusals.put(fact.line(), ex.getMessage());
			}
		}
		return taken;
	}

	private void tellRefusals() {
		if (!this.refusals.isEmpty()) {
			this.progress.clear();
			this.refusals.forEach((line, reason) -> this.out
				.println("Line " + line + " refused: " + reason.replaceAll("\\p{Cntrl}", "?")));
			this.refusals.clear();
		}
	}

	private void report() {
		tellRefusals();
		this.progress.clear();
		this.out.printf(Locale.ROOT, "%,d of %,d lines imported in %.1f s, %,d a second%n", this.written, this.read,
				this.progress.seconds(), this.progress.perSecond(this.written));
		table("by type", this.types);
		table("by session", this.sessions);
	}

	private void table(String title, Map<String, Long> counts) {
		if (!counts.isEmpty()) {
			this.out.println();
			this.out.println(title);
			counts.forEach((name, count) -> this.out.printf(Locale.ROOT, "  %-24s %,9d%n", name, count));
		}
	}

	private void count(List<ImportedFact> facts) {
		this.written += facts.size();
		for (ImportedFact fact : facts) {
			count(this.types, fact.type());
			count(this.sessions, (fact.sessionId() != null) ? fact.sessionId() : LONG_TERM);
		}
	}

	private static void count(Map<String, Long> counts, String name) {
		counts.merge((counts.containsKey(name) || counts.size() < NAMES) ? name : OTHERS, 1L, Long::sum);
	}

	@SuppressWarnings("serial")
	private static final class GivenUp extends RuntimeException {

	}

}
