package io.memstate.storage;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Intents that are leased with the exchange that reads the fact, for less than one after
 * the other.
 *
 * @since 0.1.0
 */
public interface ReadingIntents extends Intents {

	/**
	 * Leases a fact, unless it is leased, and reads it. Other than {@link #lease}, it is
	 * called only where no transaction of the caller is active, and may wait for whatever
	 * a read waits for.
	 * @param namespace the namespace
	 * @param factId the fact
	 * @param token who asks
	 * @param until until when the lease is to be valid
	 * @return the fact as it was when it was leased, or before; null if it is leased
	 * already, under whatever token
	 */
	@Nullable LeasedFact leaseAndRead(String namespace, String factId, String token, Instant until);

	/**
	 * A fact that was leased and read.
	 *
	 * @param fence the fence issued
	 * @param state what is stored, or null if the id never was
	 */
	record LeasedFact(long fence, @Nullable FactState state) {
	}

}
