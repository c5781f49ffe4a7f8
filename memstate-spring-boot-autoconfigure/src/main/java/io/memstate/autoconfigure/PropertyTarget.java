package io.memstate.autoconfigure;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What the values of properties are handed on to. A value that is refused there stops the
 * start with the name of its property.
 *
 * @param <T> the type of the target
 */
final class PropertyTarget<T> {

	private final T target;

	private PropertyTarget(T target) {
		this.target = target;
	}

	static <T> PropertyTarget<T> of(T target) {
		return new PropertyTarget<>(target);
	}

	/**
	 * A target that is made from the value of a property.
	 * @param property the name of the property
	 * @param factory makes the target from its value
	 * @return the target
	 */
	static <T> PropertyTarget<T> of(String property, Supplier<T> factory) {
		try {
			return new PropertyTarget<>(factory.get());
		}
		catch (IllegalArgumentException ex) {
			throw new MemStateStartException("The value of " + property + " can't be used: " + ex.getMessage() + ".",
					"Correct " + property + ".", ex);
		}
	}

	/**
	 * Hands the value of a property on.
	 * @param property the name of the property
	 * @param setter hands its value on and answers with the target to go on with
	 * @return the target to go on with
	 */
	PropertyTarget<T> set(String property, UnaryOperator<T> setter) {
		return of(property, () -> setter.apply(this.target));
	}

	T get() {
		return this.target;
	}

}
