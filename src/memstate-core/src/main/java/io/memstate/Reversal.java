package io.memstate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactState;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StepQuery;
import io.memstate.storage.StepQuery.Selection;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;

/**
 * Undoes and redoes steps of one layer, in a plan. Each fact, removed or not, records the
 * step whose effect it shows, and each entry the one that was shown before it. Undoing an
 * entry requires that the fact shows the entry's step, and puts back the one before;
 * redoing requires and does the reverse.
 */
final class Reversal {

	private final Plan plan;

	private final Layer layer;

	private final Change change;

	Reversal(Plan plan, Layer layer, Change change) {
		this.plan = plan;
		this.layer = layer;
		this.change = change;
	}

	Supplier<List<LogEntry>> rollback(int count) {
		return revert(Operation.ROLLBACK, count, () -> {
			List<StoredStep> steps = steps(Selection.DONE, count);
			checkEnough("undo", count, steps.size());
			return steps;
		});
	}

	Supplier<List<LogEntry>> redo(int count) {
		return revert(Operation.REDO, count, () -> {
			List<StoredStep> steps = steps(Selection.UNDONE, count);
			long head = newest(this.layer.sessionId());
			int available = 0;
			while (available < steps.size() && isRedoable(steps.get(available), head)) {
				available++;
			}
			checkEnough("redo", count, available);
			return steps;
		});
	}

	private Supplier<List<LogEntry>> revert(Operation operation, int count, Supplier<List<StoredStep>> steps) {
		Call call = Call.of(this.plan, this.change, operation, this.layer, () -> List.of(String.valueOf(count)));
		List<StoredEntry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return () -> earlier.stream().map(LogEntry::new).toList();
		}
		for (StoredStep step : steps.get()) {
			this.plan.mark(step.step(), operation == Operation.ROLLBACK);
			List<StoredEntry> entries = entries(step.step(), operation == Operation.REDO);
			prefetch(operation, entries);
			entries.forEach((entry) -> revert(operation, entry, call));
		}
		return this.plan::written;
	}

	private void prefetch(Operation operation, List<StoredEntry> entries) {
		List<SingletonKey> keys = entries.stream()
			.map((entry) -> image(operation, entry))
			.filter(Objects::nonNull)
			.map(this::key)
			.filter(Objects::nonNull)
			.toList();
		this.plan.prefetch(entries.stream().map(StoredEntry::factId).toList(), keys);
	}

	private @Nullable SingletonKey key(StoredFact image) {
		try {
			String digest = this.plan.types().stored(image.type()).key(image.payload());
			return (digest != null) ? new SingletonKey(image.sessionId(), image.type(), digest) : null;
		}
		catch (FactValidationException ex) {
			// is told when the image is put back
			return null;
		}
	}

	/** What a fact is to be again; null if it is to be removed. */
	private @Nullable StoredFact image(Operation operation, StoredEntry entry) {
		StoredFact image = (operation == Operation.ROLLBACK) ? entry.before() : entry.after();
		return (image != null && !image.expired(this.plan.now())) ? image : null;
	}

	private void revert(Operation operation, StoredEntry entry, Call call) {
		boolean undo = operation == Operation.ROLLBACK;
		this.plan.living(entry.factId());
		FactState state = this.plan.state(entry.factId());
		String required = undo ? entry.step() : entry.showed();
		if (!this.change.forced() && !Objects.equals((state != null) ? state.shows() : null, required)) {
			throw new ConflictException("The step " + entry.step() + " of " + this.layer + " can't be "
					+ (undo ? "undone" : "redone") + ", because the fact '" + entry.factId()
					+ "' was changed since by another step: undo that first, or use Change.force()");
		}
		StoredFact image = image(operation, entry);
		if (this.change.forced() && !Objects.equals((state != null) ? state.shows() : null, required)) {
			checkImmutable(state, image);
		}
		Cause cause = new Cause(operation, this.plan.step(), undo ? entry.showed() : entry.step(), entry.sessionId(),
				this.change, entry.step(), call.next());
		if (image == null) {
			this.plan.remove(entry.factId(), cause);
		}
		else {
			restore(image, cause);
		}
	}

	/** Force overrides later changes, but does not change an immutable fact. */
	private void checkImmutable(@Nullable FactState state, @Nullable StoredFact image) {
		StoredFact fact = (state != null) ? state.fact() : null;
		if (fact != null && this.plan.types().stored(fact.type()).isImmutable()
				&& (image == null || !image.payload().equals(fact.payload()))) {
			throw new ConflictException("The fact '" + fact.id() + "' of the immutable type '" + fact.type()
					+ "' was made since by another step, and not even force may change it: undo that step first");
		}
	}

	private void restore(StoredFact image, Cause cause) {
		try {
			this.plan.put(image, cause);
		}
		catch (FactValidationException ex) {
			throw new ConflictException("The fact '" + image.id() + "' can't be put back as it was: " + ex.getMessage(),
					ex);
		}
	}

	private boolean isRedoable(StoredStep step, long head) {
		long undoneAt = Objects.requireNonNull(step.undoneAt());
		if (undoneAt < head) {
			return false;
		}
		boolean own = step.longTerm() == (this.layer.sessionId() == null)
				&& Objects.equals(step.sessionId(), this.layer.sessionId());
		return own || undoneAt > newest((this.layer.sessionId() == null) ? step.sessionId() : null);
	}

	/** The highest sequence that a counted step of a layer wrote. */
	private long newest(@Nullable String sessionId) {
		return this.plan.storage()
			.steps(new StepQuery(this.plan.namespace(), sessionId, Selection.ALL, 1))
			.stream()
			.mapToLong(StoredStep::sequence)
			.findFirst()
			.orElse(0);
	}

	private List<StoredStep> steps(Selection selection, int count) {
		return this.plan.storage()
			.steps(new StepQuery(this.plan.namespace(), this.layer.sessionId(), selection, count));
	}

	private List<StoredEntry> entries(String step, boolean ascending) {
		return new ArrayList<>(this.plan.storage()
			.log(new StorageLogQuery(this.plan.namespace(), null, null, null, step, null, null, null, null, ascending,
					Integer.MAX_VALUE)));
	}

	private void checkEnough(String verb, int wanted, int available) {
		if (available == 0) {
			throw new ConflictException("There is no step to " + verb + " in " + this.layer + ": "
					+ (verb.equals("redo") ? "there is one after a rollback, until something new is committed there"
							: "none was made there, or each is undone"));
		}
		if (available < wanted) {
			throw new ConflictException("There are only " + available + " steps to " + verb + " in " + this.layer
					+ ", but " + wanted + " were asked for: ask for at most " + available);
		}
	}

}
