package io.memstate.samples.orders;

import io.memstate.FactType;

/**
 * An order that was refused.
 */
@FactType("refusal")
record Refusal(String customer, String reason) {
}
