package io.memstate.storage;

import java.util.Set;

/**
 * A storage that must be told beforehand which paths of a type to keep an index on, such
 * as a database that needs an index created.
 *
 * @since 0.1.0
 */
public interface IndexingStorage extends Storage {

	/**
	 * Sees to it that there is an index. May be called again at any time. Queries answer
	 * rightly before, during and after.
	 * @param type the type
	 * @param paths the paths into the payload
	 */
	void index(String type, Set<Path> paths);

}
