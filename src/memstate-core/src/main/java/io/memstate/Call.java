package io.memstate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.CanonicalJson;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Precondition;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StoredEntry;

/**
 * One operation with its idempotency key, if it has one. The key is stored on the entries
 * that the call writes, and a repeated call finds its result in them.
 */
final class Call {

	private final Plan plan;

	private final @Nullable String key;

	private final String fingerprint;

	private int ordinal;

	private Call(Plan plan, @Nullable String key, String fingerprint) {
		this.plan = plan;
		this.key = key;
		this.fingerprint = fingerprint;
	}

	/** What else was given is asked for only if there is a key. */
	static Call of(Plan plan, Change change, Operation operation, Layer layer, Supplier<List<String>> input) {
		if (change.key() == null) {
			return new Call(plan, null, "");
		}
		List<@Nullable Object> print = new ArrayList<>(
				Arrays.asList(operation.name(), layer.sessionId(), change.expected(), change.forced()));
		print.addAll(input.get());
		return new Call(plan, change.key(), RegisteredType.sha256(CanonicalJson.write(print)));
	}

	/** The mark for the next entry that the call writes. */
	@Nullable IdempotentCall next() {
		return (this.key != null) ? new IdempotentCall(this.key, this.fingerprint, this.ordinal++) : null;
	}

	/**
	 * The entries that the same call wrote earlier, in order; empty if this is the first.
	 */
	List<StoredEntry> earlier() {
		if (this.key == null) {
			return List.of();
		}
		List<StoredEntry> earlier = find(this.key);
		if (earlier.isEmpty()) {
			this.plan.require(new Precondition.IdempotencyKeyFree(this.key));
		}
		for (StoredEntry entry : earlier) {
			if (entry.call() != null && !entry.call().fingerprint().equals(this.fingerprint)) {
				throw new ConflictException("The idempotency key '" + this.key + "' was already used by another call, "
						+ "which wrote the fact '" + entry.factId() + "' at " + entry.at()
						+ ": give each call a key of its own, and repeat a call with the same input");
			}
		}
		return earlier;
	}

	private List<StoredEntry> find(String key) {
		List<StoredEntry> planned = this.plan.entries()
			.stream()
			.filter((entry) -> entry.call() != null && entry.call().key().equals(key))
			.toList();
		return !planned.isEmpty() ? planned
				: this.plan.storage()
					.log(new StorageLogQuery(this.plan.namespace(), null, null, null, null, key, null, null, null, true,
							Integer.MAX_VALUE));
	}

}
