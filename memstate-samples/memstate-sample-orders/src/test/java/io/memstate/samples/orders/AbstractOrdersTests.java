package io.memstate.samples.orders;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.Filter;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the application writes and what the agent remembers.
 */
@SpringBootTest
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractOrdersTests {

	@Autowired
	OrderService service;

	@Autowired
	OrderAgent agent;

	@Autowired
	PurchaseOrders orders;

	@Autowired
	MemoryStore memory;

	@Autowired
	PlatformTransactionManager transactionManager;

	final String customer = "customer " + UUID.randomUUID();

	@Test
	void runsUnderTheTransactionManagerOfJpa() {
		assertThat(this.transactionManager).isInstanceOf(JpaTransactionManager.class);
	}

	@Test
	void rowAndFactCommitTogether() {
		PurchaseOrder order = this.service.place(this.customer, "rye bread", 2);
		assertThat(rows()).extracting(PurchaseOrder::getId).containsExactly(order.getId());
		assertThat(beliefs()).singleElement().satisfies((fact) -> {
			assertThat(fact.payloadAs(UsualOrder.class)).isEqualTo(new UsualOrder(this.customer, "rye bread", 2));
			assertThat(this.memory.history(fact.id())).singleElement()
				.satisfies((entry) -> assertThat(entry.reason()).isEqualTo("order " + order.getId()));
		});
	}

	@Test
	void rowAndFactRollBackTogether() {
		this.service.place(this.customer, "rye bread", 2);
		Fact before = beliefs().get(0);
		int logged = logged();
		assertThatExceptionOfType(OrderRefusedException.class)
			.isThrownBy(() -> this.service.place(this.customer, "rye bread", 99));
		assertThat(rows()).hasSize(1);
		assertThat(beliefs()).as("the same, its version included").containsExactly(before);
		assertThat(logged()).isEqualTo(logged);
	}

	@Test
	void severalCallsInOneTransactionRollBackTogether() {
		new TransactionTemplate(this.transactionManager).executeWithoutResult((status) -> {
			PurchaseOrder order = this.service.place(this.customer, "rye bread", 2);
			this.service.place(this.customer, "bagel", 3);
			this.service.confirm(order.getId(), LocalDate.of(2027, 1, 4));
			assertThat(beliefs()).as("a transaction sees what it wrote").hasSize(1);
			status.setRollbackOnly();
		});
		assertThat(rows()).isEmpty();
		assertThat(beliefs()).isEmpty();
	}

	@Test
	void caughtConflictDoesNotPoisonTheTransaction() {
		PurchaseOrder order = this.service.place(this.customer, "rye bread", 2);
		LocalDate monday = LocalDate.of(2027, 1, 4);
		assertThat(this.service.confirm(order.getId(), monday)).isEqualTo(monday);
		assertThat(this.service.confirm(order.getId(), monday.plusDays(1))).isEqualTo(monday);
		assertThat(rows()).singleElement().extracting(PurchaseOrder::getConfirmations).isEqualTo(2);
		assertThat(this.memory.query(DeliveryPromise.class, FactQuery.all().where(Filter.eq("orderId", order.getId()))))
			.containsExactly(new DeliveryPromise(order.getId(), monday));
	}

	@Test
	void refusalIsRememberedAfterTheRollBack() {
		assertThat(this.agent.order(this.customer, "rye bread", 99)).isEmpty();
		assertThat(rows()).isEmpty();
		assertThat(beliefs()).isEmpty();
		assertThat(refusals()).hasSize(1);
	}

	@Test
	void tellsItsStory(CapturedOutput output) {
		OrdersApplication.tell(this.agent, this.service, this.orders, this.memory);
		assertThat(output).contains("Placed: order")
			.contains("confirmed 2 times")
			.contains("Promised: 2027-01-04, and asked for another day still 2027-01-04");
	}

	List<PurchaseOrder> rows() {
		return this.orders.findByCustomer(this.customer);
	}

	List<Fact> beliefs() {
		return facts("usual-order");
	}

	List<Fact> refusals() {
		return facts("refusal");
	}

	private List<Fact> facts(String type) {
		return this.memory.query(FactQuery.type(type).where(Filter.eq("customer", this.customer)));
	}

	private int logged() {
		return this.memory.log(LogQuery.all()).size();
	}

}
