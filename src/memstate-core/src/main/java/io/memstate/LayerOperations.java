package io.memstate;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * {@link MemoryOperations} on one layer, each write a step of its own.
 */
abstract class LayerOperations extends LayerReads {

	LayerOperations(Engine engine, Layer layer) {
		super(engine, layer);
	}

	@Override
	final Reads reads() {
		return engine().reads(layer());
	}

	@Override
	public final Fact commit(Object model) {
		return commit(model, Change.anonymous());
	}

	@Override
	public final Fact commit(Object model, Change change) {
		Changes.ofOne(change);
		Proposal proposal = engine().types().propose(model);
		return editOne((edits) -> edits.commit(proposal, change));
	}

	@Override
	public final List<Fact> commitAll(Collection<?> models, Change change) {
		Changes.ofMany(change);
		List<Proposal> proposals = engine().types().proposeAll(models);
		return engine().edit(layer(), (plan) -> new Edits(plan, layer()).commitAll(proposals, change));
	}

	@Override
	public final Fact update(String id, Map<String, ?> patch) {
		return update(id, patch, Change.anonymous());
	}

	@Override
	public final Fact update(String id, Map<String, ?> patch, Change change) {
		Arguments.name(id, "id");
		Changes.ofOne(change);
		Map<String, Object> canonical = engine().types().patch(patch);
		return editOne((edits) -> edits.update(id, canonical, change));
	}

	@Override
	public final Fact delete(String id) {
		return delete(id, Change.anonymous());
	}

	@Override
	public final Fact delete(String id, Change change) {
		Arguments.name(id, "id");
		Changes.ofOne(change);
		return editOne((edits) -> edits.delete(id, change));
	}

	@Override
	public final <R> R transaction(Function<MemoryOperations, R> work) {
		return transaction(Change.anonymous(), work);
	}

	@Override
	public final <R> R transaction(Change change, Function<MemoryOperations, R> work) {
		Changes.ofTransaction(change);
		Arguments.notNull(work, "work");
		return engine().edit(layer(), (plan) -> {
			TransactionOperations operations = new TransactionOperations(engine(), layer(), plan, change);
			try {
				return engine().inside(() -> work.apply(operations));
			}
			finally {
				operations.end();
			}
		});
	}

	private Fact editOne(Function<Edits, Fact> work) {
		return engine().editOne(layer(), (plan) -> work.apply(new Edits(plan, layer())));
	}

	public final List<LogEntry> rollback(int steps) {
		return rollback(steps, Change.anonymous());
	}

	public final List<LogEntry> rollback(int steps, Change change) {
		Arguments.atLeastOne(steps, "steps");
		Changes.ofReversal(change);
		return engine().step(layer(), (plan) -> new Reversal(plan, layer(), change).rollback(steps));
	}

	public final List<LogEntry> redo(int steps) {
		return redo(steps, Change.anonymous());
	}

	public final List<LogEntry> redo(int steps, Change change) {
		Arguments.atLeastOne(steps, "steps");
		Changes.ofReversal(change);
		return engine().step(layer(), (plan) -> new Reversal(plan, layer(), change).redo(steps));
	}

}
