package io.memstate.benchmarks;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.memstate.Change;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.FactQuery;
import io.memstate.HookMode;
import io.memstate.HookStatus;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemoryHook;
import io.memstate.MemoryStore;
import io.memstate.storage.Storage;

/**
 * Texts as facts, with the index as a hook.
 */
final class MemStateNotes implements Notes {

	private final Storage storage;

	private final MemoryStore store;

	MemStateNotes(String location, String name, Index index, HookMode mode, Clock clock) {
		this.storage = Backend.open(location);
		this.store = MemoryStore.builder(this.storage)
			.namespace(name)
			.hook(new IndexHook(name, index))
			.hookMode(mode)
			.hookBackOff(Duration.ofMillis(10))
			.clock(clock)
			.build();
	}

	@Override
	public void put(String id, String text) {
		this.store.commit(Draft.of("note", Map.of("text", text)).id(id), Change.by("benchmark").because(text));
	}

	@Override
	public void delete(String id) {
		this.store.delete(id);
	}

	@Override
	public Map<String, String> texts() {
		Map<String, String> texts = new HashMap<>();
		try (var facts = this.store.stream(FactQuery.all())) {
			facts.forEach((fact) -> texts.put(fact.id(), text(fact)));
		}
		return texts;
	}

	/** The texts that were ever put. */
	Set<String> log() {
		Set<String> log = new HashSet<>();
		LogQuery query = LogQuery.all().limit(1000);
		List<LogEntry> page = this.store.log(query);
		while (!page.isEmpty()) {
			page.forEach((entry) -> log.add(entry.reason()));
			page = this.store.log(query.before(page.get(page.size() - 1).sequence()));
		}
		return log;
	}

	@Override
	public boolean repair() {
		this.store.maintenance();
		return pending() == 0;
	}

	/** How many changes the index is still to be told of. */
	long pending() {
		HookStatus status = this.store.hooks().list().get(0);
		return status.pending() + status.parked() + status.intents();
	}

	void deliver() {
		this.store.hooks().deliver();
	}

	@Override
	public void close() {
		this.store.close();
		this.storage.close();
	}

	private static String text(Fact fact) {
		return (String) fact.payload().get("text");
	}

	/**
	 * An index as a hook.
	 *
	 * @param name the name of the hook
	 * @param index the index
	 */
	private record IndexHook(String name, Index index) implements MemoryHook {

		@Override
		public void apply(List<FactChange> changes) throws Exception {
			this.index.take(changes.stream()
				.map((change) -> new Index.Entry(change.factId(), change.fence(),
						(change.after() != null) ? text(change.after()) : null))
				.toList());
		}

	}

}
