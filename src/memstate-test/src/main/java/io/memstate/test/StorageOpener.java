package io.memstate.test;

import io.memstate.storage.Storage;

/**
 * Opens a storage in a process of its own. A class that implements it has a public
 * constructor without parameters.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface StorageOpener {

	/**
	 * Opens a storage.
	 * @param location where, in a form of the opener's own
	 * @return the storage, not initialized
	 */
	Storage open(String location);

}
