package io.memstate;

/**
 * What becomes of facts of types without a schema.
 *
 * @since 0.1.0
 */
public enum UnregisteredTypes {

	/** They are accepted as they are. */
	ACCEPT,

	/** They are refused with a {@link FactValidationException}. */
	REJECT

}
