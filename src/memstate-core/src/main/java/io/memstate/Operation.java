package io.memstate;

/**
 * What a log entry did.
 *
 * @since 0.1.0
 */
public enum Operation {

	/** A fact was committed. */
	COMMIT,

	/** A fact's payload was patched. */
	UPDATE,

	/** A fact was deleted. */
	DELETE,

	/** A fact moved from a session to long-term memory. */
	PROMOTE,

	/** A fact was dropped with its session. */
	DISCARD,

	/** An earlier entry was undone. */
	ROLLBACK,

	/** An undone entry was done again. */
	REDO,

	/** A fact was removed because its time had come. */
	EXPIRE,

	/** Payloads in the log were blanked. */
	ERASE

}
