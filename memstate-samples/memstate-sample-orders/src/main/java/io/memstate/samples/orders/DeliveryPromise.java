package io.memstate.samples.orders;

import java.time.LocalDate;

import io.memstate.FactType;

/**
 * What the agent promised about an order. A promise can't be changed.
 */
@FactType(value = "delivery-promise", singleton = "orderId", immutable = true)
record DeliveryPromise(long orderId, LocalDate day) {
}
