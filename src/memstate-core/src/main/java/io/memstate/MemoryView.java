package io.memstate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A namespace as it was at a time: read-only. {@link FactQuery#anyLayer()} shows the
 * sessions as they were, too; without it, the view is of long-term memory.
 *
 * @since 0.1.0
 */
public interface MemoryView {

	/**
	 * The time that the view shows.
	 * @return the time
	 */
	Instant time();

	/**
	 * Reads a fact as it was.
	 * @param id the id
	 * @return the fact, or empty if there was none in long-term memory
	 */
	Optional<Fact> get(String id);

	/**
	 * Finds facts as they were.
	 * @param query what to find
	 * @return the facts in the order that the query asks for
	 */
	List<Fact> query(FactQuery query);

	/**
	 * Finds facts as they were. Everything is read before the first fact is given out,
	 * and what matches is in memory, up to the limit of the query: the log is not kept in
	 * the order of creation. Ask for a limit, and for one page {@link FactQuery#after
	 * after} the other, where the result may be large; each page reads the log again.
	 * @param query what to find
	 * @return the facts in the order that the query asks for; to be closed by the caller
	 */
	Stream<Fact> stream(FactQuery query);

	/**
	 * Counts facts as they were.
	 * @param query what to count
	 * @return how many
	 */
	long count(FactQuery query);

}
