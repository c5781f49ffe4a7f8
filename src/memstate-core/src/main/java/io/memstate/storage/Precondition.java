package io.memstate.storage;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What must be true of the state before a {@link Unit} for it to be written.
 *
 * @since 0.1.0
 */
public sealed interface Precondition {

	/**
	 * This id, living or removed, is at its last version.
	 *
	 * @param factId the id
	 * @param version the version, 0 if the id never was
	 */
	record VersionIs(String factId, long version) implements Precondition {
	}

	/**
	 * This singleton key is free, or held by that fact.
	 *
	 * @param key the key
	 * @param factId the fact that may hold it, or null if none may
	 */
	record KeyAvailable(SingletonKey key, @Nullable String factId) implements Precondition {
	}

	/**
	 * No entry of the namespace carries this idempotency key.
	 *
	 * @param key the key
	 */
	record IdempotencyKeyFree(String key) implements Precondition {
	}

	/**
	 * This counted step is undone, or is not.
	 *
	 * @param step the step, which must exist
	 * @param undone whether it must be undone
	 */
	record StepUndone(String step, boolean undone) implements Precondition {
	}

	/**
	 * The namespace holds facts of this type under these key fields, or it holds no
	 * living fact of it; then the unit makes these the type's key fields. The one
	 * precondition that writes.
	 *
	 * @param type the type
	 * @param fields the key fields, sorted; empty if the type has no singleton key
	 */
	record KeyFieldsAre(String type, List<String> fields) implements Precondition {
	}

	/**
	 * The intents of these facts carry this token. The unit then removes every intent of
	 * the token, unless they are kept; one that outlives the unit by a crash does no
	 * harm.
	 *
	 * @param token the token
	 * @param factIds the facts
	 * @param kept whether the unit leaves the intents as they are
	 * @see Intents
	 */
	record LeaseHeld(String token, Set<String> factIds, boolean kept) implements Precondition {

		public LeaseHeld {
			factIds = Set.copyOf(factIds);
		}

		/**
		 * A lease that ends with the unit.
		 * @param token the token
		 * @param factIds the facts
		 */
		public LeaseHeld(String token, Set<String> factIds) {
			this(token, factIds, false);
		}

	}

}
