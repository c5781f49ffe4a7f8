package io.memstate.samples.hooks;

import java.io.PrintStream;

import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.HookException;
import io.memstate.HookMode;
import io.memstate.MemoryStore;
import io.memstate.Patch;

/**
 * How facts and index stay in step, in order. The notes of an earlier run are there too.
 */
final class Story {

	private final Workshop workshop;

	private final MemoryStore memory;

	private final PrintStream out;

	Story(Workshop workshop, PrintStream out) {
		this.workshop = workshop;
		this.memory = workshop.memory();
		this.out = out;
	}

	/** Tells whether index and facts were in step at the end. */
	boolean tell() {
		HookMode mode = this.memory.hooks().list().get(0).mode();
		this.out.printf("%,d notes from earlier runs; the index is told in mode %s%n", this.workshop.facts(), mode);

		chapter("Notes are committed, and found by their words");
		Fact train = commit("Ada takes the night train to Oslo");
		commit("Ben prefers the window seat");
		commit("Cid wants a quiet room");
		commit("Ada likes green tea");
		commit("Ben is in Oslo until Friday");
		this.memory.hooks().deliver();
		this.workshop.search("night train");

		chapter("A note is corrected, and the correction taken back");
		this.memory.update(train.id(), Patch.set("text", "Ada takes the morning flight to Oslo"),
				Change.by("assistant"));
		this.memory.rollback(1, Change.by("operator").because("that was Ben"));
		this.memory.hooks().deliver();
		this.workshop.search("morning flight");
		this.workshop.search("night train");

		chapter("The index fails");
		this.workshop.index().fail(100);
		try {
			commit("Cid is allergic to nuts");
			this.out.println("the note is committed; the index is told when it works again");
		}
		catch (HookException ex) {
			this.out.println("refused: " + ex.getMessage());
		}
		this.workshop.index().fail(0);
		this.memory.maintenance();
		this.workshop.compare(true);

		chapter("The index is tampered with, behind everybody's back");
		this.workshop.breakIndex();
		this.workshop.compare(true);

		chapter("It is reconciled with the facts");
		this.workshop.compare(false);
		this.workshop.search("night train");

		chapter("It is lost altogether, and built again");
		this.workshop.tampering().lose(Integer.MAX_VALUE);
		this.workshop.search("night train");
		this.workshop.reindex();
		this.workshop.search("night train");

		chapter("In the end");
		return this.workshop.compare(true).inStep();
	}

	private void chapter(String title) {
		this.out.println();
		this.out.println(title);
	}

	private Fact commit(String text) {
		return this.memory.commit(new Note(text), Change.by("assistant"));
	}

}
