package io.memstate.test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.MemoryHook;

/**
 * A hook that keeps what it is told, and fails if asked to.
 */
class RecordingHook implements MemoryHook {

	private final String name;

	private final List<List<FactChange>> deliveries = new CopyOnWriteArrayList<>();

	private volatile @Nullable Runnable interruption;

	RecordingHook(String name) {
		this.name = name;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public void apply(List<FactChange> changes) throws Exception {
		this.deliveries.add(List.copyOf(changes));
		Runnable interruption = this.interruption;
		if (interruption != null) {
			this.interruption = null;
			interruption.run();
		}
	}

	/** Does something at the next delivery, once it has been recorded. */
	void atNextDelivery(Runnable interruption) {
		this.interruption = interruption;
	}

	/** What each call brought. */
	List<List<FactChange>> deliveries() {
		return this.deliveries;
	}

	List<FactChange> changes() {
		return this.deliveries.stream().flatMap(List::stream).toList();
	}

	void forget() {
		this.deliveries.clear();
	}

	/** The facts as an index would hold them that goes by fences, by id. */
	Map<String, Fact> index() {
		Map<String, Long> fences = new HashMap<>();
		Map<String, Fact> facts = new HashMap<>();
		for (FactChange change : changes()) {
			if (change.fence() < fences.getOrDefault(change.factId(), 0L)) {
				continue;
			}
			fences.put(change.factId(), change.fence());
			Fact after = change.after();
			if (after != null) {
				facts.put(change.factId(), after);
			}
			else {
				facts.remove(change.factId());
			}
		}
		return facts;
	}

}
