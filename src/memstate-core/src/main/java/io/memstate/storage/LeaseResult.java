package io.memstate.storage;

import java.util.List;

/**
 * The answer to a {@link LeaseRequest}.
 *
 * @since 0.1.0
 */
public sealed interface LeaseResult {

	/**
	 * All facts are leased.
	 *
	 * @param fence the fence issued
	 */
	record Leased(long fence) implements LeaseResult {
	}

	/**
	 * Nothing was leased.
	 *
	 * @param holders the intents in the way; empty if they can't be told
	 */
	record Busy(List<Intent> holders) implements LeaseResult {

		public Busy {
			holders = List.copyOf(holders);
		}

	}

}
