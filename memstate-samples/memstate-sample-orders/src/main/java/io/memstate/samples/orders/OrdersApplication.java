package io.memstate.samples.orders;

import java.time.LocalDate;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.memstate.FactQuery;
import io.memstate.MemoryStore;

/**
 * Rows of the application and facts of an agent in one transaction.
 */
@SpringBootApplication
public class OrdersApplication {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(OrdersApplication.class, args)) {
			tell(context.getBean(OrderAgent.class), context.getBean(OrderService.class),
					context.getBean(PurchaseOrders.class), context.getBean(MemoryStore.class));
		}
	}

	static void tell(OrderAgent agent, OrderService service, PurchaseOrders orders, MemoryStore memory) {
		PurchaseOrder order = agent.order("ada", "rye bread", 2).orElseThrow();
		System.out.println("Placed: order " + order.getId() + " and what ada usually orders, in one transaction");
		show(orders, memory);

		agent.order("ada", "rye bread", 99);
		System.out.println("Refused: 99 are too many, so neither row nor belief changed; the refusal is noted");
		show(orders, memory);

		LocalDate first = service.confirm(order.getId(), LocalDate.of(2027, 1, 4));
		LocalDate second = service.confirm(order.getId(), LocalDate.of(2027, 1, 5));
		System.out.println("Promised: " + first + ", and asked for another day still " + second);
		show(orders, memory);
	}

	private static void show(PurchaseOrders orders, MemoryStore memory) {
		orders.findByCustomer("ada")
			.forEach((order) -> System.out.println("  row   " + order.getId() + ": " + order.getQuantity() + " "
					+ order.getItem() + ", confirmed " + order.getConfirmations() + " times"));
		memory.query(FactQuery.all())
			.forEach((fact) -> System.out
				.println("  fact  " + fact.type() + " " + fact.payload() + ", version " + fact.version()));
	}

}
