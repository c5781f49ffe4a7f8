package io.memstate;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.memstate.storage.StoredFact;

/**
 * The reading half of {@link MemoryOperations} on one layer, the same inside and outside
 * a transaction.
 */
abstract class LayerReads implements MemoryOperations {

	private final Engine engine;

	private final Layer layer;

	LayerReads(Engine engine, Layer layer) {
		this.engine = engine;
		this.layer = layer;
	}

	final Engine engine() {
		return this.engine;
	}

	final Layer layer() {
		return this.layer;
	}

	abstract Reads reads();

	@Override
	public final Optional<Fact> get(String id) {
		return Optional.ofNullable(Fact.ofNullable(reads().get(Arguments.name(id, "id"))));
	}

	@Override
	public final <T> Optional<T> get(String id, Class<T> model) {
		Arguments.notNull(model, "model");
		return get(id).map((fact) -> fact.payloadAs(model));
	}

	@Override
	public final List<Fact> query(FactQuery query) {
		return reads().query(Arguments.notNull(query, "query")).stream().map(Fact::new).toList();
	}

	@Override
	public final <T> List<T> query(Class<T> model, FactQuery query) {
		RegisteredType type = this.engine.types().schemas().typeOf(Arguments.notNull(model, "model"));
		String asked = Arguments.notNull(query, "query").type();
		if (asked != null && !asked.equals(type.name())) {
			throw new IllegalArgumentException("'query' must be of the type '" + type.name() + "' of " + model.getName()
					+ ", but is of type '" + asked + "': use FactQuery.all()");
		}
		return query(query.ofType(type.name())).stream().map((fact) -> fact.payloadAs(model)).toList();
	}

	@Override
	public final Stream<Fact> stream(FactQuery query) {
		Stream<StoredFact> facts = reads().stream(Arguments.notNull(query, "query"));
		return facts.map(Fact::new);
	}

	@Override
	public final long count(FactQuery query) {
		return reads().count(Arguments.notNull(query, "query"));
	}

	@Override
	public final List<ScoredFact> search(SearchRequest request) {
		return new Searches(this.engine.index(), this.layer, reads()).search(Arguments.notNull(request, "request"));
	}

}
