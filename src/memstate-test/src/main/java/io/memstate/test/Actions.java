package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

import io.memstate.test.Action.Advance;
import io.memstate.test.Action.Again;
import io.memstate.test.Action.Commit;
import io.memstate.test.Action.CommitAll;
import io.memstate.test.Action.Delete;
import io.memstate.test.Action.Discard;
import io.memstate.test.Action.Edit;
import io.memstate.test.Action.Maintenance;
import io.memstate.test.Action.Promote;
import io.memstate.test.Action.Proposed;
import io.memstate.test.Action.Redo;
import io.memstate.test.Action.Rollback;
import io.memstate.test.Action.Target;
import io.memstate.test.Action.Terms;
import io.memstate.test.Action.Transaction;
import io.memstate.test.Action.Update;

/**
 * Random actions, from so few ids, keys and values that they often meet.
 */
final class Actions {

	private Actions() {
	}

	static Arbitrary<List<Action>> sequences() {
		return Arbitraries.frequencyOf(Tuple.of(6, action().map(List::of)), Tuple.of(1, undoneAndRedone()))
			.list()
			.ofMinSize(1)
			.ofMaxSize(50)
			.withSizeDistribution(RandomDistribution.uniform())
			.map((parts) -> parts.stream().flatMap(List::stream).toList());
	}

	private static Arbitrary<List<Action>> undoneAndRedone() {
		return Combinators.combine(rollback(), action().list().ofMaxSize(1), steps(), reversalTerms())
			.as((rollback, between, steps, terms) -> {
				List<Action> actions = new ArrayList<>(List.of(rollback));
				actions.addAll(between);
				actions.add(new Redo(rollback.namespace(), rollback.session(), steps, terms));
				return actions;
			});
	}

	private static Arbitrary<Action> action() {
		return Arbitraries.frequencyOf(Tuple.of(10, edit()), Tuple.of(2, commitAll()), Tuple.of(3, promote()),
				Tuple.of(1, discard()), Tuple.of(3, rollback()), Tuple.of(1, redo()), Tuple.of(3, transaction()),
				Tuple.of(2, advance()), Tuple.of(1, namespace().map(Maintenance::new)),
				Tuple.of(1, namespace().map(Again::new)));
	}

	private static Arbitrary<Edit> edit() {
		return Arbitraries.frequencyOf(Tuple.of(6, commit()), Tuple.of(3, update()), Tuple.of(2, delete()));
	}

	private static Arbitrary<Commit> commit() {
		return Combinators.combine(namespace(), layer(), proposed(), terms()).as(Commit::new);
	}

	private static Arbitrary<Update> update() {
		return Combinators.combine(namespace(), layer(), target(), patch(), terms()).as(Update::new);
	}

	private static Arbitrary<Delete> delete() {
		return Combinators.combine(namespace(), layer(), target(), terms()).as(Delete::new);
	}

	private static Arbitrary<CommitAll> commitAll() {
		return Combinators.combine(namespace(), layer(), proposed().list().ofMinSize(1).ofMaxSize(4))
			.as(CommitAll::new);
	}

	private static Arbitrary<Promote> promote() {
		return Combinators.combine(namespace(), session(), Arbitraries.of(false, false, true), keys()).as(Promote::new);
	}

	private static Arbitrary<Discard> discard() {
		return Combinators.combine(namespace(), session(), keys()).as(Discard::new);
	}

	private static Arbitrary<Rollback> rollback() {
		return Combinators.combine(namespace(), layer(), steps(), reversalTerms()).as(Rollback::new);
	}

	private static Arbitrary<Redo> redo() {
		return Combinators.combine(namespace(), layer(), steps(), reversalTerms()).as(Redo::new);
	}

	private static Arbitrary<Transaction> transaction() {
		return Combinators
			.combine(namespace(), layer(), edit().list().ofMaxSize(4), Arbitraries.of(false, false, false, true))
			.as((namespace, layer, edits, fails) -> new Transaction(namespace, layer,
					edits.stream().map((edit) -> edit.in(namespace, layer)).toList(), fails));
	}

	private static Arbitrary<Advance> advance() {
		return Combinators.combine(namespace(), minutes()).as(Advance::new);
	}

	private static Arbitrary<Integer> namespace() {
		return Arbitraries.frequency(Tuple.of(9, 0), Tuple.of(1, 1));
	}

	private static Arbitrary<@Nullable String> layer() {
		return Arbitraries.integers().between(1, 6).map((i) -> (i < 4) ? null : (i < 6) ? "s1" : "s2");
	}

	private static Arbitrary<String> session() {
		return Arbitraries.of("s1", "s1", "s2");
	}

	private static Arbitrary<Integer> steps() {
		return Arbitraries.frequency(Tuple.of(6, 1), Tuple.of(2, 2), Tuple.of(1, 3));
	}

	private static Arbitrary<Duration> minutes() {
		return Arbitraries.integers().between(1, 3).map(Duration::ofMinutes);
	}

	private static Arbitrary<Target> target() {
		return Arbitraries.integers().between(0, 7).map(Target::new);
	}

	private static Arbitrary<Proposed> proposed() {
		return Combinators
			.combine(
					Arbitraries.of(StorageContract.NOTE, StorageContract.PREFERENCE, StorageContract.DECISION,
							ReferenceModel.PLEDGE),
					Arbitraries.of("a", "b", "c").injectNull(0.5), payload(), Arbitraries.of("book").injectNull(0.8),
					Arbitraries.of(false, false, false, true), minutes().injectNull(0.7))
			.as(Proposed::new);
	}

	private static Arbitrary<Map<String, Object>> payload() {
		return Combinators.combine(Arbitraries.of("r1", "r2").injectNull(0.05), Arbitraries.integers().between(0, 2))
			.as((role, value) -> {
				Map<String, Object> payload = new HashMap<>();
				payload.put("value", value);
				if (role != null) {
					payload.put("role", role);
				}
				return payload;
			});
	}

	private static Arbitrary<Map<String, Object>> patch() {
		return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(Map.of())),
				Tuple.of(4, Arbitraries.integers().between(0, 2).map((value) -> Map.of("value", value))),
				Tuple.of(3, Arbitraries.of("r1", "r2").map((role) -> Map.of("role", role))),
				Tuple.of(1, Arbitraries.of("role", "value").map((key) -> {
					Map<String, Object> patch = new HashMap<>();
					patch.put(key, null);
					return patch;
				})));
	}

	private static Arbitrary<Terms> terms() {
		return Combinators.combine(Arbitraries.longs().between(0, 3).injectNull(0.85), key())
			.as((expected, key) -> new Terms(expected, key, false));
	}

	private static Arbitrary<Terms> keys() {
		return key().map((key) -> new Terms(null, key, false));
	}

	private static Arbitrary<Terms> reversalTerms() {
		return Combinators.combine(Arbitraries.of(false, false, false, true), key())
			.as((force, key) -> new Terms(null, key, force));
	}

	private static Arbitrary<String> key() {
		return Arbitraries.of("k1", "k2").injectNull(0.9);
	}

}
