package io.memstate;

/**
 * How an index differed from the facts.
 *
 * @param hook the name of the hook
 * @param facts how many facts were compared
 * @param entries how many entries of the index were compared
 * @param missing how many facts had no entry
 * @param stale how many entries showed another version of their fact
 * @param ghosts how many entries had no fact
 * @param mended how many of these were put right; 0 in a dry run
 * @param dryRun whether nothing was to be changed
 * @since 0.1.0
 */
public record ReconcileReport(String hook, long facts, long entries, long missing, long stale, long ghosts, long mended,
		boolean dryRun) {

	/**
	 * Whether the index agreed with the facts.
	 * @return true if nothing was missing, stale or a ghost
	 */
	public boolean inStep() {
		return this.missing == 0 && this.stale == 0 && this.ghosts == 0;
	}

}
