package io.memstate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.FactState;
import io.memstate.storage.Payload;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;

/**
 * Commits, updates and deletes facts of one layer, in a plan.
 */
final class Edits {

	private final Plan plan;

	private final Layer layer;

	Edits(Plan plan, Layer layer) {
		this.plan = plan;
		this.layer = layer;
		plan.count(layer.sessionId(), layer.sessionId() == null);
	}

	Fact commit(Proposal proposal, Change change) {
		Call call = Call.of(this.plan, change, Operation.COMMIT, this.layer, () -> List.of(proposal.input()));
		List<StoredEntry> earlier = call.earlier();
		return earlier.isEmpty() ? commit(proposal, change, call) : result(earlier.get(0));
	}

	List<Fact> commitAll(List<Proposal> proposals, Change change) {
		this.plan.checkSize(proposals.size());
		Call call = Call.of(this.plan, change, Operation.COMMIT, this.layer,
				() -> proposals.stream().map(Proposal::input).toList());
		List<StoredEntry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return replay(proposals, earlier);
		}
		prefetch(proposals);
		List<Fact> facts = new ArrayList<>(proposals.size());
		proposals.forEach((proposal) -> facts.add(commit(proposal, change, call)));
		return facts;
	}

	private void prefetch(List<Proposal> proposals) {
		Set<String> ids = new HashSet<>();
		Set<SingletonKey> keys = new HashSet<>();
		for (Proposal proposal : proposals) {
			if (proposal.id() != null) {
				ids.add(proposal.id());
			}
			if (proposal.key() != null) {
				keys.add(key(proposal));
			}
		}
		this.plan.prefetch(ids, keys);
	}

	private Fact commit(Proposal proposal, Change change, Call call) {
		StoredFact existing = existing(proposal);
		String id = (existing != null) ? existing.id() : proposal.id();
		if (id == null) {
			id = this.plan.newId(proposal.type().name());
		}
		checkExpected(change, "committed", id, existing);
		if (existing != null && isUnchangeable(existing, proposal.type(), proposal.payload(), "commit")) {
			return new Fact(existing);
		}
		StoredFact image = new StoredFact(this.plan.namespace(), id, proposal.type().name(), proposal.payload(),
				proposal.draft().source(), this.layer.sessionId(), proposal.draft().isEphemeral(), 0,
				(existing != null) ? existing.createdAt() : this.plan.now(), this.plan.now(),
				proposal.expiresAt(this.plan.now()));
		return new Fact(this.plan.put(image, proposal.type(), proposal.key(), cause(Operation.COMMIT, change, call)));
	}

	/** The fact that a proposal replaces: the one of its id, or of its singleton key. */
	private @Nullable StoredFact existing(Proposal proposal) {
		if (proposal.id() == null) {
			return (proposal.key() != null) ? this.plan.holder(key(proposal)) : null;
		}
		this.plan.prepare(proposal.id(), proposal.type().name());
		StoredFact fact = this.plan.living(proposal.id());
		if (fact != null && !Objects.equals(fact.sessionId(), this.layer.sessionId())) {
			throw new ConflictException("The fact '" + fact.id() + "' can't be committed in " + this.layer
					+ ", because it is in " + new Layer(fact.namespace(), fact.sessionId())
					+ ": commit it there, promote it, or use another id");
		}
		if (fact != null && !fact.type().equals(proposal.type().name())) {
			throw new ConflictException("The fact '" + fact.id() + "' can't be committed as '" + proposal.type().name()
					+ "', because its type is '" + fact.type() + "': delete it first, or use another id");
		}
		return fact;
	}

	private SingletonKey key(Proposal proposal) {
		return new SingletonKey(this.layer.sessionId(), proposal.type().name(), Objects.requireNonNull(proposal.key()));
	}

	Fact update(String id, Map<String, Object> patch, Change change) {
		Call call = Call.of(this.plan, change, Operation.UPDATE, this.layer,
				() -> List.of(id, CanonicalJson.write(patch)));
		List<StoredEntry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return result(earlier.get(0));
		}
		StoredFact fact = find(id, "update");
		checkExpected(change, "updated", id, fact);
		RegisteredType type = this.plan.types().type(fact.type());
		Payload payload = this.plan.types().patched(type, fact.payload(), patch);
		if (isUnchangeable(fact, type, payload, "update")) {
			return new Fact(fact);
		}
		StoredFact image = new StoredFact(fact.namespace(), id, fact.type(), payload, fact.source(), fact.sessionId(),
				fact.ephemeral(), 0, fact.createdAt(), this.plan.now(), fact.expiresAt());
		return new Fact(this.plan.put(image, type, type.key(payload), cause(Operation.UPDATE, change, call)));
	}

	Fact delete(String id, Change change) {
		Call call = Call.of(this.plan, change, Operation.DELETE, this.layer, () -> List.of(id));
		List<StoredEntry> earlier = call.earlier();
		if (!earlier.isEmpty()) {
			return result(earlier.get(0));
		}
		StoredFact fact = find(id, "delete");
		checkExpected(change, "deleted", id, fact);
		if (this.plan.types().stored(fact.type()).isImmutable()) {
			throw immutable(fact, "delete");
		}
		this.plan.remove(id, cause(Operation.DELETE, change, call));
		return new Fact(fact);
	}

	private StoredFact find(String id, String verb) {
		this.plan.prepare(id, null);
		StoredFact fact = this.plan.living(id);
		if (fact != null && Objects.equals(fact.sessionId(), this.layer.sessionId())) {
			return fact;
		}
		throw new FactNotFoundException("There is no fact '" + id + "' to " + verb + " in " + this.layer
				+ ((fact != null)
						? ": it is in " + new Layer(fact.namespace(), fact.sessionId()) + ", " + verb + " it there"
						: gone(this.plan.state(id))));
	}

	private static String gone(@Nullable FactState state) {
		return (state != null) ? ": it was removed at version " + state.version() + "; see its history"
				: ": check the id and the namespace";
	}

	private void checkExpected(Change change, String participle, String id, @Nullable StoredFact fact) {
		Long expected = change.expected();
		long actual = (fact != null) ? fact.version() : 0;
		if (expected != null && expected != actual) {
			throw new ConflictException("The fact '" + id + "' in " + this.layer + " can't be " + participle
					+ ": version " + expected + " was expected" + ((expected == 0) ? ", that is, none" : "") + ", but "
					+ ((fact != null) ? "it is at version " + actual : "there is none")
					+ "; read it again and decide anew");
		}
	}

	/** Whether a fact is immutable and would not change anyway. */
	private static boolean isUnchangeable(StoredFact fact, RegisteredType type, Payload payload, String verb) {
		if (!type.isImmutable()) {
			return false;
		}
		if (!fact.payload().equals(payload)) {
			throw immutable(fact, verb);
		}
		return true;
	}

	private static ConflictException immutable(StoredFact fact, String verb) {
		return new ConflictException("The fact '" + fact.id() + "' is of the immutable type '" + fact.type()
				+ "', so that no " + verb + " may change it: commit a new fact instead");
	}

	private Cause cause(Operation operation, Change change, Call call) {
		return new Cause(operation, this.plan.step(), this.plan.step(), this.layer.sessionId(), change, null,
				call.next());
	}

	private static Fact result(StoredEntry entry) {
		return new Fact(Objects.requireNonNull((entry.after() != null) ? entry.after() : entry.before()));
	}

	/**
	 * The results of a call that was made before. An immutable fact that was there
	 * already has no entry; it is found where it is now.
	 */
	private List<Fact> replay(List<Proposal> proposals, List<StoredEntry> earlier) {
		Iterator<StoredEntry> entries = earlier.iterator();
		StoredEntry next = entries.next();
		List<Fact> facts = new ArrayList<>(proposals.size());
		for (Proposal proposal : proposals) {
			if (next != null && wrote(proposal, next)) {
				facts.add(result(next));
				next = entries.hasNext() ? entries.next() : null;
			}
			else {
				StoredFact existing = existing(proposal);
				if (existing != null) {
					facts.add(new Fact(existing));
				}
			}
		}
		return facts;
	}

	private static boolean wrote(Proposal proposal, StoredEntry entry) {
		StoredFact fact = Objects.requireNonNull(entry.after());
		return fact.type().equals(proposal.type().name()) && fact.payload().equals(proposal.payload())
				&& (proposal.id() == null || proposal.id().equals(fact.id()));
	}

}
