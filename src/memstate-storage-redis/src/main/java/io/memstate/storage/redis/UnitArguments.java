package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

import io.memstate.StorageException;
import io.memstate.storage.ApplyResult;
import io.memstate.storage.FactJson;
import io.memstate.storage.FactState;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.OutboxTask;
import io.memstate.storage.Path;
import io.memstate.storage.Precondition;
import io.memstate.storage.StepMark;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import io.memstate.storage.StoredStep;
import io.memstate.storage.Unit;
import io.memstate.storage.redis.Keyspace.Register;
import org.jspecify.annotations.Nullable;

/**
 * A unit as arguments of {@code apply.lua}, and the script's answer as a result.
 */
final class UnitArguments {

	private static final byte[] NONE = {};

	private static final int READY = 1;

	private final Unit unit;

	private final Map<String, Register> registers = new LinkedHashMap<>();

	private final Map<StoredFact, String> json = new IdentityHashMap<>();

	private final List<byte[]> arguments = new ArrayList<>();

	UnitArguments(Unit unit) {
		this.unit = unit;
		// tells a unit that is sent again from one that is new
		this.arguments.add(new ByteWriter().int64(ThreadLocalRandom.current().nextLong()).toByteArray());
		addRegisters();
		addPreconditions();
		addTypes();
		addFacts();
		addEntries();
		addStep();
		addMarks();
		addOutbox();
	}

	List<byte[]> arguments() {
		return this.arguments;
	}

	/**
	 * The register in which the namespace must be entered, as the script names it.
	 */
	Register register(String name) {
		return java.util.Objects.requireNonNull(this.registers.get(name));
	}

	/**
	 * What the script answered when it wrote nothing.
	 * @throws StorageException if no precondition failed, but what must always hold would
	 * not hold any more
	 */
	ApplyResult rejected(List<Object> answer) {
		List<Precondition> failed = new ArrayList<>();
		for (Object element : answer.subList(1, answer.size())) {
			String what = ByteWriter.string((byte[]) element);
			if (what.charAt(0) == 'p') {
				failed.add(this.unit.preconditions().get(index(what)));
			}
		}
		if (failed.isEmpty()) {
			throw new StorageException("The unit holds " + refused(ByteWriter.string((byte[]) answer.get(1)))
					+ " and was not written; it needs a precondition");
		}
		return new ApplyResult.Rejected(List.copyOf(failed));
	}

	private static int index(String what) {
		return Integer.parseInt(what.substring(1)) - 1;
	}

	private String refused(String what) {
		return switch (what.charAt(0)) {
			case 'd' -> "fact '" + this.unit.facts().get(index(what)).id() + "' twice";
			case 'f' -> "a second fact, '" + this.unit.facts().get(index(what)).id() + "', with one singleton key";
			case 'c' -> "log entry " + (index(what) + 1) + ", whose place in its idempotent call is taken,";
			default -> "a mark of the step '" + this.unit.marks().get(index(what)).step() + "', which does not exist,";
		};
	}

	private static @Nullable Long bound(Unit unit) {
		Long bound = null;
		for (FactState state : unit.facts()) {
			if (state.fact() != null && state.fact().expiresAt() != null) {
				long expires = Math.floorDiv(Path.micros(state.fact().expiresAt()), 1000);
				bound = (bound == null) ? expires : Math.min(bound, expires);
			}
		}
		return bound;
	}

	private void addRegisters() {
		Map<String, Long> bounds = new LinkedHashMap<>();
		if (this.unit.facts().stream().anyMatch((state) -> state.fact() != null)) {
			register(Register.NAMESPACES, 0, bounds);
		}
		Long expires = bound(this.unit);
		if (expires != null) {
			register(Register.DUE, expires, bounds);
		}
		this.unit.outbox().forEach((task) -> register(Register.outbox(task.hook()), 0, bounds));
		add(bounds.size());
		bounds.forEach((name, bound) -> add(name, Long.toString(bound)));
	}

	private void register(Register register, long bound, Map<String, Long> bounds) {
		this.registers.put(register.name(), register);
		bounds.put(register.name(), bound);
	}

	private void addPreconditions() {
		add(this.unit.preconditions().size());
		for (Precondition precondition : this.unit.preconditions()) {
			if (precondition instanceof Precondition.VersionIs version) {
				add("v", version.factId(), Long.toString(version.version()));
			}
			else if (precondition instanceof Precondition.KeyAvailable key) {
				add("k");
				this.arguments.add(FactRecord.field(key.key()));
				add(key.factId());
			}
			else if (precondition instanceof Precondition.IdempotencyKeyFree key) {
				add("i", key.key(), "");
			}
			else if (precondition instanceof Precondition.StepUndone step) {
				add("s", step.step(), step.undone() ? "1" : "0");
			}
			else if (precondition instanceof Precondition.LeaseHeld lease) {
				add(lease.kept() ? "h" : "l", lease.token(), String.join("\0", lease.factIds()));
			}
			else if (precondition instanceof Precondition.KeyFieldsAre fields) {
				add("t", fields.type(), String.join("\0", fields.fields()));
			}
		}
	}

	private void addTypes() {
		Map<String, Collection<String>> types = new TreeMap<>();
		for (FactState state : this.unit.facts()) {
			if (state.fact() != null) {
				types.computeIfAbsent(state.fact().type(),
						(type) -> indexed(type).stream().map(Path::toString).sorted().toList());
			}
		}
		add(types.size());
		types.forEach((type, paths) -> {
			ByteWriter ready = new ByteWriter();
			paths.forEach((path) -> ready.sized(path).int8(READY));
			add(type);
			this.arguments.add(ready.toByteArray());
			add(paths.size());
			paths.forEach(this::add);
		});
	}

	private Set<Path> indexed(String type) {
		return this.unit.indexed().getOrDefault(type, Set.of());
	}

	private void addFacts() {
		add(this.unit.facts().size());
		for (FactState state : this.unit.facts()) {
			add(state.id());
			Set<Path> paths = (state.fact() != null) ? indexed(state.fact().type()) : Set.of();
			this.arguments.add(FactRecord.write(state, paths, this::json));
		}
	}

	private void addEntries() {
		add(this.unit.entries().size());
		for (StoredEntry entry : this.unit.entries()) {
			IdempotentCall call = entry.call();
			this.arguments.add(EntryRecord.write(entry, this::json));
			add(entry.factId(), entry.sessionId());
			this.arguments.add(ByteWriter.sortable(Path.micros(entry.at())));
			add(entry.step());
			add((call != null) ? call.key() : "");
			this.arguments.add((call != null) ? new ByteWriter().int32(call.ordinal()).toByteArray() : NONE);
		}
	}

	private void addStep() {
		StoredStep step = this.unit.step();
		if (step == null) {
			add(0);
			return;
		}
		int last = 0;
		for (int i = 0; i < this.unit.entries().size(); i++) {
			if (this.unit.entries().get(i).step().equals(step.step())) {
				last = i + 1;
			}
		}
		add(1);
		add(step.step(), step.longTerm() ? "1" : "0",
				(step.sessionId() != null) ? FactRecord.scope(step.sessionId()) : "");
		add(last);
	}

	private void addMarks() {
		add(this.unit.marks().size());
		for (StepMark mark : this.unit.marks()) {
			add(mark.step(), mark.undone() ? "1" : "0");
			add(firstThatReverts(mark.step()));
		}
	}

	private int firstThatReverts(String step) {
		for (int i = 0; i < this.unit.entries().size(); i++) {
			if (step.equals(this.unit.entries().get(i).reverts())) {
				return i + 1;
			}
		}
		return 1;
	}

	private void addOutbox() {
		add(this.unit.outbox().size());
		for (OutboxTask task : this.unit.outbox()) {
			add(task.hook(), RedisOutbox.partition(this.unit.entries().get(task.entry()).factId()));
			add(task.entry() + 1);
		}
	}

	private String json(StoredFact fact) {
		return this.json.computeIfAbsent(fact, FactJson::write);
	}

	private void add(@Nullable String... values) {
		for (String value : values) {
			this.arguments.add((value != null) ? ByteWriter.utf8(value) : NONE);
		}
	}

	private void add(int value) {
		add(Integer.toString(value));
	}

}
