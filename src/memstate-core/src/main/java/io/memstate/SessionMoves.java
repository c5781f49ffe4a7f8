package io.memstate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactState;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;

/**
 * Promotes and discards the facts of a session, in a plan.
 */
final class SessionMoves {

	private static final int PAGE = 1000;

	private final Plan plan;

	private final Layer session;

	SessionMoves(Plan plan, Layer session) {
		this.plan = plan;
		this.session = session;
	}

	List<Fact> promote(Predicate<Fact> selector, Change change) {
		this.plan.count(this.session.sessionId(), true);
		Call call = Call.of(this.plan, change, Operation.PROMOTE, this.session, List::of);
		List<StoredEntry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.stream()
				.filter((entry) -> entry.after() != null)
				.map((entry) -> new Fact(entry.after()))
				.toList();
		}
		List<Selected> selected = select(selector);
		this.plan.prefetch(List.of(), selected.stream().map(Selected::key).filter(Objects::nonNull).toList());
		List<Fact> promoted = new ArrayList<>();
		for (Selected move : selected) {
			StoredFact written = promote(move.fact(), move.key(), change, call);
			if (written != null) {
				promoted.add(new Fact(written));
			}
		}
		return promoted;
	}

	private List<Selected> select(Predicate<Fact> selector) {
		List<Selected> selected = new ArrayList<>();
		for (StoredFact fact : facts((fact) -> !fact.ephemeral() && selector.test(new Fact(fact)))) {
			String digest = this.plan.types().stored(fact.type()).key(fact.payload());
			selected.add(new Selected(fact, (digest != null) ? new SingletonKey(null, fact.type(), digest) : null));
		}
		return selected;
	}

	private @Nullable StoredFact promote(StoredFact fact, @Nullable SingletonKey key, Change change, Call call) {
		StoredFact holder = (key != null) ? this.plan.holder(key) : null;
		if (holder == null) {
			return this.plan.put(moved(fact, fact), cause(Operation.PROMOTE, change, call));
		}
		StoredFact written = null;
		if (!this.plan.types().stored(fact.type()).isImmutable()) {
			written = this.plan.put(moved(fact, holder), cause(Operation.PROMOTE, change, call));
		}
		else if (!holder.payload().equals(fact.payload())) {
			throw new ConflictException("The fact '" + fact.id() + "' can't be promoted from " + this.session
					+ ": long-term memory holds another payload under the same singleton key in the fact '"
					+ holder.id() + "' of the immutable type '" + fact.type() + "'; promote without it, or discard it");
		}
		this.plan.remove(fact.id(), cause(Operation.PROMOTE, change, call));
		return written;
	}

	/**
	 * What long-term memory is to hold: the content of one fact under the identity of
	 * one.
	 */
	private static StoredFact moved(StoredFact content, StoredFact identity) {
		return new StoredFact(identity.namespace(), identity.id(), identity.type(), content.payload(), content.source(),
				null, content.ephemeral(), 0, identity.createdAt(), content.updatedAt(), content.expiresAt());
	}

	int discard(Change change) {
		this.plan.count(this.session.sessionId(), false);
		Call call = Call.of(this.plan, change, Operation.DISCARD, this.session, List::of);
		List<StoredEntry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return earlier.size();
		}
		List<StoredFact> facts = facts((fact) -> true);
		facts.forEach((fact) -> this.plan.remove(fact.id(), cause(Operation.DISCARD, change, call)));
		return facts.size();
	}

	/**
	 * Facts of the session in the order of creation, refused if more than one step may
	 * change.
	 */
	private List<StoredFact> facts(Predicate<StoredFact> selector) {
		StorageQuery query = new StorageQuery(this.plan.namespace(), this.session.sessionId(), StorageQuery.Layers.OWN,
				null, null, List.of(), null, PAGE, this.plan.now());
		List<StoredFact> facts = new ArrayList<>();
		List<FactState> page;
		do {
			page = this.plan.storage().query(query);
			for (FactState state : page) {
				StoredFact fact = Objects.requireNonNull(state.fact());
				if (selector.test(fact)) {
					this.plan.know(fact.id(), state);
					facts.add(fact);
					this.plan.checkSize(facts.size());
				}
				query = query.page(fact, PAGE);
			}
		}
		while (page.size() == PAGE);
		return facts;
	}

	private Cause cause(Operation operation, Change change, Call call) {
		return new Cause(operation, this.plan.step(), this.plan.step(), this.session.sessionId(), change, null,
				call.next());
	}

	/** A fact to promote, with the key that it will hold in long-term memory. */
	private record Selected(StoredFact fact, @Nullable SingletonKey key) {
	}

}
