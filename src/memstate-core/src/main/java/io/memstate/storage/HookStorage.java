package io.memstate.storage;

/**
 * A storage that keeps what hooks need to stay in step with the facts whatever happens:
 * which facts hooks are being told of, and which changes are still to be delivered. A
 * store with hooks can only be built on such a storage.
 *
 * @since 0.1.0
 */
public interface HookStorage extends Storage {

	/**
	 * The facts that hooks are being told of.
	 * @return the intents; the same object at each call
	 */
	Intents intents();

	/**
	 * The changes that are still to be delivered.
	 * @return the outbox; the same object at each call
	 */
	Outbox outbox();

}
