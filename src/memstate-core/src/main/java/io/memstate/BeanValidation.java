package io.memstate;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.validation.Configuration;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Valid;
import jakarta.validation.Validation;
import jakarta.validation.ValidationException;
import jakarta.validation.Validator;
import jakarta.validation.metadata.BeanDescriptor;
import jakarta.validation.metadata.PropertyDescriptor;
import org.hibernate.validator.messageinterpolation.ParameterMessageInterpolator;
import org.jspecify.annotations.Nullable;

/**
 * Enforces {@code jakarta.validation} annotations with the provider on the class path, if
 * there is one.
 */
final class BeanValidation {

	private BeanValidation() {
	}

	/**
	 * Refuses a class with constraints that nothing can check.
	 * @return whether instances of the class need to be checked at all
	 */
	static boolean inspect(Class<?> model) {
		Validator validator = Holder.VALIDATOR;
		if (validator == null) {
			if (isConstrained(model)) {
				throw new IllegalArgumentException(model.getName() + " has constraints, but no provider of Jakarta "
						+ "Validation is on the class path to check them: add org.hibernate.validator:hibernate-validator",
						Holder.failure);
			}
			return false;
		}
		try {
			inspect(validator, model);
			return validator.getConstraintsForClass(model).isBeanConstrained();
		}
		catch (ValidationException ex) {
			throw new IllegalArgumentException(model.getName() + " has a constraint that can't be checked: "
					+ ex.getMessage() + "; correct or remove it", ex);
		}
	}

	static void validate(Object instance, String what) {
		Validator validator = Holder.VALIDATOR;
		if (validator == null) {
			return;
		}
		Set<ConstraintViolation<Object>> violations;
		try {
			violations = validator.validate(instance);
		}
		catch (ValidationException ex) {
			throw new FactValidationException("The constraints of " + what + " can't be checked: " + ex.getMessage(),
					ex);
		}
		if (!violations.isEmpty()) {
			throw new FactValidationException(what + " is refused: "
					+ violations.stream()
						.map((violation) -> "'" + violation.getPropertyPath() + "' " + violation.getMessage())
						.sorted()
						.collect(Collectors.joining(", ")));
		}
	}

	// a provider looks for the validator of a constraint only when it has a value to
	// check
	private static void inspect(Validator validator, Class<?> model) {
		Set<Class<?>> seen = new HashSet<>();
		Deque<Class<?>> waiting = new ArrayDeque<>(List.of(model));
		while (!waiting.isEmpty()) {
			Class<?> next = waiting.pop();
			if (seen.add(next)) {
				BeanDescriptor descriptor = validator.getConstraintsForClass(next);
				for (PropertyDescriptor property : descriptor.getConstrainedProperties()) {
					if (property.hasConstraints() && !property.getElementClass().isPrimitive()) {
						validator.validateValue(next, property.getPropertyName(), null);
					}
					if (property.isCascaded()) {
						waiting.add(property.getElementClass());
					}
				}
			}
		}
	}

	private static boolean isConstrained(Class<?> model) {
		Stream<AnnotatedElement> elements = Stream
			.of(Stream.of(model), Arrays.stream(model.getDeclaredFields()), Arrays.stream(model.getDeclaredMethods()))
			.flatMap((stream) -> stream);
		return elements.flatMap((element) -> Arrays.stream(element.getAnnotations()))
			.map(Annotation::annotationType)
			.anyMatch((type) -> type == Valid.class || type.isAnnotationPresent(Constraint.class));
	}

	private static final class Holder {

		static @Nullable ValidationException failure;

		static final @Nullable Validator VALIDATOR = create();

		private static @Nullable Validator create() {
			try {
				Configuration<?> configuration = Validation.byDefaultProvider().configure();
				// the default interpolator needs an expression language
				if (configuration.getClass().getName().startsWith("org.hibernate.validator.")) {
					configuration = Interpolation.withoutExpressions(configuration);
				}
				return configuration.buildValidatorFactory().getValidator();
			}
			catch (ValidationException ex) {
				failure = ex;
				return null;
			}
		}

	}

	private static final class Interpolation {

		static Configuration<?> withoutExpressions(Configuration<?> configuration) {
			return configuration.messageInterpolator(new ParameterMessageInterpolator());
		}

	}

}
