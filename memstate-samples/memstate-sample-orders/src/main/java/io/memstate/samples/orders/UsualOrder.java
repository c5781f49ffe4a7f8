package io.memstate.samples.orders;

import io.memstate.FactType;

/**
 * What the agent believes a customer usually orders: one current belief a customer.
 */
@FactType(value = "usual-order", singleton = "customer")
record UsualOrder(String customer, String item, int quantity) {
}
