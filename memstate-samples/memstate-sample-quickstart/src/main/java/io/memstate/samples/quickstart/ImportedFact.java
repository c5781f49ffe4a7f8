package io.memstate.samples.quickstart;

import java.util.List;
import java.util.Map;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import io.memstate.Draft;

/**
 * A line of an import file that could be read.
 *
 * @param line its number
 * @param type the type of the fact
 * @param id the id of the fact, or null if it is to get one
 * @param sessionId the session it belongs to, or null for long-term memory
 * @param draft the fact
 */
record ImportedFact(long line, String type, String id, String sessionId, Draft draft) {

	private static final int MAX_SESSION_ID = 255;

	private static final List<String> KEYS = List.of("type", "id", "sessionId", "source", "payload");

	// The limits of the memory itself are narrower and refuse with a better message.
	private static final JsonMapper JSON = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(
					StreamReadConstraints.builder().maxNestingDepth(1100).maxNumberLength(100_000).build())
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.build())
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	/**
	 * Reads a line.
	 * @throws IllegalArgumentException if it is no fact, with the reason
	 */
	static ImportedFact parse(LineReader.Line line) {
		if (line.problem() != null) {
			throw new IllegalArgumentException(line.problem());
		}
		Map<?, ?> values = object(line.text());
		for (Object key : values.keySet()) {
			if (!KEYS.contains(key)) {
				throw new IllegalArgumentException("unknown key '" + key + "'; a line has " + String.join(", ", KEYS));
			}
		}
		String type = text(values, "type");
		if (type == null || !(values.get("payload") instanceof Map<?, ?>)) {
			throw new IllegalArgumentException("needs a 'type', a string, and a 'payload', a JSON object");
		}
		Draft draft = Draft.of(type, payload(values));
		String id = text(values, "id");
		if (id != null) {
			draft = draft.id(id);
		}
		String source = text(values, "source");
		if (source != null) {
			draft = draft.source(source);
		}
		return new ImportedFact(line.number(), type, id, sessionId(values), draft);
	}

	// of what the memory would refuse, it would say 'id', which is another key of the
	// line
	private static String sessionId(Map<?, ?> values) {
		String id = text(values, "sessionId");
		if (id != null && (id.isBlank() || id.codePointCount(0, id.length()) > MAX_SESSION_ID
				|| id.codePoints().anyMatch(ImportedFact::isNoCharacter))) {
			throw new IllegalArgumentException("'sessionId' must be 1 to " + MAX_SESSION_ID
					+ " characters, not all of them blank, without control characters and lone surrogates");
		}
		return id;
	}

	private static boolean isNoCharacter(int codePoint) {
		return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> payload(Map<?, ?> values) {
		return (Map<String, Object>) values.get("payload");
	}

	private static String text(Map<?, ?> values, String key) {
		Object value = values.get(key);
		if (value != null && !(value instanceof String)) {
			throw new IllegalArgumentException("'" + key + "' must be a string");
		}
		return (String) value;
	}

	private static Map<?, ?> object(String text) {
		try {
			if (JSON.readValue(text, Object.class) instanceof Map<?, ?> object) {
				return object;
			}
		}
		catch (JacksonException ex) {
			// without where the object began, which is the start of the line
			String reason = ex.getOriginalMessage().replaceFirst(" \\(start marker at .*", "");
			throw new IllegalArgumentException("not JSON: " + reason, ex);
		}
		throw new IllegalArgumentException("not a JSON object");
	}

}
