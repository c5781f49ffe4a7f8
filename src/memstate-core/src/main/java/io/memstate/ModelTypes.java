package io.memstate;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the members of a class say of its properties.
 */
final class ModelTypes {

	private ModelTypes() {
	}

	/**
	 * The classes in the type of a property: {@code List} and {@code Item} of
	 * {@code List<Item>}.
	 */
	static Set<Class<?>> ofProperty(Class<?> model, String property) {
		String suffix = Character.toUpperCase(property.charAt(0)) + property.substring(1);
		Set<String> getters = Set.of("get" + suffix, "is" + suffix);
		return hierarchy(model).flatMap((type) -> Stream.concat(
				Arrays.stream(type.getDeclaredFields())
					.filter((field) -> field.getName().equals(property))
					.map(Field::getGenericType),
				Arrays.stream(type.getDeclaredMethods())
					.filter((method) -> getters.contains(method.getName()) && method.getParameterCount() == 0)
					.map(Method::getGenericReturnType)))
			.flatMap(ModelTypes::classes)
			.collect(Collectors.toSet());
	}

	private static Stream<Class<?>> classes(Type type) {
		if (type instanceof Class<?> plain) {
			return Stream.of(plain.isArray() ? plain.getComponentType() : plain);
		}
		if (type instanceof ParameterizedType parameterized) {
			return Stream.concat(classes(parameterized.getRawType()),
					Arrays.stream(parameterized.getActualTypeArguments()).flatMap(ModelTypes::classes));
		}
		if (type instanceof WildcardType wildcard) {
			return Arrays.stream(wildcard.getUpperBounds()).flatMap(ModelTypes::classes);
		}
		return (type instanceof GenericArrayType array) ? classes(array.getGenericComponentType()) : Stream.empty();
	}

	/** The types of the annotations of a class, its members, and their types. */
	static Stream<Class<? extends Annotation>> annotations(Class<?> model) {
		return hierarchy(model)
			.flatMap((type) -> Stream.of(Stream.of(type), Arrays.stream(type.getDeclaredFields()),
					Arrays.stream(type.getDeclaredFields()).map(Field::getAnnotatedType).flatMap(ModelTypes::parts),
					Arrays.stream(type.getDeclaredMethods()),
					Arrays.stream(type.getDeclaredMethods())
						.map(Method::getAnnotatedReturnType)
						.flatMap(ModelTypes::parts)))
			.flatMap((elements) -> elements)
			.flatMap((element) -> Arrays.stream(element.getAnnotations()))
			.map(Annotation::annotationType);
	}

	private static Stream<AnnotatedElement> parts(AnnotatedType type) {
		Stream<AnnotatedType> inner = Stream.empty();
		if (type instanceof AnnotatedParameterizedType parameterized) {
			inner = Arrays.stream(parameterized.getAnnotatedActualTypeArguments());
		}
		else if (type instanceof AnnotatedArrayType array) {
			inner = Stream.of(array.getAnnotatedGenericComponentType());
		}
		return Stream.concat(Stream.of(type), inner.flatMap(ModelTypes::parts));
	}

	private static Stream<Class<?>> hierarchy(Class<?> model) {
		return Stream.iterate(model, (type) -> type != null && type != Object.class, Class::getSuperclass);
	}

}
