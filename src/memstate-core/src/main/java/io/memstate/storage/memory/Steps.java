package io.memstate.storage.memory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.memstate.StorageException;
import io.memstate.storage.StepMark;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredStep;

/**
 * The counted steps of one namespace. Not thread-safe.
 */
final class Steps {

	private final Map<String, StoredStep> steps = new HashMap<>();

	private final Timeline longTerm = new Timeline();

	private final Map<String, Timeline> sessions = new HashMap<>();

	boolean isUndone(String step, boolean undone) {
		StoredStep known = this.steps.get(step);
		return known != null && (known.undoneAt() != null) == undone;
	}

	/**
	 * Refuses marks of steps that are not there.
	 * @param marks the marks
	 */
	void check(List<StepMark> marks) {
		for (StepMark mark : marks) {
			if (!this.steps.containsKey(mark.step())) {
				throw new StorageException("The unit marks the step '" + mark.step()
						+ "', which does not exist, and was not written; it needs a precondition");
			}
		}
	}

	void put(StoredStep step, List<StoredEntry> entries) {
		long sequence = entries.stream()
			.filter((entry) -> entry.step().equals(step.step()))
			.mapToLong(StoredEntry::sequence)
			.max()
			.orElse(0);
		StoredStep known = this.steps.getOrDefault(step.step(), step);
		replace(new StoredStep(known.step(), known.sessionId(), known.longTerm(), Math.max(known.sequence(), sequence),
				known.undoneAt()));
	}

	void mark(StepMark mark, List<StoredEntry> entries) {
		StoredStep known = Objects.requireNonNull(this.steps.get(mark.step()));
		replace(new StoredStep(known.step(), known.sessionId(), known.longTerm(), known.sequence(),
				mark.undone() ? firstRevert(mark.step(), entries) : null));
	}

	private static Long firstRevert(String step, List<StoredEntry> entries) {
		return entries.stream()
			.filter((entry) -> step.equals(entry.reverts()))
			.map(StoredEntry::sequence)
			.findFirst()
			.orElse(0L);
	}

	private void replace(StoredStep step) {
		StoredStep known = this.steps.put(step.step(), step);
		if (known != null) {
			timelines(known, (timeline) -> timeline.remove(known));
		}
		timelines(step, (timeline) -> timeline.add(step));
	}

	private void timelines(StoredStep step, Consumer<Timeline> action) {
		if (step.longTerm()) {
			action.accept(this.longTerm);
		}
		if (step.sessionId() != null) {
			action.accept(this.sessions.computeIfAbsent(step.sessionId(), (id) -> new Timeline()));
		}
	}

	List<StoredStep> newest(StepQuery query) {
		Timeline timeline = timeline(query.sessionId());
		return (timeline != null)
				? timeline.select(query.selection()).descendingSet().stream().limit(query.limit()).toList() : List.of();
	}

	private @Nullable Timeline timeline(@Nullable String session) {
		return (session != null) ? this.sessions.get(session) : this.longTerm;
	}

	/**
	 * The steps of one layer.
	 */
	private static final class Timeline {

		private final NavigableSet<StoredStep> all = new TreeSet<>(Timeline::compareSequence);

		private final NavigableSet<StoredStep> done = new TreeSet<>(Timeline::compareSequence);

		private final NavigableSet<StoredStep> undone = new TreeSet<>(Timeline::compareUndoneAt);

		private static int compareSequence(StoredStep left, StoredStep right) {
			int bySequence = Long.compare(left.sequence(), right.sequence());
			return (bySequence != 0) ? bySequence : left.step().compareTo(right.step());
		}

		private static int compareUndoneAt(StoredStep left, StoredStep right) {
			int byUndoing = Objects.requireNonNull(left.undoneAt()).compareTo(Objects.requireNonNull(right.undoneAt()));
			return (byUndoing != 0) ? byUndoing : compareSequence(left, right);
		}

		void add(StoredStep step) {
			this.all.add(step);
			doneOrUndone(step).add(step);
		}

		void remove(StoredStep step) {
			this.all.remove(step);
			doneOrUndone(step).remove(step);
		}

		private NavigableSet<StoredStep> doneOrUndone(StoredStep step) {
			return (step.undoneAt() != null) ? this.undone : this.done;
		}

		NavigableSet<StoredStep> select(StepQuery.Selection selection) {
			return switch (selection) {
				case ALL -> this.all;
				case DONE -> this.done;
				case UNDONE -> this.undone;
			};
		}

	}

}
