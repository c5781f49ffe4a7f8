package io.memstate.storage;

import java.util.List;

/**
 * A leased partition of a hook's outbox.
 *
 * @param hook the name of the hook
 * @param partition the partition, as the storage names it
 * @param token who leases it
 * @param rows the changes to deliver, in order
 * @since 0.1.0
 */
public record OutboxClaim(String hook, String partition, String token, List<OutboxRow> rows) {

	public OutboxClaim {
		rows = List.copyOf(rows);
	}

}
