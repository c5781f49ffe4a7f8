package io.memstate.storage.redis;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Comparison;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepMark;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StorageQuery.SortKey;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;

/**
 * Units and queries made at random, but the same for the same seed.
 */
final class RandomUnits {

	static final Instant START = Instant.parse("2026-01-01T00:00:00.000001Z");

	static final List<String> NAMESPACES = List.of("default", "brace}{d", "ünï/𝄞 %41", "default\uFFFD");

	static final List<String> TYPES = List.of("note", "note2", "preference");

	static final List<String> SESSIONS = List.of("s", "s1", "zweite");

	static final List<Path> PATHS = List.of(Path.parse("a"), Path.parse("b.c"), Path.parse("`x.y`"));

	private static final String LONG = "long".repeat(15) + "end";

	private static final List<String> VALUES = List.of("null", "true", "false", "0", "1", "1.0", "-1", "10", "-10.5",
			"0.001", "123456789012345678901234567890", "123456789012345678901234567891",
			"12345678901234567890123456789012345678901", "12345678901234567890123456789012345678902", "-1e-30", "\"\"",
			"\"a\"", "\"ab\"", "\"x0\"", "\"a\\u0001\"", "\"𝄞\"", "\"\uFFFD\"", "\"ä\"", "\"" + LONG + "\"",
			"\"" + LONG + "x\"", "\"" + LONG + "xy\"", "\"" + LONG + "xz\"", "[]", "[1,\"a\"]", "[1]", "{}",
			"{\"k\":1}");

	private final Random random;

	private final Map<String, Long> versions = new HashMap<>();

	private final Map<String, Instant> created = new HashMap<>();

	private final List<String> steps = new ArrayList<>();

	private int number;

	Instant now = START;

	RandomUnits(long seed) {
		this.random = new Random(seed);
	}

	<T> T one(List<T> values) {
		return values.get(this.random.nextInt(values.size()));
	}

	boolean chance(int percent) {
		return this.random.nextInt(100) < percent;
	}

	int number(int bound) {
		return this.random.nextInt(bound);
	}

	String payload() {
		StringBuilder json = new StringBuilder("{");
		json.append("\"n\":").append(this.number);
		if (chance(80)) {
			json.append(",\"a\":").append(one(VALUES));
		}
		if (chance(60)) {
			json.append(",\"b\":").append(chance(80) ? "{\"c\":" + one(VALUES) + "}" : one(VALUES));
		}
		if (chance(50)) {
			json.append(",\"x.y\":").append(one(VALUES));
		}
		return json.append("}").toString();
	}

	Object value() {
		return Payload.ofJson("{\"v\":" + one(VALUES) + "}").map().get("v");
	}

	String id() {
		return "id" + this.random.nextInt(40);
	}

	String digest() {
		return String.valueOf((char) ('a' + this.random.nextInt(4))).repeat(64);
	}

	Unit unit(String namespace, Map<String, Set<Path>> indexed) {
		this.number++;
		if (chance(70)) {
			this.now = this.now.plus(this.random.nextInt(2000), ChronoUnit.MICROS);
		}
		String step = "step" + this.number;
		List<Precondition> preconditions = new ArrayList<>();
		List<FactState> facts = new ArrayList<>();
		List<StoredEntry> entries = new ArrayList<>();
		List<StepMark> marks = new ArrayList<>();
		Set<String> ids = new java.util.LinkedHashSet<>();
		int size = chance(95) ? 1 + this.random.nextInt(4) : 30;
		for (int i = 0; i < size; i++) {
			ids.add(id());
		}
		String session = chance(60) ? null : one(SESSIONS);
		boolean call = chance(10);
		if (!this.steps.isEmpty() && chance(25)) {
			String marked = one(this.steps);
			boolean undone = chance(60);
			marks.add(new StepMark(marked, undone));
			preconditions.add(new Precondition.StepUndone(marked, !undone));
		}
		for (String id : ids) {
			String key = namespace + "/" + id;
			long version = this.versions.getOrDefault(key, 0L);
			preconditions.add(new Precondition.VersionIs(id, chance(95) ? version : version + 1));
			FactState state = state(namespace, id, version + 1, session, step);
			if (state.key() != null) {
				preconditions.add(new Precondition.KeyAvailable(state.key(), chance(90) ? id : null));
			}
			facts.add(state);
			entries.add(new StoredEntry(0, step, one(List.of("COMMIT", "UPDATE")), session, id, null, state.fact(),
					version + 1, chance(50) ? "actor" : null, null, this.now.plusMillis(this.random.nextInt(3) - 1),
					marks.isEmpty() ? null : marks.get(0).step(), chance(50) ? "shown" : null,
					call ? new IdempotentCall("key" + this.number % 7, "print", entries.size()) : null));
		}
		if (call) {
			preconditions.add(new Precondition.IdempotencyKeyFree("key" + this.number % 7));
		}
		if (chance(30)) {
			preconditions.add(new Precondition.KeyFieldsAre(one(TYPES),
					one(List.of(List.of(), List.of("a"), List.of("a", "b")))));
		}
		StoredStep counted = chance(80) ? new StoredStep(step, session, session == null || chance(20), 0, null) : null;
		return new Unit(namespace, preconditions, facts, entries, counted, marks, indexed);
	}

	private FactState state(String namespace, String id, long version, String session, String step) {
		if (chance(20)) {
			return new FactState(id, version, chance(50) ? step : null, null, null);
		}
		Instant createdAt = this.created.computeIfAbsent(namespace + "/" + id, (key) -> this.now);
		StoredFact fact = new StoredFact(namespace, id, one(TYPES), Payload.ofJson(payload()),
				chance(30) ? "source" : null, session, chance(10), version, createdAt, this.now,
				chance(20) ? this.now.plusMillis(this.random.nextInt(60)) : null);
		return new FactState(id, version, step, fact, chance(30) ? digest() : null);
	}

	void applied(Unit unit) {
		unit.facts().forEach((state) -> this.versions.put(unit.namespace() + "/" + state.id(), state.version()));
		if (unit.step() != null) {
			this.steps.add(unit.step().step());
		}
	}

	StorageQuery query(String namespace) {
		String session = chance(50) ? null : one(SESSIONS);
		List<SortKey> order = new ArrayList<>();
		while (chance(50)) {
			order.add(new SortKey(chance(80) ? one(PATHS) : Path.parse("$updatedAt"), chance(50)));
		}
		return new StorageQuery(namespace, session, one(List.of(StorageQuery.Layers.values())),
				chance(70) ? one(TYPES) : null, chance(70) ? condition(2) : null, order, null,
				1 + this.random.nextInt(8), this.now);
	}

	Condition condition(int depth) {
		int kind = this.random.nextInt(depth > 0 ? 10 : 6);
		return switch (kind) {
			case 0 -> new Condition.Exists(one(PATHS));
			case 1 -> {
				List<Object> values = new ArrayList<>();
				for (int i = this.random.nextInt(4); i > 0; i--) {
					values.add(value());
				}
				yield new Condition.In(one(PATHS), values);
			}
			case 2, 3, 4, 5 -> new Comparison(one(PATHS), one(List.of(Operator.values())), value());
			case 6, 7 -> new Condition.And(List.of(condition(depth - 1), condition(depth - 1)));
			case 8 -> new Condition.Or(List.of(condition(depth - 1), condition(depth - 1)));
			default -> new Condition.Not(condition(depth - 1));
		};
	}

	List<SingletonKey> keys() {
		List<SingletonKey> keys = new ArrayList<>();
		for (String type : TYPES) {
			for (char c = 'a'; c < 'e'; c++) {
				keys.add(new SingletonKey(null, type, String.valueOf(c).repeat(64)));
				keys.add(new SingletonKey("s1", type, String.valueOf(c).repeat(64)));
			}
		}
		return keys;
	}

}
