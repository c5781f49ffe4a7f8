package io.memstate.storage;

import java.util.List;

/**
 * The answer to {@link Storage#apply(Unit)}.
 *
 * @since 0.1.0
 */
public sealed interface ApplyResult {

	/**
	 * The unit was written.
	 *
	 * @param sequences the sequences of the unit's entries, in their order
	 */
	record Applied(List<Long> sequences) implements ApplyResult {
	}

	/**
	 * Nothing was written.
	 *
	 * @param failed the preconditions that did not hold, at least one
	 */
	record Rejected(List<Precondition> failed) implements ApplyResult {
	}

}
