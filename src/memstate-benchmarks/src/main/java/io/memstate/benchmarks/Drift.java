package io.memstate.benchmarks;

import java.util.Map;

/**
 * How an index differs from a database.
 *
 * @param facts what the database holds
 * @param entries what the index holds
 * @param missing facts that the index does not hold
 * @param stale facts that the index holds with another text
 * @param ghosts entries of the index without a fact
 */
record Drift(long facts, long entries, long missing, long stale, long ghosts) {

	static Drift between(Map<String, String> facts, Map<String, String> entries) {
		long missing = facts.keySet().stream().filter((id) -> !entries.containsKey(id)).count();
		long ghosts = entries.keySet().stream().filter((id) -> !facts.containsKey(id)).count();
		long stale = facts.entrySet()
			.stream()
			.filter((fact) -> entries.containsKey(fact.getKey()) && !fact.getValue().equals(entries.get(fact.getKey())))
			.count();
		return new Drift(facts.size(), entries.size(), missing, stale, ghosts);
	}

	long total() {
		return this.missing + this.stale + this.ghosts;
	}

}
