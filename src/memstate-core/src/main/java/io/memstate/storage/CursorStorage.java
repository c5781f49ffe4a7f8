package io.memstate.storage;

import java.util.stream.Stream;

/**
 * A storage that can run through a sorted result of any size in constant memory.
 *
 * @since 0.1.0
 */
public interface CursorStorage extends Storage {

	/**
	 * What {@link #query} finds, without its limit.
	 * @param query what to find; its limit is how many to fetch at a time
	 * @return the facts in order, to be closed by the caller
	 */
	Stream<FactState> stream(StorageQuery query);

}
