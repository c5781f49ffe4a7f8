package io.memstate.autoconfigure.guest;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

@Entity
@Table(name = "orders")
public class Order {

	@Id
	private Long id;

	private String item;

	protected Order() {
	}

	public Order(Long id, String item) {
		this.id = id;
		this.item = item;
	}

	public Long getId() {
		return this.id;
	}

	public String getItem() {
		return this.item;
	}

}
