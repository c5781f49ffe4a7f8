package io.memstate.test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.Filter;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks through a namespace for anything that is half-written: a fact without its log
 * entry, a log entry without its effect, an index that knows other facts than there are,
 * or a step of {@link RandomLoad} that was acknowledged and is not there. Nobody may
 * write meanwhile.
 *
 * @since 0.1.0
 */
public final class StoreAudit {

	private final MemoryStore store;

	private final String occasion;

	private final List<Fact> facts;

	private final List<LogEntry> log;

	/**
	 * Reads a namespace.
	 * @param store made by {@link RandomLoad#store}
	 * @param occasion what has happened, for messages
	 */
	public StoreAudit(MemoryStore store, String occasion) {
		this.store = store;
		this.occasion = occasion;
		expire(store);
		this.facts = store.query(FactQuery.all().anyLayer());
		this.log = store.log(LogQuery.all())
			.stream()
			.sorted(Comparator.comparingLong(LogEntry::sequence))
			.collect(Collectors.toCollection(ArrayList::new));
	}

	/** Nothing is to expire while the rest is looked at. */
	private static void expire(MemoryStore store) {
		Instant last = store.query(FactQuery.all().anyLayer())
			.stream()
			.map(Fact::expiresAt)
			.filter(Objects::nonNull)
			.max(Comparator.naturalOrder())
			.orElse(Instant.MIN);
		while (!Instant.now().isAfter(last)) {
			LockSupport.parkNanos(1_000_000);
		}
		store.maintenance();
	}

	/**
	 * The living facts of every layer.
	 * @return the facts
	 */
	public List<Fact> facts() {
		return this.facts;
	}

	/**
	 * The log.
	 * @return the entries, oldest first
	 */
	public List<LogEntry> log() {
		return this.log;
	}

	/**
	 * Expects the facts to be what the log says, each singleton to be one, and every
	 * query to find what there is.
	 * @return this
	 */
	public StoreAudit assertWhole() {
		assertChains();
		assertSingletons();
		assertQueries();
		return this;
	}

	/**
	 * Each fact's log is a chain that ends in what is stored, with no version left out.
	 */
	private void assertChains() {
		Map<String, List<LogEntry>> histories = this.log.stream().collect(Collectors.groupingBy(LogEntry::factId));
		Map<String, Fact> stored = new HashMap<>();
		this.facts.forEach((fact) -> stored.put(fact.id(), fact));
		assertNoneMissing("facts in the log", stored.keySet(), histories.keySet());
		histories.forEach((id, history) -> {
			Fact last = null;
			long version = 0;
			for (LogEntry entry : history) {
				version++;
				assertThat(entry.before()).as("%s: before %s", this.occasion, entry).isEqualTo(last);
				last = entry.after();
				assertThat((last != null) ? last.version() : version).as("%s: version of %s", this.occasion, entry)
					.isEqualTo(version);
			}
			assertThat(stored.get(id)).as("%s: fact '%s' and the end of its log", this.occasion, id).isEqualTo(last);
		});
	}

	// AssertJ looks for each in all of them, one by one
	private void assertNoneMissing(String what, Collection<String> expected, Set<String> found) {
		assertThat(expected.stream().filter((each) -> !found.contains(each))).as("%s: missing %s", this.occasion, what)
			.isEmpty();
	}

	private void assertSingletons() {
		Set<List<Object>> keys = new HashSet<>();
		for (Fact fact : this.facts) {
			if (fact.type().equals(RandomLoad.SINGLETON)) {
				assertThat(
						keys.add(List.of(Objects.requireNonNullElse(fact.sessionId(), ""), fact.payload().get("role"))))
					.as("%s: only %s", this.occasion, fact)
					.isTrue();
			}
		}
	}

	private void assertQueries() {
		for (String type : List.of(RandomLoad.NOTE, RandomLoad.SINGLETON)) {
			List<Fact> ofType = this.facts.stream().filter((fact) -> fact.type().equals(type)).toList();
			String path = type.equals(RandomLoad.NOTE) ? "text" : "value";
			assertThat(this.store.query(FactQuery.type(type).anyLayer())).as("%s: facts by type", this.occasion)
				.containsExactlyElementsOf(ofType);
			assertThat(this.store.query(FactQuery.type(type).anyLayer().where(Filter.gte(path, ""))))
				.as("%s: facts by indexed path", this.occasion)
				.containsExactlyElementsOf(ofType);
			assertThat(this.store.count(FactQuery.type(type).anyLayer())).as("%s: number of facts", this.occasion)
				.isEqualTo(ofType.size());
		}
		try (Stream<String> namespaces = this.store.namespaces()) {
			assertThat(this.facts.isEmpty() || namespaces.anyMatch(this.store.namespace()::equals))
				.as("%s: namespace in the list", this.occasion)
				.isTrue();
		}
		assertThat(this.store.query(FactQuery.all())).as("%s: long-term memory", this.occasion)
			.containsExactlyElementsOf(this.facts.stream().filter((fact) -> fact.sessionId() == null).toList());
		Map<String, List<Fact>> sessions = this.facts.stream()
			.filter((fact) -> fact.sessionId() != null)
			.collect(Collectors.groupingBy((fact) -> String.valueOf(fact.sessionId())));
		try (Stream<String> found = this.store.sessions()) {
			assertThat(found).as("%s: sessions", this.occasion).containsExactlyInAnyOrderElementsOf(sessions.keySet());
		}
		sessions.forEach((id, held) -> assertThat(this.store.session(id).query(FactQuery.all()))
			.as("%s: session '%s'", this.occasion, id)
			.containsExactlyElementsOf(held));
	}

	/**
	 * Expects every acknowledged step in the log, and no step in parts.
	 * @param acknowledged what {@link RandomLoad} acknowledged
	 * @return this
	 */
	public StoreAudit assertAcknowledged(Collection<String> acknowledged) {
		Map<String, List<LogEntry>> byReason = this.log.stream()
			.filter((entry) -> entry.reason() != null)
			.collect(Collectors.groupingBy((entry) -> String.valueOf(entry.reason())));
		assertNoneMissing("acknowledged steps", acknowledged, byReason.keySet());
		byReason.forEach((reason, entries) -> {
			int expected = Integer.parseInt(reason.substring(reason.indexOf('#') + 1));
			if (expected > 0) {
				assertThat(entries).as("%s: entries of '%s'", this.occasion, reason).hasSize(expected);
			}
			assertThat(entries.stream().map(LogEntry::step).distinct()).as("%s: steps of '%s'", this.occasion, reason)
				.hasSize(1);
		});
		return this;
	}

}
