package io.memstate.samples.hooks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.HookException;
import io.memstate.HookStatus;
import io.memstate.MemoryStore;
import io.memstate.ReconcileReport;
import io.memstate.ReindexProgress;
import io.memstate.ScoredFact;
import io.memstate.SearchRequest;

/**
 * What can be done to facts and index, and what it prints.
 */
final class Workshop {

	private static final int THREADS = 4;

	private static final int PROGRESS = 500;

	private static final List<String> SUBJECTS = List.of("The window seat", "Green tea", "The night train",
			"A quiet room", "Jazz", "The early flight");

	private static final List<String> OPINIONS = List.of("is preferred", "is out of the question", "will do",
			"was a disappointment", "is a must on Fridays");

	private final MemoryStore memory;

	private final UnreliableIndex index;

	private final Tampering tampering;

	private final PrintStream out;

	Workshop(MemoryStore memory, UnreliableIndex index, Tampering tampering, PrintStream out) {
		this.memory = memory;
		this.index = index;
		this.tampering = tampering;
		this.out = out;
	}

	MemoryStore memory() {
		return this.memory;
	}

	UnreliableIndex index() {
		return this.index;
	}

	Tampering tampering() {
		return this.tampering;
	}

	/** Writes notes, each in a commit of its own, while the index fails now and then. */
	void write(int count, int failPercent) {
		this.index.fail(failPercent);
		AtomicInteger next = new AtomicInteger();
		AtomicInteger accepted = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<?>> running = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				running.add(executor.submit(() -> {
					for (int number = next.incrementAndGet(); number <= count; number = next.incrementAndGet()) {
						(write(number) ? accepted : refused).incrementAndGet();
						if (number % PROGRESS == 0) {
							this.out.printf("%,d of %,d notes%n", number, count);
						}
					}
				}));
			}
			for (Future<?> each : running) {
				each.get();
			}
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException("The notes could not all be written", ex);
		}
		finally {
			executor.shutdownNow();
			this.index.fail(0);
		}
		this.out.printf("%,d notes written, %,d refused because the index failed%n", accepted.get(), refused.get());
	}

	private boolean write(int number) {
		try {
			String text = "%s %s (%d)".formatted(SUBJECTS.get(number % SUBJECTS.size()),
					OPINIONS.get(number % OPINIONS.size()), number);
			this.memory.commit(new Note(text), Change.by("writer"));
			return true;
		}
		catch (HookException ex) {
			return false;
		}
	}

	/** Never comes back, unless the index is told later. */
	void crash() {
		// what was left before is not what it is to die of
		this.memory.maintenance();
		this.out.println("Writing a note; the process dies when the index has taken it.");
		this.out.flush();
		this.index.crash();
		this.memory.commit(new Note("The last words before the crash"), Change.by("writer"));
		this.memory.hooks().deliver();
	}

	void breakIndex() {
		this.out.printf("Tampered with the index: lost %d entries, put back %d, made up %d%n", this.tampering.lose(2),
				this.tampering.age(2), this.tampering.haunt(2));
	}

	ReconcileReport compare(boolean dryRun) {
		ReconcileReport report = this.memory.hooks().reconcile(FullTextIndex.NAME, dryRun);
		this.out.printf("%,d facts, %,d entries: %,d missing, %,d stale, %,d ghosts; %s%n", report.facts(),
				report.entries(), report.missing(), report.stale(), report.ghosts(),
				report.inStep() ? "in step" : dryRun ? "nothing changed" : report.mended() + " mended");
		for (HookStatus status : this.memory.hooks().list()) {
			if (status.pending() + status.parked() + status.intents() > 0) {
				this.out.printf("still to be told: %,d pending, %,d parked, %,d interrupted (maintenance does it)%n",
						status.pending(), status.parked(), status.intents());
			}
		}
		return report;
	}

	void reindex() {
		ReindexProgress done = this.memory.hooks().reindex(FullTextIndex.NAME, (progress) -> {
			if (!progress.done()) {
				this.out.printf("%,d notes told again%n", progress.delivered());
			}
		});
		this.out.printf("The index is built again from %,d facts%n", done.delivered());
	}

	void search(String words) {
		List<ScoredFact> found = this.memory.search(SearchRequest.of(words).limit(5));
		this.out.printf("'%s' finds %s%n", words, found.isEmpty() ? "nothing" : found.size() + ":");
		found.forEach((hit) -> this.out.printf("  %.2f  %s%n", hit.score(), text(hit.fact())));
	}

	static String text(Fact fact) {
		return fact.payloadAs(Note.class).text();
	}

	long facts() {
		return this.memory.count(FactQuery.type("note"));
	}

}
