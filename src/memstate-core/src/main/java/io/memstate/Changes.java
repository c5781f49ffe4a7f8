package io.memstate;

/**
 * Checks that a change says nothing that an operation can't heed.
 */
final class Changes {

	private Changes() {
	}

	/** A single commit, update or delete. */
	static Change ofOne(Change change) {
		return withoutForce(Arguments.notNull(change, "change"));
	}

	/** Several facts at once. */
	static Change ofMany(Change change) {
		return withoutVersion(ofOne(change));
	}

	static Change ofReversal(Change change) {
		return withoutVersion(Arguments.notNull(change, "change"));
	}

	static Change ofTransaction(Change change) {
		if (Arguments.notNull(change, "change").key() != null) {
			throw new IllegalArgumentException("'change' must not have an idempotency key on a transaction: give it to "
					+ "the operations inside");
		}
		return ofMany(change);
	}

	private static Change withoutForce(Change change) {
		if (change.forced()) {
			throw new IllegalArgumentException(
					"'change' must not have force but on a rollback or redo: it overrides later changes");
		}
		return change;
	}

	private static Change withoutVersion(Change change) {
		if (change.expected() != null) {
			throw new IllegalArgumentException(
					"'change' must not expect a version but on a single commit, update or delete");
		}
		return change;
	}

}
