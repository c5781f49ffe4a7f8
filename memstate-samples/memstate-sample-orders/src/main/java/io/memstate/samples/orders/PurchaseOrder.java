package io.memstate.samples.orders;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;

/**
 * An order: a row of the application's own.
 */
@Entity
public class PurchaseOrder {

	@Id
	@GeneratedValue(strategy = GenerationType.IDENTITY)
	private Long id;

	private String customer;

	private String item;

	private int quantity;

	private int confirmations;

	protected PurchaseOrder() {
	}

	PurchaseOrder(String customer, String item, int quantity) {
		this.customer = customer;
		this.item = item;
		this.quantity = quantity;
	}

	public Long getId() {
		return this.id;
	}

	public String getCustomer() {
		return this.customer;
	}

	public String getItem() {
		return this.item;
	}

	public int getQuantity() {
		return this.quantity;
	}

	/** How often a delivery was confirmed. */
	public int getConfirmations() {
		return this.confirmations;
	}

	void confirm() {
		this.confirmations++;
	}

}
