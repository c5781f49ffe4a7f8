package io.memstate.benchmarks;

import java.time.Clock;

import io.memstate.HookMode;

/**
 * Ways to keep an index in step with a database.
 */
enum Sync {

	/** The database, then the index. */
	HAND_WRITTEN("hand-written"),

	/** The same, with up to three tries. */
	HAND_WRITTEN_RETRYING("hand-written, 3 tries"),

	/** A strict hook. */
	STRICT("strict hook"),

	/** A hook with an outbox. */
	OUTBOX("outbox");

	private final String label;

	Sync(String label) {
		this.label = label;
	}

	boolean isHandWritten() {
		return this == HAND_WRITTEN || this == HAND_WRITTEN_RETRYING;
	}

	Notes open(String location, String name, Index index, Clock clock) throws Exception {
		return switch (this) {
			case HAND_WRITTEN -> new HandWrittenNotes(location, name, index, 1);
			case HAND_WRITTEN_RETRYING -> new HandWrittenNotes(location, name, index, 3);
			case STRICT -> new MemStateNotes(location, name, index, HookMode.STRICT, clock);
			case OUTBOX -> new MemStateNotes(location, name, index, HookMode.OUTBOX, clock);
		};
	}

	@Override
	public String toString() {
		return this.label;
	}

}
