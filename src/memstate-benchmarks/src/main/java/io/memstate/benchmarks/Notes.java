package io.memstate.benchmarks;

import java.util.Map;

/**
 * Texts in a database that an index is to be in step with.
 */
interface Notes extends AutoCloseable {

	void put(String id, String text) throws Exception;

	void delete(String id) throws Exception;

	/** What the database holds, by id. */
	Map<String, String> texts() throws Exception;

	/**
	 * Does what is left to do to bring the index in step.
	 * @return whether that was all
	 */
	boolean repair();

}
