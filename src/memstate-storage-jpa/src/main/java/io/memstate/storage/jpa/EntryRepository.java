package io.memstate.storage.jpa;

import java.util.ArrayList;
import java.util.List;

import io.memstate.storage.Path;
import io.memstate.storage.StorageLogQuery;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.domain.Specification;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.repository.Repository;

/**
 * Reads of the log.
 */
interface EntryRepository extends Repository<EntryRow, Long>, JpaSpecificationExecutor<EntryRow> {

	/**
	 * The entries that a query asks for.
	 * @param query the query
	 * @return the entries in its order, at most as many as its limit
	 */
	default List<EntryRow> find(StorageLogQuery query) {
		Sort sort = Sort.by(query.ascending() ? Sort.Direction.ASC : Sort.Direction.DESC, "sequence");
		return findBy(matching(query), (found) -> found.sortBy(sort).limit(query.limit()).all());
	}

	private static Specification<EntryRow> matching(StorageLogQuery query) {
		return (entry, criteria, builder) -> {
			List<Predicate> all = new ArrayList<>();
			equal(all, entry, builder, "namespace", query.namespace());
			equal(all, entry, builder, "sessionId", query.sessionId());
			equal(all, entry, builder, "factId", query.factId());
			equal(all, entry, builder, "operation", query.operation());
			equal(all, entry, builder, "step", query.step());
			equal(all, entry, builder, "idempotencyKey", query.idempotencyKey());
			if (query.since() != null) {
				all.add(builder.ge(entry.get("loggedAt"), Path.micros(query.since())));
			}
			if (query.until() != null) {
				all.add(builder.le(entry.get("loggedAt"), Path.micros(query.until())));
			}
			if (query.beyond() != null) {
				all.add(query.ascending() ? builder.gt(entry.get("sequence"), query.beyond())
						: builder.lt(entry.get("sequence"), query.beyond()));
			}
			return builder.and(all);
		};
	}

	private static void equal(List<Predicate> all, Root<EntryRow> entry, CriteriaBuilder builder, String attribute,
			@Nullable String value) {
		if (value != null) {
			all.add(builder.equal(entry.get(attribute), value));
		}
	}

}
