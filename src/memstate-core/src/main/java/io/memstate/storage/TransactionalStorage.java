package io.memstate.storage;

import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A storage that can take part in a transaction of the caller. While
 * {@link #callerTransaction()} answers with one, every read and {@link #apply(Unit)} on
 * the same thread run in it, see its writes, and are committed or rolled back with it. A
 * unit that is rejected, or that fails, leaves the caller's transaction usable.
 *
 * @since 0.1.0
 */
public interface TransactionalStorage extends Storage {

	/**
	 * The caller's transaction on this thread, if it uses the storage's connection.
	 * @return the transaction, or null if there is none to take part in
	 */
	@Nullable CallerTransaction callerTransaction();

	/**
	 * A transaction of the caller.
	 */
	interface CallerTransaction {

		/**
		 * Whether the caller declared it read-only.
		 * @return true if so
		 */
		boolean readOnly();

		/**
		 * A value that lives as long as the transaction.
		 * @param <T> the type of the value
		 * @param key the key
		 * @param initial makes the value when it is first asked for
		 * @return the value
		 */
		<T> T attribute(Object key, Supplier<T> initial);

		/**
		 * Runs an action just before the transaction commits; what it throws stops the
		 * commit. Not run if the transaction is rolled back.
		 * @param action the action
		 */
		void beforeCommit(Runnable action);

		/**
		 * Whether it is too late for {@link #beforeCommit}, as others are called before
		 * the commit, too, and may write.
		 * @return true if an action given now is not run any more; false unless
		 * overridden
		 */
		default boolean committing() {
			return false;
		}

		/**
		 * Runs an action after the transaction has ended, on no transaction.
		 * @param action is told how it ended
		 */
		void afterCompletion(Consumer<Outcome> action);

	}

	/**
	 * How a transaction ended.
	 */
	enum Outcome {

		/** It was committed. */
		COMMITTED,

		/** It was rolled back. */
		ROLLED_BACK,

		/** It can't be told. */
		UNKNOWN

	}

}
