package io.memstate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a class or record the model of a type of facts. Its {@code jakarta.validation}
 * annotations are enforced.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface FactType {

	/**
	 * The name of the type.
	 * @return 1 to 255 characters without control characters
	 */
	String value();

	/**
	 * The paths that make up the singleton key: in each layer there is one current fact
	 * for each of its values.
	 * @return paths into the payload; none if the type has no singleton key
	 */
	String[] singleton() default {};

	/**
	 * Whether facts of the type can't be changed once they are committed.
	 * @return true if so
	 */
	boolean immutable() default false;

	/**
	 * The paths to keep an index on, for queries.
	 * @return paths into the payload
	 */
	String[] indexed() default {};

}
