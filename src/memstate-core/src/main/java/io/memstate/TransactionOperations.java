package io.memstate;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * {@link MemoryOperations} inside a transaction: all in one plan, whose writes it sees.
 */
final class TransactionOperations extends LayerReads {

	private final Plan plan;

	private final Edits edits;

	private final Change defaults;

	private boolean ended;

	TransactionOperations(Engine engine, Layer layer, Plan plan, Change defaults) {
		super(engine, layer);
		this.plan = plan;
		this.edits = new Edits(plan, layer);
		this.defaults = defaults;
	}

	void end() {
		this.ended = true;
	}

	private void checkActive() {
		if (this.ended) {
			throw new IllegalStateException("The transaction has ended: its operations must not be used any more");
		}
	}

	@Override
	Reads reads() {
		checkActive();
		return new Reads(this.plan.storage(), layer(), this.plan.now(), this.plan);
	}

	@Override
	public Fact commit(Object model) {
		return commit(model, Change.anonymous());
	}

	@Override
	public Fact commit(Object model, Change change) {
		checkActive();
		Changes.ofOne(change);
		return this.edits.commit(engine().types().propose(model), change.orElse(this.defaults));
	}

	@Override
	public List<Fact> commitAll(Collection<?> models, Change change) {
		checkActive();
		Changes.ofMany(change);
		List<Proposal> proposals = engine().types().proposeAll(models);
		return this.plan.allOrNothing(() -> this.edits.commitAll(proposals, change.orElse(this.defaults)));
	}

	@Override
	public Fact update(String id, Map<String, ?> patch) {
		return update(id, patch, Change.anonymous());
	}

	@Override
	public Fact update(String id, Map<String, ?> patch, Change change) {
		checkActive();
		Arguments.name(id, "id");
		Changes.ofOne(change);
		return this.edits.update(id, engine().types().patch(patch), change.orElse(this.defaults));
	}

	@Override
	public Fact delete(String id) {
		return delete(id, Change.anonymous());
	}

	@Override
	public Fact delete(String id, Change change) {
		checkActive();
		Arguments.name(id, "id");
		Changes.ofOne(change);
		return this.edits.delete(id, change.orElse(this.defaults));
	}

	@Override
	public <R> R transaction(Function<MemoryOperations, R> work) {
		checkActive();
		Arguments.notNull(work, "work");
		return this.plan.allOrNothing(() -> work.apply(this));
	}

	@Override
	public <R> R transaction(Change change, Function<MemoryOperations, R> work) {
		checkActive();
		Change joined = Changes.ofTransaction(change).orElse(this.defaults);
		Arguments.notNull(work, "work");
		TransactionOperations operations = new TransactionOperations(engine(), layer(), this.plan, joined);
		return this.plan.allOrNothing(() -> work.apply(operations));
	}

}
