package io.memstate.storage.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.FactJson;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the log as Redis keeps it: three lines of JSON, of which the second is the
 * fact before and the third the fact after, empty where there is none. JSON as MemState
 * writes it has no line breaks of its own.
 */
final class EntryRecord {

	static final int FORMAT = 1;

	private EntryRecord() {
	}

	static byte[] write(StoredEntry entry, Function<StoredFact, String> json) {
		Map<String, Object> values = new LinkedHashMap<>();
		values.put("format", FORMAT);
		values.put("step", entry.step());
		values.put("operation", entry.operation());
		put(values, "sessionId", entry.sessionId());
		values.put("factId", entry.factId());
		values.put("version", CanonicalJson.integer(entry.version()));
		put(values, "actor", entry.actor());
		put(values, "reason", entry.reason());
		values.put("at", CanonicalJson.integer(Path.micros(entry.at())));
		put(values, "reverts", entry.reverts());
		put(values, "showed", entry.showed());
		IdempotentCall call = entry.call();
		if (call != null) {
			values.put("call", Map.of("key", call.key(), "fingerprint", call.fingerprint(), "ordinal", call.ordinal()));
		}
		return ByteWriter
			.utf8(CanonicalJson.write(values) + "\n" + image(entry.before(), json) + "\n" + image(entry.after(), json));
	}

	static StoredEntry read(long sequence, byte[] bytes) {
		String[] lines = ByteWriter.string(bytes).split("\n", -1);
		Map<String, Object> values = CanonicalJson.readObject(lines[0]);
		if (!Integer.valueOf(FORMAT).equals(values.get("format"))) {
			throw new IllegalStateException(
					"Log entry " + sequence + " has format " + values.get("format") + ", but this version reads format "
							+ FORMAT + "; use the version of MemState that wrote it, or a newer one");
		}
		return new StoredEntry(sequence, text(values, "step"), text(values, "operation"),
				(String) values.get("sessionId"), text(values, "factId"), fact(lines[1]), fact(lines[2]),
				number(values, "version"), (String) values.get("actor"), (String) values.get("reason"),
				Path.instant(number(values, "at")), (String) values.get("reverts"), (String) values.get("showed"),
				(values.get("call") instanceof Map<?, ?> call) ? call(call) : null);
	}

	private static String image(@Nullable StoredFact fact, Function<StoredFact, String> json) {
		return (fact != null) ? json.apply(fact) : "";
	}

	private static @Nullable StoredFact fact(String line) {
		return line.isEmpty() ? null : FactJson.read(line);
	}

	private static IdempotentCall call(Map<?, ?> values) {
		return new IdempotentCall((String) Objects.requireNonNull(values.get("key")),
				(String) Objects.requireNonNull(values.get("fingerprint")),
				((Number) Objects.requireNonNull(values.get("ordinal"))).intValue());
	}

	private static void put(Map<String, Object> values, String name, @Nullable String value) {
		if (value != null) {
			values.put(name, value);
		}
	}

	private static String text(Map<String, Object> values, String name) {
		return (String) Objects.requireNonNull(values.get(name), name);
	}

	private static long number(Map<String, Object> values, String name) {
		return ((Number) Objects.requireNonNull(values.get(name), name)).longValue();
	}

}
