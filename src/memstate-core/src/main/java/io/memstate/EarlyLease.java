package io.memstate;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.memstate.KeptLeases.Turn;
import io.memstate.LeasedIds.LeasedId;
import io.memstate.StrictHooks.Lease;
import io.memstate.storage.ReadingIntents.LeasedFact;

/**
 * What a write of one fact leases while it is still planned, where that costs less than
 * to lease it afterwards: an id for a fact to be made, or a fact with the exchange that
 * reads it. Hooks have not been told of anything when it is given back. Used by one
 * thread.
 */
final class EarlyLease implements AutoCloseable {

	private final StrictHooks hooks;

	private final LeasedIds ids;

	private final KeptLeases kept;

	private final String namespace;

	private @Nullable LeasedId id;

	private @Nullable Turn turn;

	private boolean used;

	EarlyLease(StrictHooks hooks, LeasedIds ids, KeptLeases kept, String namespace) {
		this.hooks = hooks;
		this.ids = ids;
		this.kept = kept;
		this.namespace = namespace;
	}

	/**
	 * An id for a fact to be made.
	 * @return null if no hook wants to be told of the type, or the fact is as well leased
	 * with the write
	 */
	@Nullable String newId(String type) {
		if (this.hooks.want(type)) {
			this.id = this.ids.next(this.namespace);
		}
		return (this.id != null) ? this.id.id() : null;
	}

	/**
	 * Leases a fact that is to be written, and reads it.
	 * @param type its type, or null if it is not known yet
	 * @return null if no hook wants to be told of the type, or the fact is as well leased
	 * with the write
	 */
	@Nullable LeasedFact read(String factId, @Nullable String type) {
		// or another thread would find the fact busy for nothing
		Turn turn = (this.hooks.canLeaseAndRead() && this.hooks.want(type))
				? this.kept.beginUnread(this.namespace, factId) : null;
		if (turn == null) {
			return null;
		}
		try {
			LeasedFact leased = this.hooks.leaseAndRead(this.namespace, factId, turn.token());
			if (leased != null) {
				turn.leased(new Lease(leased.fence(), 0, false));
				this.turn = turn;
			}
			return leased;
		}
		finally {
			if (this.turn == null) {
				turn.abandon();
			}
		}
	}

	/** The token of what is leased, or null if nothing is. */
	@Nullable String token() {
		return (this.turn != null) ? this.turn.token() : (this.id != null) ? this.id.token() : null;
	}

	/** The lease, if it is one of exactly these facts. */
	@Nullable Lease lease(Set<String> factIds) {
		if (this.turn != null) {
			return factIds.equals(Set.of(this.turn.factId())) ? this.turn.lease() : null;
		}
		return (this.id != null && factIds.equals(Set.of(this.id.id()))) ? new Lease(this.id.fence(), 0, false) : null;
	}

	/** Whether what is leased is among these facts. */
	boolean isOf(Set<String> factIds) {
		return (this.turn != null) ? factIds.contains(this.turn.factId())
				: this.id != null && factIds.contains(this.id.id());
	}

	/** The turn at the fact, for one that was there. */
	@Nullable Turn turn() {
		return this.turn;
	}

	/** Is told that hooks are told under the lease, which is not given back then. */
	void used() {
		this.used = true;
	}

	/** Is told that another lease has replaced this one. */
	void replaced() {
		this.used = true;
		if (this.turn != null) {
			this.turn.abandon();
		}
	}

	/** Is told that the lease was taken over by another. */
	void lost() {
		if (this.id != null) {
			this.ids.lost(this.namespace);
		}
	}

	/** Gives back what was not used. */
	@Override
	public void close() {
		if (this.used) {
			return;
		}
		if (this.id != null) {
			this.ids.giveBack(this.namespace, this.id);
		}
		if (this.turn != null) {
			try {
				this.hooks.giveBack(this.namespace, List.of(this.turn.token()));
			}
			finally {
				this.turn.abandon();
			}
		}
	}

}
