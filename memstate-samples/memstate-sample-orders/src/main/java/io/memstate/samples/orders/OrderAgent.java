package io.memstate.samples.orders;

import java.util.Optional;

import org.springframework.stereotype.Component;

/**
 * The agent: orders on behalf of customers, and remembers what was refused.
 */
@Component
class OrderAgent {

	private final OrderService orders;

	private final RefusalNotes refusals;

	OrderAgent(OrderService orders, RefusalNotes refusals) {
		this.orders = orders;
		this.refusals = refusals;
	}

	Optional<PurchaseOrder> order(String customer, String item, int quantity) {
		try {
			return Optional.of(this.orders.place(customer, item, quantity));
		}
		catch (OrderRefusedException ex) {
			this.refusals.note(customer, ex.getMessage());
			return Optional.empty();
		}
	}

}
