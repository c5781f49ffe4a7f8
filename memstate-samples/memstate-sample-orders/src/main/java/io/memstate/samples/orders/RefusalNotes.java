package io.memstate.samples.orders;

import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

import io.memstate.Change;
import io.memstate.MemoryStore;

/**
 * Notes that stay, whatever becomes of a transaction that is going on.
 */
@Component
class RefusalNotes {

	private final MemoryStore memory;

	RefusalNotes(MemoryStore memory) {
		this.memory = memory;
	}

	@Transactional(propagation = Propagation.REQUIRES_NEW)
	void note(String customer, String reason) {
		this.memory.commit(new Refusal(customer, reason), Change.by("order-agent"));
	}

}
