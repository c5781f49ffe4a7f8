package io.memstate;

/**
 * The direction of an order.
 *
 * @since 0.1.0
 */
public enum Direction {

	/** The lowest value first. */
	ASC,

	/** The highest value first. */
	DESC

}
