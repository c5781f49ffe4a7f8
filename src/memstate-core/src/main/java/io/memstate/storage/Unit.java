package io.memstate.storage;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * One atomic write of one namespace: applied whole or not at all.
 *
 * @param namespace the namespace
 * @param preconditions what must be true before
 * @param facts the new states, at most one for each id
 * @param entries the log entries, in order; the storage gives the sequences
 * @param step the counted step that the entries make or go on with, or null if they make
 * none. A step that is already known only takes the higher sequence
 * @param marks the counted steps that the unit undoes or does again
 * @param indexed the paths to keep an index on, by type, for the types of
 * {@link #facts()}
 * @param outbox the entries that hooks are to be told of later
 * @since 0.1.0
 */
public record Unit(String namespace, List<Precondition> preconditions, List<FactState> facts, List<StoredEntry> entries,
		@Nullable StoredStep step, List<StepMark> marks, Map<String, Set<Path>> indexed, List<OutboxTask> outbox) {

	public Unit {
		preconditions = List.copyOf(preconditions);
		facts = List.copyOf(facts);
		entries = List.copyOf(entries);
		marks = List.copyOf(marks);
		indexed = Map.copyOf(indexed);
		outbox = List.copyOf(outbox);
	}

	/**
	 * Creates a unit of which no hook is told later.
	 * @param namespace the namespace
	 * @param preconditions what must be true before
	 * @param facts the new states
	 * @param entries the log entries
	 * @param step the counted step, or null
	 * @param marks the counted steps undone or done again
	 * @param indexed the paths to keep an index on, by type
	 */
	public Unit(String namespace, List<Precondition> preconditions, List<FactState> facts, List<StoredEntry> entries,
			@Nullable StoredStep step, List<StepMark> marks, Map<String, Set<Path>> indexed) {
		this(namespace, preconditions, facts, entries, step, marks, indexed, List.of());
	}

}
