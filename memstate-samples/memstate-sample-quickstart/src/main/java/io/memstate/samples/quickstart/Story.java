package io.memstate.samples.quickstart;

import java.io.PrintStream;
import java.time.Instant;

import io.memstate.Change;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.FactValidationException;
import io.memstate.Filter;
import io.memstate.LogQuery;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;

/**
 * What can be done with a {@link MemoryStore}, in order. Each run is about a user of its
 * own, so that it tells the same story on a memory that earlier runs have filled.
 */
final class Story {

	private final MemoryStore memory;

	private final Browser browser;

	private final PrintStream out;

	Story(MemoryStore memory, Browser browser, PrintStream out) {
		this.memory = memory;
		this.browser = browser;
		this.out = out;
	}

	void tell() {
		Instant start = Instant.now();
		long earlier = this.memory.count(FactQuery.type("preference"));
		String user = "user-" + (earlier + 1);
		tell("remembered", "preferences from earlier runs: " + earlier);

		Fact fact = this.memory.commit(new Preference(user, "tone", "formal"),
				Change.by("assistant").because("the user asked for it"));
		tell("committed", describe(fact));

		fact = this.memory.commit(new Preference(user, "tone", "friendly"),
				Change.by("assistant").because("the user corrected it"));
		tell("corrected", describe(fact) + ", and still one fact: " + count(user));

		try {
			this.memory.commit(new Preference(user, "tone", ""));
		}
		catch (FactValidationException ex) {
			tell("refused", ex.getMessage());
		}

		fact = this.memory.commit(new Preference(user, "tone", "sarcastic"),
				Change.by("other-agent").because("took a joke seriously"));
		tell("mistaken", describe(fact));

		this.memory.rollback(1, Change.by("operator").because("it was a joke"));
		tell("rolled back", describe(this.memory.get(fact.id()).orElseThrow()));

		MemorySession session = this.memory.session("chat-with-" + user);
		Fact draft = session.commit(new Preference(user, "tone", "brief"),
				Change.by("assistant").because("trying something out"));
		tell("drafted", describe(draft) + ", in a session");
		tell("", describe(this.memory.get(fact.id()).orElseThrow()) + ", still, in long-term memory");

		session.promote(Change.by("reviewer").because("the user liked it"));
		tell("promoted", describe(this.memory.get(fact.id()).orElseThrow()));

		this.out.println();
		this.out.println("Who did what, and why (newest first):");
		this.browser.log(LogQuery.all().since(start), 20);
	}

	private void tell(String what, String how) {
		this.out.printf("%-12s %s%n", what, how);
	}

	private long count(String user) {
		return this.memory.count(FactQuery.type("preference").where(Filter.eq("user", user)));
	}

	private static String describe(Fact fact) {
		Preference preference = fact.payloadAs(Preference.class);
		return "%s wants a %s %s (version %d)".formatted(preference.user(), preference.value(), preference.topic(),
				fact.version());
	}

}
