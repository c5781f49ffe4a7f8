package io.memstate;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import jakarta.validation.metadata.ContainerDescriptor;
import jakarta.validation.metadata.ContainerElementTypeDescriptor;
import jakarta.validation.metadata.ElementDescriptor;
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

	private static void inspect(Validator validator, Class<?> model) {
		Set<Class<?>> seen = new HashSet<>();
		Deque<Class<?>> waiting = new ArrayDeque<>(List.of(model));
		while (!waiting.isEmpty()) {
			Class<?> next = waiting.pop();
			if (seen.add(next)) {
				for (PropertyDescriptor property : validator.getConstraintsForClass(next).getConstrainedProperties()) {
					validator.validateValue(next, property.getPropertyName(), sample(property));
					if (property.isCascaded()) {
						waiting.addAll(ModelTypes.ofProperty(next, property.getPropertyName()));
					}
					cascaded(property).forEach(waiting::add);
				}
			}
		}
	}

	/**
	 * A value that makes a provider look for the validators of all constraints: it does
	 * so only when it has something to check. That is null, except where a primitive or
	 * the elements of a container are to be checked.
	 */
	private static @Nullable Object sample(ElementDescriptor element) {
		Class<?> type = elementClass(element);
		Map<Integer, @Nullable Object> elements = new HashMap<>();
		for (ContainerElementTypeDescriptor contained : containerElements(element)) {
			type = (type != null) ? type : contained.getContainerClass();
			elements.put(contained.getTypeArgumentIndex(), sample(contained));
		}
		if (type != null && !elements.isEmpty()) {
			return sample(type, elements);
		}
		return (type != null && type.isPrimitive()) ? Array.get(Array.newInstance(type, 1), 0) : null;
	}

	private static @Nullable Object sample(Class<?> container, Map<Integer, @Nullable Object> elements) {
		if (Map.class.isAssignableFrom(container)) {
			return Collections.singletonMap(elements.get(0), elements.get(1));
		}
		if (Iterable.class.isAssignableFrom(container)) {
			return Collections.singletonList(elements.get(0));
		}
		return (container == Optional.class) ? Optional.ofNullable(elements.get(0)) : null;
	}

	// there is none for an element that has arguments of its own
	private static @Nullable Class<?> elementClass(ElementDescriptor element) {
		return element.getElementClass();
	}

	/** The classes of the elements that are validated, too. */
	private static Stream<Class<?>> cascaded(ElementDescriptor element) {
		return containerElements(element).stream()
			.flatMap((contained) -> Stream.concat(
					contained.isCascaded() ? Stream.ofNullable(elementClass(contained)) : Stream.empty(),
					cascaded(contained)));
	}

	private static Set<ContainerElementTypeDescriptor> containerElements(ElementDescriptor element) {
		return (element instanceof ContainerDescriptor container) ? container.getConstrainedContainerElementTypes()
				: Set.of();
	}

	/** Whether a class has constraints, also where nothing is there to inspect them. */
	static boolean isConstrained(Class<?> model) {
		return ModelTypes.annotations(model)
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
