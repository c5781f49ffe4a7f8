package io.memstate;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.type.LogicalType;

import io.memstate.storage.StoredFact;

/**
 * Between instances of classes and JSON, strictly: nothing is coerced, and unknown
 * properties are left alone.
 */
final class ModelMapper {

	private static final JsonMapper MAPPER = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNestingDepth(Integer.MAX_VALUE)
				.maxNumberLength(Integer.MAX_VALUE)
				.maxStringLength(Integer.MAX_VALUE)
				.build())
			.streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(2000).build())
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
			.build())
		.addModule(new SimpleModule().addSerializer(new InstantSerializer()).addSerializer(new DecimalSerializer()))
		.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
		.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
		.enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
		.withCoercionConfig(LogicalType.Textual,
				(config) -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
					.setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
					.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
		.withCoercionConfigDefaults((config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
		.build();

	private ModelMapper() {
	}

	/** What Jackson makes of an instance: a map, a list, or a scalar. */
	static @Nullable Object tree(Object model) {
		try {
			return MAPPER.readValue(MAPPER.writeValueAsBytes(model), Object.class);
		}
		catch (JacksonException | StackOverflowError ex) {
			throw new FactValidationException("An instance of " + model.getClass().getName()
					+ " can't be written as JSON: " + reason(ex) + "; change the class so that Jackson can write it",
					ex);
		}
	}

	static <T> T read(StoredFact fact, Class<T> model) {
		try {
			return read(fact.payload().json(), model);
		}
		catch (FactValidationException ex) {
			throw new FactValidationException("The fact '" + fact.id() + "' of type '" + fact.type()
					+ "' can't be read as " + model.getName() + ": " + ex.getMessage(), ex.getCause());
		}
	}

	static <T> T read(String json, Class<T> model) {
		try {
			return MAPPER.readValue(json, model);
		}
		catch (JacksonException ex) {
			throw new FactValidationException(reason(ex), ex);
		}
	}

	static String text(Instant time) {
		return time.truncatedTo(ChronoUnit.MICROS).toString();
	}

	/** The name of a constant as Jackson writes it, annotations included. */
	static String name(Enum<?> constant) {
		return String.valueOf(tree(constant));
	}

	private static String reason(Throwable failure) {
		return (failure instanceof JacksonException ex)
				? path(ex) + ex.getOriginalMessage().replaceFirst(" \\(but (could|might) if .*\\)$", "")
				: "it is nested too deep";
	}

	private static String path(JacksonException ex) {
		StringBuilder path = new StringBuilder();
		ex.getPath().forEach((reference) -> {
			if (reference.getPropertyName() != null) {
				path.append((path.length() > 0) ? "." : "").append(reference.getPropertyName());
			}
			else {
				path.append('[').append(reference.getIndex()).append(']');
			}
		});
		return (path.length() > 0) ? "'" + path + "': " : "";
	}

	private static final class InstantSerializer extends StdSerializer<Instant> {

		InstantSerializer() {
			super(Instant.class);
		}

		@Override
		public void serialize(Instant value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(text(value));
		}

	}

	/** Lets a decimal stay one: 100 would be read as an integer. */
	private static final class DecimalSerializer extends StdSerializer<BigDecimal> {

		DecimalSerializer() {
			super(BigDecimal.class);
		}

		@Override
		public void serialize(BigDecimal value, JsonGenerator generator, SerializationContext context) {
			String text = value.toString();
			generator.writeNumber(text.chars().allMatch((c) -> c == '-' || Character.isDigit(c)) ? text + ".0" : text);
		}

	}

}
