package io.memstate.samples.orders;

/**
 * An order breaks a rule of the business.
 */
class OrderRefusedException extends RuntimeException {

	OrderRefusedException(String message) {
		super(message);
	}

}
