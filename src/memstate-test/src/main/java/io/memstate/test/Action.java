package io.memstate.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.memstate.Change;
import io.memstate.Draft;

/**
 * What a model-based test does to a store and to the model of it. Printed when a sequence
 * of actions fails, so that it can be read.
 */
sealed interface Action {

	/** Which of the test's namespaces. */
	int namespace();

	/** The same action once more. */
	record Again(int namespace) implements Action {
	}

	record Advance(int namespace, Duration by) implements Action {
	}

	record Maintenance(int namespace) implements Action {
	}

	record CommitAll(int namespace, @Nullable String session, List<Proposed> drafts) implements Action {
	}

	record Promote(int namespace, String session, boolean evenValuesOnly, Terms terms) implements Action {
	}

	record Discard(int namespace, String session, Terms terms) implements Action {
	}

	record Rollback(int namespace, @Nullable String session, int steps, Terms terms) implements Action {
	}

	record Redo(int namespace, @Nullable String session, int steps, Terms terms) implements Action {
	}

	record Transaction(int namespace, @Nullable String session, List<Edit> edits, boolean fails) implements Action {
	}

	/**
	 * What may be a part of a transaction, or stand alone.
	 */
	sealed interface Edit extends Action {

		/** The same as a part of a transaction. */
		Edit in(int namespace, @Nullable String session);

	}

	record Commit(int namespace, @Nullable String session, Proposed draft, Terms terms) implements Edit {

		@Override
		public Edit in(int namespace, @Nullable String session) {
			return new Commit(namespace, session, this.draft, this.terms);
		}

	}

	record Update(int namespace, @Nullable String session, Target target, Map<String, Object> patch,
			Terms terms) implements Edit {

		@Override
		public Edit in(int namespace, @Nullable String session) {
			return new Update(namespace, session, this.target, this.patch, this.terms);
		}

	}

	record Delete(int namespace, @Nullable String session, Target target, Terms terms) implements Edit {

		@Override
		public Edit in(int namespace, @Nullable String session) {
			return new Delete(namespace, session, this.target, this.terms);
		}

	}

	/**
	 * A draft.
	 *
	 * @param id null for one that the store makes
	 * @param expiresIn null for never
	 */
	record Proposed(String type, @Nullable String id, Map<String, Object> payload, @Nullable String source,
			boolean ephemeral, @Nullable Duration expiresIn) {

		Draft draft() {
			Draft draft = Draft.of(this.type, this.payload);
			draft = (this.id != null) ? draft.id(this.id) : draft;
			draft = (this.source != null) ? draft.source(this.source) : draft;
			draft = this.ephemeral ? draft.ephemeral() : draft;
			return (this.expiresIn != null) ? draft.expiresIn(this.expiresIn) : draft;
		}

		@Override
		public String toString() {
			return this.type + ((this.id != null) ? " '" + this.id + "' " : " ") + this.payload
					+ ((this.source != null) ? " from " + this.source : "") + (this.ephemeral ? " ephemeral" : "")
					+ ((this.expiresIn != null) ? " for " + this.expiresIn : "");
		}

	}

	/**
	 * A fact, by its place among those of its layer or, if the number is 0, among all
	 * that ever were.
	 */
	record Target(int number) {

		String id(List<String> layer, List<String> known) {
			List<String> ids = (this.number == 0 || layer.isEmpty()) ? known : layer;
			return ids.isEmpty() ? "unknown" : ids.get(this.number % ids.size());
		}

		@Override
		public String toString() {
			return "#" + this.number;
		}

	}

	/**
	 * On what terms something is done.
	 *
	 * @param expected the version, or null for any
	 * @param key an idempotency key, or null for none
	 * @param force whether to override later changes
	 */
	record Terms(@Nullable Long expected, @Nullable String key, boolean force) {

		static final Terms NONE = new Terms(null, null, false);

		Change change() {
			Change change = Change.by("model");
			change = (this.expected != null) ? change.expecting(this.expected) : change;
			change = (this.key != null) ? change.idempotencyKey(this.key) : change;
			return this.force ? change.force() : change;
		}

		@Override
		public String toString() {
			return "[" + ((this.expected != null) ? "expecting " + this.expected : "")
					+ ((this.key != null) ? " key " + this.key : "") + (this.force ? " by force" : "") + "]";
		}

	}

}
