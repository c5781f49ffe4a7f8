package io.memstate.samples.orders;

import java.time.LocalDate;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.FactQuery;
import io.memstate.Filter;
import io.memstate.MemoryStore;

/**
 * Writes rows and facts. Both are of the one transaction that {@code @Transactional}
 * begins, on one connection.
 */
@Service
class OrderService {

	private static final int MAX_QUANTITY = 10;

	private final PurchaseOrders orders;

	private final MemoryStore memory;

	OrderService(PurchaseOrders orders, MemoryStore memory) {
		this.orders = orders;
		this.memory = memory;
	}

	/**
	 * Places an order and learns from it. If the order is refused, neither row nor fact
	 * stays.
	 */
	@Transactional
	PurchaseOrder place(String customer, String item, int quantity) {
		PurchaseOrder order = this.orders.save(new PurchaseOrder(customer, item, quantity));
		this.memory.commit(new UsualOrder(customer, item, quantity),
				Change.by("order-agent").because("order " + order.getId()));
		if (quantity > MAX_QUANTITY) {
			throw new OrderRefusedException("No more than " + MAX_QUANTITY + " of " + item + " at a time");
		}
		return order;
	}

	/**
	 * Confirms an order and promises a day, unless one was promised before, which stands.
	 * The conflict does not spoil the transaction: the row is confirmed all the same.
	 * @return the day that is promised
	 */
	@Transactional
	LocalDate confirm(long orderId, LocalDate day) {
		this.orders.findById(orderId).orElseThrow().confirm();
		try {
			this.memory.commit(new DeliveryPromise(orderId, day), Change.by("order-agent"));
			return day;
		}
		catch (ConflictException ex) {
			return promised(orderId);
		}
	}

	private LocalDate promised(long orderId) {
		return this.memory.query(DeliveryPromise.class, FactQuery.all().where(Filter.eq("orderId", orderId)))
			.get(0)
			.day();
	}

}
