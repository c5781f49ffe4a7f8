package io.memstate.storage.jpa;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.CanonicalJson;
import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.FactAddress;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.Precondition;
import io.memstate.storage.StepMark;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What both databases must do, with raw units.
 */
abstract class AbstractJpaStorageTests {

	private static final List<String> VALUES = List.of("null", "true", "false", "0", "1", "-1", "1.5", "1.0",
			"1.00000000000000000001", "0.99999999999999999999", "9007199254740993", "9007199254740992",
			"9007199254740994.0", "1152921504606846977", "1152921504606846976", "1152921504606846980.0",
			"9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e300", "1e400", "-1e400", "0.1",
			"0.10000000000000000001", "0.1000000000000000055511151231257827", "\"\"", "\"1\"", "\"true\"", "\"a\"",
			"\"ab\"", "\"A\"", "\"\\u00e4\"", "\"\\uffff\"", "\"\\ud83d\\ude00\"", "\"it's\"", "\"[1]\"", "\"{}\"",
			"[]", "[1]", "[1,2]", "[1.0]", "[\"a\"]", "[null]", "[true]", "[[1]]", "[{\"x\":1}]", "[2]",
			"[\"ab\",\"a\"]", "{}", "{\"x\":1}", "{\"x\":2}", "{\"x\":1,\"y\":1}", "{\"a\":[]}", "{\"b\":1}",
			"{\"b\":{\"c\":\"a\"}}", "{\"0\":\"a\"}");

	/** What has rows after writes without hooks. */
	static final List<String> TABLES = List.of("memstate_fact", "memstate_log", "memstate_step", "memstate_type");

	/** The tests of a class share it: to start it takes longer than most of them do. */
	private static JpaStorage shared;

	private JpaStorage storage;

	/** An index would stay, so the next test begins with another storage. */
	private boolean indexed;

	/** A storage where nothing is stored yet. */
	abstract JpaStorage open();

	/** A connection past the storage that was opened last. */
	abstract Connection connect() throws SQLException;

	@BeforeEach
	void openStorage() {
		if (shared == null) {
			shared = open();
			shared.initialize();
		}
		this.storage = shared;
	}

	@AfterEach
	void removeAll() throws SQLException {
		if (this.indexed) {
			closeStorage();
			return;
		}
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			for (String table : TABLES) {
				statement.execute(this.storage.settings().tables().sql("delete from " + table));
			}
		}
	}

	@AfterAll
	static void closeStorage() {
		if (shared != null) {
			shared.close();
			shared = null;
		}
	}

	@Test
	void initializesAgain() {
		this.storage.initialize();
		Facts.put(this.storage, Facts.fact("a", "{}"));
		this.storage.initialize();
		assertThat(this.storage.facts("n", List.of("a"))).hasSize(1);
	}

	@Test
	void keepsAFact() {
		StoredFact fact = new StoredFact("n", "a", "t", Payload.ofJson("{\"z\":1.0,\"a\":[1e2,{\"b\":null}]}"),
				"source", "session", true, 3, Facts.START, Facts.START.plusSeconds(1), Facts.START.plusSeconds(2));
		FactState state = new FactState("a", 3, null, fact, "k");
		ApplyResult result = this.storage.apply(Facts.unit(List.of(), List.of(state)));
		assertThat(result).isInstanceOf(ApplyResult.Applied.class);
		FactState read = this.storage.facts("n", List.of("a", "b", "c")).get("a");
		assertThat(read).isEqualTo(state);
		assertThat(Objects.requireNonNull(read.fact()).payload().json())
			.isEqualTo("{\"a\":[100.0,{\"b\":null}],\"z\":1.0}");
		assertThat(this.storage.facts("other", List.of("a"))).isEmpty();
	}

	@Test
	void keepsTheVersionOfARemovedFact() {
		Facts.put(this.storage, Facts.fact("a", "{\"a\":1}"));
		this.storage.apply(Facts.unit(List.of(Facts.is("a", 1)), List.of(Facts.removed("a", 2))));
		assertThat(this.storage.facts("n", List.of("a"))).containsEntry("a", Facts.removed("a", 2));
		assertThat(this.storage.query(Facts.query())).isEmpty();
		assertThat(this.storage.namespaces(null, 10)).doesNotContain("n");
		assertThat(Facts.put(this.storage, Facts.fact("a", "t", null, 3, "{}")))
			.isInstanceOf(ApplyResult.Applied.class);
	}

	@Test
	void rejectsAnotherVersionAndWritesNothing() {
		Facts.put(this.storage, Facts.fact("a", "{\"a\":1}"));
		Unit unit = Facts.unit(List.of(Facts.is("a", 0), Facts.is("b", 0)),
				List.of(Facts.state(Facts.fact("a", "{\"a\":2}"), null), Facts.state(Facts.fact("b", "{}"), null)));
		assertThat(this.storage.apply(unit)).isEqualTo(new ApplyResult.Rejected(List.of(Facts.is("a", 0))));
		assertThat(this.storage.facts("n", List.of("a", "b")).keySet()).containsExactly("a");
		assertThat(this.storage.log(StorageLogQuery.newest("n", 10))).hasSize(1);
	}

	@Test
	void keepsSingletonKeysUnique() {
		this.storage
			.apply(Facts.unit(List.of(Facts.free("k", null)), List.of(Facts.state(Facts.fact("a", "{}"), "k"))));
		assertThat(this.storage.singletons("n", List.of(Facts.key("k"), Facts.key("l"))).keySet())
			.containsExactly(Facts.key("k"));
		assertThat(this.storage
			.apply(Facts.unit(List.of(Facts.free("k", null)), List.of(Facts.state(Facts.fact("b", "{}"), "k")))))
			.isEqualTo(new ApplyResult.Rejected(List.of(Facts.free("k", null))));
		assertThatExceptionOfType(StorageException.class).isThrownBy(
				() -> this.storage.apply(Facts.unit(List.of(), List.of(Facts.state(Facts.fact("b", "{}"), "k")))));
		assertThat(this.storage.apply(Facts.unit(List.of(Facts.free("k", "a")),
				List.of(Facts.state(Facts.fact("a", "t", null, 2, "{}"), "k")))))
			.isInstanceOf(ApplyResult.Applied.class);
	}

	@Test
	void letsFactsExchangeKeys() {
		this.storage.apply(Facts.unit(List.of(), List.of(Facts.state(Facts.fact("a", "{}"), "k"),
				Facts.state(Facts.fact("b", "{}"), "l"), Facts.state(Facts.fact("c", "{}"), "m"))));
		ApplyResult result = this.storage
			.apply(Facts.unit(List.of(Facts.free("k", "a"), Facts.free("l", "b"), Facts.free("m", "c")),
					List.of(Facts.state(Facts.fact("a", "t", null, 2, "{}"), "l"),
							Facts.state(Facts.fact("b", "t", null, 2, "{}"), "m"), Facts.removed("c", 2),
							Facts.state(Facts.fact("d", "t", null, 1, "{}"), "k"))));
		assertThat(result).isInstanceOf(ApplyResult.Applied.class);
		Map<?, FactState> held = this.storage.singletons("n", List.of(Facts.key("k"), Facts.key("l"), Facts.key("m")));
		assertThat(held.get(Facts.key("k")).id()).isEqualTo("d");
		assertThat(held.get(Facts.key("l")).id()).isEqualTo("a");
		assertThat(held.get(Facts.key("m")).id()).isEqualTo("b");
	}

	@Test
	void remembersKeyFields() {
		Precondition role = new Precondition.KeyFieldsAre("t", List.of("role"));
		Precondition none = new Precondition.KeyFieldsAre("t", List.of());
		Unit first = Facts.unit(List.of(role), List.of(Facts.state(Facts.fact("a", "{}"), null)));
		assertThat(this.storage.apply(first)).isInstanceOf(ApplyResult.Applied.class);
		assertThat(this.storage.apply(Facts.unit(List.of(none), List.of(Facts.state(Facts.fact("b", "{}"), null)))))
			.isEqualTo(new ApplyResult.Rejected(List.of(none)));
		assertThat(this.storage.apply(Facts.unit(List.of(role), List.of(Facts.removed("a", 2)))))
			.isInstanceOf(ApplyResult.Applied.class);
		assertThat(this.storage.apply(Facts.unit(List.of(none), List.of(Facts.state(Facts.fact("b", "{}"), null)))))
			.isInstanceOf(ApplyResult.Applied.class);
		assertThat(this.storage.apply(Facts.unit(List.of(role), List.of())))
			.isEqualTo(new ApplyResult.Rejected(List.of(role)));
	}

	@Test
	void takesATypeThatWasNeverNotedForOneWithoutKeyFields() {
		Facts.put(this.storage, Facts.fact("a", "{}"));
		Precondition role = new Precondition.KeyFieldsAre("t", List.of("role"));
		assertThat(this.storage.apply(Facts.unit(List.of(role), List.of())))
			.isEqualTo(new ApplyResult.Rejected(List.of(role)));
		assertThat(this.storage.apply(Facts.unit(List.of(new Precondition.KeyFieldsAre("t", List.of())), List.of())))
			.isInstanceOf(ApplyResult.Applied.class);
	}

	@Test
	void keepsTheLog() {
		StoredFact before = Facts.fact("a", "{\"a\":1}");
		StoredFact after = Facts.fact("a", "t", "session", 2, "{\"a\":2}");
		StoredEntry entry = new StoredEntry(0, "step", "UPDATE", "session", "a", before, after, 2, "who", "why",
				Facts.START, "reverted", "showed", new IdempotentCall("call", "print", 1));
		StoredEntry bare = new StoredEntry(0, "step", "COMMIT", null, "b", null, null, 1, null, null,
				Facts.START.plusSeconds(1), null, null, null);
		ApplyResult.Applied applied = (ApplyResult.Applied) this.storage
			.apply(Facts.unit(List.of(entry, bare), null, List.of()));
		assertThat(applied.sequences()).hasSize(2).isSorted().doesNotHaveDuplicates();
		StoredEntry first = entry.withSequence(applied.sequences().get(0));
		StoredEntry second = bare.withSequence(applied.sequences().get(1));
		assertThat(this.storage.log(StorageLogQuery.newest("n", 10))).containsExactly(second, first);
		assertThat(this.storage.log(StorageLogQuery.newest("n", 1))).containsExactly(second);
		assertThat(this.storage.log(StorageLogQuery.newest("n", 9).beyond(second.sequence()))).containsExactly(first);
		assertThat(log("session", null, null, null, null)).containsExactly(first);
		assertThat(log(null, "b", null, null, null)).containsExactly(second);
		assertThat(log(null, null, "UPDATE", null, null)).containsExactly(first);
		assertThat(log(null, null, null, "step", null)).containsExactly(first, second);
		assertThat(log(null, null, null, null, "call")).containsExactly(first);
		assertThat(this.storage.log(new StorageLogQuery("n", null, null, null, null, null, Facts.START,
				Facts.START.plusMillis(1), first.sequence() - 1, true, 5)))
			.containsExactly(first);
		assertThat(this.storage.log(StorageLogQuery.newest("other", 10))).isEmpty();
		Precondition free = new Precondition.IdempotencyKeyFree("call");
		assertThat(this.storage.apply(Facts.unit(List.of(free), List.of())))
			.isEqualTo(new ApplyResult.Rejected(List.of(free)));
	}

	private List<StoredEntry> log(String session, String fact, String operation, String step, String call) {
		return this.storage
			.log(new StorageLogQuery("n", session, fact, operation, step, call, null, null, null, true, 10));
	}

	@Test
	void findsTheLastEntriesAtATime() {
		for (int i = 0; i < 3; i++) {
			for (String id : List.of("a", "b", "c")) {
				this.storage.apply(Facts.unit(List.of(new StoredEntry(0, "s" + i, "UPDATE", null, id, null, null, i + 1,
						null, null, Facts.START.plusSeconds(i), null, null, null)), null, List.of()));
			}
		}
		assertThat(this.storage.lastEntries("n", Facts.START.plusSeconds(1), null, 2))
			.extracting(StoredEntry::factId, StoredEntry::version)
			.containsExactly(org.assertj.core.groups.Tuple.tuple("a", 2L),
					org.assertj.core.groups.Tuple.tuple("b", 2L));
		assertThat(this.storage.lastEntries("n", Facts.START.plusSeconds(9), "b", 2))
			.extracting(StoredEntry::factId, StoredEntry::version)
			.containsExactly(org.assertj.core.groups.Tuple.tuple("c", 3L));
		assertThat(this.storage.lastEntries("n", Facts.START.minusSeconds(1), null, 2)).isEmpty();
	}

	@Test
	void countsStepsAndMarksThem() {
		List<Long> sequences = new ArrayList<>();
		for (String step : List.of("s1", "s2", "s3")) {
			ApplyResult result = this.storage
				.apply(Facts.unit(List.of(Facts.entry(step, Facts.removed("a", 1))), step(step), List.of()));
			sequences.addAll(((ApplyResult.Applied) result).sequences());
		}
		assertThat(this.storage.steps(new StepQuery("n", null, StepQuery.Selection.ALL, 2)))
			.containsExactly(done("s3", sequences.get(2)), done("s2", sequences.get(1)));
		StoredEntry undo = new StoredEntry(0, "r", "ROLLBACK", null, "a", null, null, 2, null, null, Facts.START, "s3",
				null, null);
		ApplyResult.Applied undone = (ApplyResult.Applied) this.storage
			.apply(new Unit("n", List.of(new Precondition.StepUndone("s3", false)), List.of(), List.of(undo, undo),
					null, List.of(new StepMark("s3", true)), Map.of()));
		assertThat(this.storage.steps(new StepQuery("n", null, StepQuery.Selection.DONE, 1)))
			.containsExactly(done("s2", sequences.get(1)));
		assertThat(this.storage.steps(new StepQuery("n", null, StepQuery.Selection.UNDONE, 9)))
			.containsExactly(new StoredStep("s3", "session", true, sequences.get(2), undone.sequences().get(0)));
		assertThat(this.storage.steps(new StepQuery("n", "session", StepQuery.Selection.ALL, 9))).hasSize(3);
		assertThat(this.storage.steps(new StepQuery("n", "session", StepQuery.Selection.DONE, 9))).hasSize(2);
		assertThat(this.storage.steps(new StepQuery("n", "session", StepQuery.Selection.UNDONE, 9))).hasSize(1);
		assertThat(this.storage.steps(new StepQuery("n", "other", StepQuery.Selection.ALL, 9))).isEmpty();
		for (Precondition wrong : List.of(new Precondition.StepUndone("s3", false),
				new Precondition.StepUndone("s2", true), new Precondition.StepUndone("unknown", false))) {
			assertThat(this.storage.apply(Facts.unit(List.of(wrong), List.of())))
				.isEqualTo(new ApplyResult.Rejected(List.of(wrong)));
		}
		this.storage.apply(Facts.unit(List.of(), null, List.of(new StepMark("s3", false))));
		assertThat(this.storage.steps(new StepQuery("n", null, StepQuery.Selection.UNDONE, 9))).isEmpty();
		ApplyResult.Applied more = (ApplyResult.Applied) this.storage
			.apply(Facts.unit(List.of(Facts.entry("s1", Facts.removed("b", 1))), step("s1"), List.of()));
		assertThat(this.storage.steps(new StepQuery("n", null, StepQuery.Selection.ALL, 1)))
			.containsExactly(done("s1", more.sequences().get(0)));
	}

	private static StoredStep step(String id) {
		return new StoredStep(id, "session", true, 0, null);
	}

	private static StoredStep done(String id, long sequence) {
		return new StoredStep(id, "session", true, sequence, null);
	}

	@Test
	void seesLayersAndTypesAndExpiry() {
		Facts.putAll(this.storage,
				List.of(Facts.fact("a", "{}"), Facts.fact("b", "u", null, 1, "{}"), Facts.fact("c", "t", "s1", 1, "{}"),
						Facts.fact("d", "t", "s2", 1, "{}"),
						Facts.at(Facts.fact("e", "{}"), Facts.START, Facts.START.plusSeconds(60)),
						Facts.at(Facts.fact("f", "t", "s3", 1, "{}"), Facts.START, Facts.START.plusSeconds(30))));
		Instant now = Facts.START.plusSeconds(60);
		assertThat(ids(layers(null, StorageQuery.Layers.OWN, null, now))).containsExactly("a", "b");
		assertThat(ids(layers(null, StorageQuery.Layers.OWN, "t", now.minusNanos(1000)))).containsExactly("a", "e");
		assertThat(ids(layers("s1", StorageQuery.Layers.OWN, null, now))).containsExactly("c");
		assertThat(ids(layers("s1", StorageQuery.Layers.WITH_LONG_TERM, null, now))).containsExactly("a", "b", "c");
		assertThat(ids(layers(null, StorageQuery.Layers.WITH_LONG_TERM, null, now))).containsExactly("a", "b");
		assertThat(ids(layers(null, StorageQuery.Layers.ANY, "t", now))).containsExactly("a", "c", "d");
		assertThat(this.storage.due(now, 10)).containsExactly(new FactAddress("n", "f"), new FactAddress("n", "e"));
		assertThat(this.storage.due(now, 1)).containsExactly(new FactAddress("n", "f"));
		assertThat(this.storage.due(Facts.START, 1)).isEmpty();
		assertThat(this.storage.sessions("n", now, null, 10)).containsExactly("s1", "s2");
		assertThat(this.storage.sessions("n", now, "s1", 10)).containsExactly("s2");
		assertThat(this.storage.sessions("n", now, null, 1)).containsExactly("s1");
		assertThat(this.storage.namespaces(null, 10)).containsExactly("n");
		assertThat(this.storage.namespaces("n", 10)).isEmpty();
	}

	private static StorageQuery layers(String session, StorageQuery.Layers layers, String type, Instant now) {
		return new StorageQuery("n", session, layers, type, null, List.of(), null, 100, now);
	}

	private List<String> ids(StorageQuery query) {
		assertThat(this.storage.count(query)).isEqualTo(OptionalLong.of(this.storage.query(query).size()));
		return this.storage.query(query).stream().map(FactState::id).toList();
	}

	@Test
	void sortsExactly() {
		List<StoredFact> facts = storeValues();
		for (String path : List.of("v", "w.x-y", "v.b", "`q\"u\\o`", "$id", "$source", "$version", "$createdAt")) {
			for (boolean descending : List.of(false, true)) {
				List<StorageQuery.SortKey> order = List.of(new StorageQuery.SortKey(Path.parse(path), descending));
				assertPagesAndStream(facts, Facts.query(Facts.query(), order));
			}
		}
		assertPagesAndStream(facts,
				Facts.query(Facts.query(),
						List.of(new StorageQuery.SortKey(Path.parse("$source"), true),
								new StorageQuery.SortKey(Path.parse("v"), true),
								new StorageQuery.SortKey(Path.parse("w.x-y"), false))));
		assertPagesAndStream(facts, Facts.query());
	}

	private void assertPagesAndStream(List<StoredFact> facts, StorageQuery query) {
		List<String> expected = facts.stream().sorted(query.comparator()).map(StoredFact::id).toList();
		List<String> paged = new ArrayList<>();
		StoredFact after = null;
		List<FactState> page;
		do {
			page = this.storage.query(query.page(after, 7));
			for (FactState state : page) {
				paged.add(state.id());
				after = state.fact();
			}
		}
		while (page.size() == 7);
		assertThat(paged).as("pages by " + query.order()).isEqualTo(expected);
		try (Stream<FactState> stream = this.storage.stream(query.page(null, 5))) {
			assertThat(stream.map(FactState::id)).as("stream by " + query.order()).isEqualTo(expected);
		}
		StoredFact middle = facts.get(facts.size() / 2);
		try (Stream<FactState> stream = this.storage.stream(query.page(middle, 5))) {
			assertThat(stream.map(FactState::id))
				.isEqualTo(expected.subList(expected.indexOf(middle.id()) + 1, expected.size()));
		}
	}

	private List<StoredFact> storeValues() {
		List<String> values = new ArrayList<>(VALUES);
		Collections.shuffle(values, new Random(42));
		List<StoredFact> facts = new ArrayList<>();
		for (int i = 0; i < values.size(); i++) {
			String value = values.get(i);
			String json = "{\"v\":" + value + ",\"w\":{\"x-y\":" + value + "},\"q\\\"u\\\\o\":" + value + "}";
			facts.add(new StoredFact("n", "id" + (char) ('a' + i % 26) + i, "t", Payload.ofJson(json),
					(i % 3 == 0) ? null : "source" + i % 3, null, false, 1 + i % 4, Facts.START.plusSeconds(i % 5),
					Facts.START, null));
		}
		facts.add(Facts.fact("missing", "{}"));
		facts.add(Facts.fact("missing2", "{\"x\":1}"));
		Facts.putAll(this.storage, facts);
		return facts;
	}

	@Test
	void filtersNeverTooLittleAndCountsExactly() {
		List<StoredFact> facts = storeValues();
		assertConditions(facts, Stream.concat(onPayloads(5, 7).stream(), onFacts().stream()).toList());
		index(Path.parse("v"), Path.parse("w.x-y"), Path.parse("`q\"u\\o`"));
		index(Path.parse("v"));
		// of other paths an index of this one makes no difference
		assertConditions(facts, onPayloads(2, VALUES.size()));
	}

	private void index(Path... paths) {
		this.indexed = true;
		this.storage.index("t", Set.of(paths));
	}

	private void assertConditions(List<StoredFact> facts, List<Condition> single) {
		int exact = 0;
		List<Condition> conditions = combined(single);
		for (Condition condition : conditions) {
			StorageQuery query = new StorageQuery("n", null, StorageQuery.Layers.OWN, "t", condition, List.of(), null,
					1000, Facts.START.plusSeconds(3600));
			List<String> expected = facts.stream().filter(condition::matches).map(StoredFact::id).sorted().toList();
			List<String> found = this.storage.query(query)
				.stream()
				.map((state) -> Objects.requireNonNull(state.fact()))
				.filter(condition::matches)
				.map(StoredFact::id)
				.sorted()
				.toList();
			assertThat(found).as(condition.toString()).isEqualTo(expected);
			OptionalLong count = this.storage.count(query);
			if (count.isPresent()) {
				assertThat(count.getAsLong()).as("count of " + condition).isEqualTo(expected.size());
				exact++;
			}
		}
		assertThat(exact).isGreaterThan(conditions.size() / 2);
	}

	private static List<Condition> onPayloads(int every, int everyOther) {
		List<Object> values = new ArrayList<>();
		VALUES.forEach((json) -> values.add(CanonicalJson.readObject("{\"v\":" + json + "}").get("v")));
		List<Condition> conditions = new ArrayList<>();
		for (String name : List.of("v", "w.x-y", "v.b", "v.b.c", "v.0", "`q\"u\\o`")) {
			Path path = Path.parse(name);
			for (int i = 0; i < values.size(); i += name.equals("v") ? every : everyOther) {
				for (Operator operator : Operator.values()) {
					conditions.add(new Condition.Comparison(path, operator, values.get(i)));
				}
			}
			conditions.add(new Condition.In(path, values.subList(0, 5)));
			conditions.add(new Condition.In(path, List.of("a", 1, "it's")));
			conditions.add(new Condition.Exists(path));
		}
		return conditions;
	}

	/** What no index of a path has to do with. */
	private static List<Condition> onFacts() {
		List<Condition> conditions = new ArrayList<>();
		for (String name : List.of("$id", "$type", "$source", "$version", "$createdAt", "$updatedAt")) {
			Path path = Path.parse(name);
			for (Object value : List.of("idc2", "t", "source1", "source", "", 2, 2.5, Path.micros(Facts.START),
					new BigDecimal("1.00000000000000000001"), BigInteger.TEN.pow(30), BigInteger.TEN.pow(30).negate(),
					true)) {
				for (Operator operator : Operator.values()) {
					conditions.add(new Condition.Comparison(path, operator, value));
				}
			}
			conditions.add(new Condition.In(path, List.of("source1", "t", 1)));
			conditions.add(new Condition.Exists(path));
		}
		return conditions;
	}

	private static List<Condition> combined(List<Condition> conditions) {
		List<Condition> combined = new ArrayList<>(conditions);
		for (int i = 0; i + 1 < conditions.size(); i++) {
			if (i % 3 == 0) {
				combined.add(new Condition.Not(conditions.get(i)));
			}
			if (i % 7 == 0) {
				combined.add(new Condition.And(List.of(conditions.get(i), new Condition.Not(conditions.get(i + 1)))));
				combined.add(new Condition.Or(List.of(conditions.get(i), conditions.get(i + 1))));
				combined.add(new Condition.Not(new Condition.Or(List.of(conditions.get(i), conditions.get(i + 1)))));
			}
		}
		combined.add(new Condition.And(List.of()));
		combined.add(new Condition.Or(List.of()));
		return combined;
	}

	@Test
	void keepsLongValuesThatHaveAnIndex() {
		index(Path.parse("v"));
		String text = new Random(1).ints(60_000, 'a', 'z' + 1)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
		String number = new Random(1).ints(4_000, '1', '9' + 1)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
		Facts.putAll(this.storage, List.of(Facts.fact("a", "{\"v\":\"" + text + "\"}"),
				Facts.fact("b", "{\"v\":" + number + "}"), Facts.fact("c", "{\"v\":0." + number + "}")));
		assertThat(filtered(Operator.EQ, text)).containsExactly("a");
		assertThat(filtered(Operator.GT, text.substring(0, 50_000))).containsExactly("a");
		assertThat(filtered(Operator.STARTS_WITH, text.substring(0, 50_000))).containsExactly("a");
		assertThat(filtered(Operator.GTE, new BigInteger(number))).containsExactly("b");
		assertThat(filtered(Operator.LTE, new BigDecimal("0." + number))).containsExactly("c");
	}

	private List<String> filtered(Operator operator, Object value) {
		Condition condition = new Condition.Comparison(Path.parse("v"), operator, value);
		return this.storage
			.query(new StorageQuery("n", null, StorageQuery.Layers.OWN, "t", condition, List.of(), null, 10,
					Facts.START))
			.stream()
			.filter((state) -> condition.matches(Objects.requireNonNull(state.fact())))
			.map(FactState::id)
			.toList();
	}

	@Test
	void writesLargeUnits() {
		int count = 10_000;
		List<StoredFact> facts = IntStream.range(0, count)
			.mapToObj((i) -> Facts.fact("f" + i, "{\"i\":" + i + "}"))
			.toList();
		List<Precondition> preconditions = facts.stream().map((fact) -> Facts.is(fact.id(), 0)).toList();
		ApplyResult result = this.storage
			.apply(Facts.unit(preconditions, facts.stream().map((fact) -> Facts.state(fact, null)).toList()));
		assertThat(((ApplyResult.Applied) result).sequences()).hasSize(count).isSorted();
		assertThat(this.storage.facts("n", facts.stream().map(StoredFact::id).toList())).hasSize(count);
		try (Stream<FactState> stream = this.storage.stream(Facts.query())) {
			assertThat(stream.map(FactState::fact)).hasSize(count)
				.isSortedAccordingTo(Comparator.nullsFirst(Facts.query().comparator()));
		}
	}

	@Test
	void losesNoUpdateUnderConcurrency() throws Exception {
		Facts.put(this.storage, Facts.fact("a", "{}"));
		int threads = 8;
		int each = 25;
		run(threads, () -> {
			for (int i = 0; i < each; i++) {
				ApplyResult result;
				do {
					long version = this.storage.facts("n", List.of("a")).get("a").version();
					result = Facts.put(this.storage, Facts.fact("a", "t", null, version + 1, "{}"));
				}
				while (result instanceof ApplyResult.Rejected);
			}
			return null;
		});
		assertThat(this.storage.facts("n", List.of("a")).get("a").version()).isEqualTo(1 + threads * each);
		List<StoredEntry> history = log(null, "a", null, null, null, 1000);
		assertThat(history).extracting(StoredEntry::version).isSorted().hasSize(1 + threads * each);
	}

	private List<StoredEntry> log(String session, String fact, String operation, String step, String call, int limit) {
		return this.storage
			.log(new StorageLogQuery("n", session, fact, operation, step, call, null, null, null, true, limit));
	}

	@Test
	void settlesRacesForNewIdsKeysAndCalls() throws Exception {
		for (int round = 0; round < 20; round++) {
			String id = "id" + round;
			String key = "k" + round;
			List<ApplyResult> results = run(8, () -> {
				Unit unit = Facts.unit(List.of(Facts.is(id, 0)), List.of(Facts.state(Facts.fact(id, "{}"), null)));
				return this.storage.apply(unit);
			});
			assertOneApplied(results, Facts.is(id, 0));
			results = run(8, () -> {
				String other = java.util.UUID.randomUUID().toString();
				Unit unit = Facts.unit(List.of(Facts.is(other, 0), Facts.free(key, null)),
						List.of(Facts.state(Facts.fact(other, "{}"), key)));
				return this.storage.apply(unit);
			});
			assertOneApplied(results, Facts.free(key, null));
			Precondition free = new Precondition.IdempotencyKeyFree(key);
			results = run(8, () -> {
				StoredEntry entry = new StoredEntry(0, java.util.UUID.randomUUID().toString(), "COMMIT", null, "x",
						null, null, 1, null, null, Facts.START, null, null, new IdempotentCall(key, "print", 0));
				return this.storage
					.apply(new Unit("n", List.of(free), List.of(), List.of(entry), null, List.of(), Map.of()));
			});
			assertOneApplied(results, free);
			results = run(8, () -> {
				int fields = java.util.concurrent.ThreadLocalRandom.current().nextInt(2);
				String other = java.util.UUID.randomUUID().toString();
				return this.storage.apply(Facts.unit(
						List.of(new Precondition.KeyFieldsAre(key, (fields == 0) ? List.of() : List.of("role"))),
						List.of(Facts.state(Facts.fact(other, key, null, 1, "{\"fields\":" + fields + "}"), null))));
			});
			assertThat(results).hasAtLeastOneElementOfType(ApplyResult.Applied.class);
			assertThat(this.storage.query(
					new StorageQuery("n", null, StorageQuery.Layers.OWN, key, null, List.of(), null, 10, Facts.START)))
				.extracting((state) -> Objects.requireNonNull(state.fact()).payload().json())
				.containsOnly(this.storage
					.query(new StorageQuery("n", null, StorageQuery.Layers.OWN, key, null, List.of(), null, 1,
							Facts.START))
					.get(0)
					.fact()
					.payload()
					.json());
		}
	}

	private static void assertOneApplied(List<ApplyResult> results, Precondition otherwise) {
		assertThat(results).filteredOn(ApplyResult.Applied.class::isInstance).hasSize(1);
		assertThat(results).filteredOn(ApplyResult.Rejected.class::isInstance)
			.hasSize(results.size() - 1)
			.containsOnly(new ApplyResult.Rejected(List.of(otherwise)));
	}

	static <R> List<R> run(int threads, Callable<R> task) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<R> results = new ArrayList<>();
			List<Future<R>> futures = executor.invokeAll(Collections.nCopies(threads, task));
			for (Future<R> future : futures) {
				results.add(future.get(Duration.ofMinutes(1).toSeconds(), java.util.concurrent.TimeUnit.SECONDS));
			}
			return results;
		}
		finally {
			executor.shutdownNow();
		}
	}

}
