package io.memstate.test;

import java.util.Set;

/**
 * Opens a storage that takes part in the transactions of a caller, in a process of its
 * own. One instance opens one storage.
 *
 * @since 0.1.0
 */
public interface CallerStorageOpener extends StorageOpener {

	/**
	 * Runs work in a transaction of the caller that writes a row of the caller, too.
	 * @param row the row, of a name that no other row has
	 * @param work the work; if it fails, the transaction is rolled back
	 */
	void inTransaction(String row, Runnable work);

	/**
	 * The rows that are committed, of whatever process.
	 * @return their names
	 */
	Set<String> rows();

}
