package io.memstate;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A session, as a view of an engine.
 */
final class EngineSession extends LayerOperations implements MemorySession {

	EngineSession(Engine engine, Layer layer) {
		super(engine, layer);
	}

	@Override
	public String id() {
		return Objects.requireNonNull(layer().sessionId());
	}

	@Override
	public List<Fact> promote() {
		return promote(Change.anonymous());
	}

	@Override
	public List<Fact> promote(Change change) {
		return promote((fact) -> true, change);
	}

	@Override
	public List<Fact> promote(Predicate<Fact> selector, Change change) {
		Arguments.notNull(selector, "selector");
		Changes.ofMany(change);
		Predicate<Fact> inside = (fact) -> engine().inside(() -> selector.test(fact));
		return engine().step(layer(), (plan) -> {
			List<Fact> promoted = new SessionMoves(plan, layer()).promote(inside, change);
			return () -> promoted;
		});
	}

	@Override
	public int discard() {
		return discard(Change.anonymous());
	}

	@Override
	public int discard(Change change) {
		Changes.ofMany(change);
		return engine().edit(layer(), (plan) -> new SessionMoves(plan, layer()).discard(change));
	}

	@Override
	public List<LogEntry> log() {
		return Logs.read(engine().storage(), LogQuery.all().session(id()).on(layer().namespace()));
	}

	@Override
	public String toString() {
		return "MemorySession[" + layer() + "]";
	}

}
