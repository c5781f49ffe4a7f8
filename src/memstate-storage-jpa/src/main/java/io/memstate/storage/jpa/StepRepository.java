package io.memstate.storage.jpa;

import java.util.List;

import io.memstate.storage.StepQuery;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/**
 * Reads of the counted steps.
 */
interface StepRepository extends Repository<StepRow, StepRow.Key> {

	String LONG_TERM = "select s from StepRow s where s.namespace = ?1 and s.longTerm = 1";

	String SESSION = "select s from StepRow s where s.namespace = ?1 and s.sessionId = ?2";

	String NEWEST = " order by s.sequence desc";

	String LATEST_UNDONE = " and s.undoneAt is not null order by s.undoneAt desc";

	@Query(LONG_TERM + NEWEST)
	List<StepRow> all(String namespace, Limit limit);

	@Query(LONG_TERM + " and s.undoneAt is null" + NEWEST)
	List<StepRow> done(String namespace, Limit limit);

	@Query(LONG_TERM + LATEST_UNDONE)
	List<StepRow> undone(String namespace, Limit limit);

	@Query(SESSION + NEWEST)
	List<StepRow> all(String namespace, String sessionId, Limit limit);

	@Query(SESSION + " and s.undoneAt is null" + NEWEST)
	List<StepRow> done(String namespace, String sessionId, Limit limit);

	@Query(SESSION + LATEST_UNDONE)
	List<StepRow> undone(String namespace, String sessionId, Limit limit);

	/**
	 * The steps that a query asks for.
	 * @param query the query
	 * @return the steps in its order, at most as many as its limit
	 */
	default List<StepRow> find(StepQuery query) {
		Limit limit = Limit.of(query.limit());
		String namespace = query.namespace();
		String session = query.sessionId();
		if (session == null) {
			return switch (query.selection()) {
				case ALL -> all(namespace, limit);
				case DONE -> done(namespace, limit);
				case UNDONE -> undone(namespace, limit);
			};
		}
		return switch (query.selection()) {
			case ALL -> all(namespace, session, limit);
			case DONE -> done(namespace, session, limit);
			case UNDONE -> undone(namespace, session, limit);
		};
	}

}
