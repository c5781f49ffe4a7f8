package io.memstate.storage;

import java.time.Instant;
import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * The changes that are still to be delivered to hooks. They are written with the unit
 * that makes them ({@link Unit#outbox()}) and refer to its log entries.
 * <p>
 * The outbox of a hook is partitioned by namespace and fact, so that several instances
 * can share the work while each fact is in the hands of one at a time.
 *
 * @since 0.1.0
 */
public interface Outbox {

	/**
	 * Leases a partition that has something to deliver and that nobody else leases. A
	 * change does not count while an earlier one of the same fact is parked or not due.
	 * @param hook the name of the hook
	 * @param token who asks
	 * @param now the time at which changes must be due and other leases have ended
	 * @param until until when the partition is leased
	 * @param limit how many changes at most, at least 1
	 * @return changes of one partition, those of one fact in the order in which they were
	 * made, or null if there is nothing to deliver now
	 */
	@Nullable OutboxClaim claim(String hook, String token, Instant now, Instant until, int limit);

	/**
	 * Removes what was delivered, puts off what failed, and gives the partition back.
	 * Does nothing if the claim's lease has passed on to another token.
	 * @param claim the claim
	 * @param delivered what was delivered
	 * @param failed what failed, with when it is due again
	 * @param pause until when nothing of the partition is due, or null
	 * @return whether the lease was still held
	 */
	boolean settle(OutboxClaim claim, Collection<OutboxRow> delivered, Collection<OutboxRetry> failed,
			@Nullable Instant pause);

	/**
	 * Makes the parked changes of a hook due again, as if they had never been tried, and
	 * ends the pauses of their partitions.
	 * @param hook the name of the hook
	 * @return how many there were
	 */
	int unpark(String hook);

	/**
	 * Counts the changes of a hook.
	 * @param hook the name of the hook
	 * @return the counts
	 */
	OutboxStatus status(String hook);

}
