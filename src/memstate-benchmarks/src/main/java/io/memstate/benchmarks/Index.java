package io.memstate.benchmarks;

import java.util.List;

/**
 * An index of texts, apart from the database, as a search engine or a vector store is.
 */
interface Index {

	/**
	 * Takes texts.
	 * @param entries the texts
	 * @throws Exception if it could not, or could not answer
	 */
	void take(List<Entry> entries) throws Exception;

	/**
	 * What the index is to hold.
	 *
	 * @param id of what
	 * @param fence is ignored if below the last one taken for that id
	 * @param text the text, or null to hold nothing any more
	 */
	record Entry(String id, long fence, String text) {
	}

}
