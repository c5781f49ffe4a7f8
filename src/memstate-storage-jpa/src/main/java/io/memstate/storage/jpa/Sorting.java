package io.memstate.storage.jpa;

import java.util.ArrayList;
import java.util.List;

import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;
import io.memstate.storage.StoredFact;

/**
 * The order of a query and the place where its page starts, in SQL.
 */
final class Sorting {

	private final Database database;

	private final List<Term> terms = new ArrayList<>();

	private Sorting(Database database) {
		this.database = database;
	}

	/**
	 * The order of a query.
	 * @param database tells what to sort by
	 * @param query the query
	 * @return its order
	 */
	static Sorting of(Database database, StorageQuery query) {
		Sorting sorting = new Sorting(database);
		for (StorageQuery.SortKey key : query.order()) {
			for (Database.Criterion criterion : database.criteria(key)) {
				sorting.terms.add(new Term(criterion, key.path(), key.descending()));
			}
		}
		return sorting;
	}

	/**
	 * What an attribute of a fact is sorted by.
	 * @param attribute the attribute
	 * @return the criteria
	 */
	static List<Database.Criterion> attribute(Path.Attribute attribute) {
		String column = Conditions.column(attribute);
		if (attribute != Path.Attribute.SOURCE) {
			return List.of(new Database.Criterion(column, java.util.Objects::requireNonNull));
		}
		return List.of(
				new Database.Criterion("case when f.source is null then 0 else 1 end",
						(value) -> (value == Path.MISSING) ? 0 : 1),
				new Database.Criterion("coalesce(f.source, '')",
						(value) -> (value instanceof String text) ? text : ""));
	}

	/**
	 * The clause that sorts.
	 * @return what follows {@code order by}
	 */
	String orderBy() {
		StringBuilder clause = new StringBuilder();
		for (Term term : this.terms) {
			clause.append(term.criterion.expression()).append(term.descending ? " desc, " : ", ");
		}
		return clause.append(this.database.creation()).toString();
	}

	/**
	 * The condition that a fact comes after another.
	 * @param fact the other fact
	 * @return the condition
	 */
	Fragment after(StoredFact fact) {
		Fragment creation = this.database.createdAfter(Path.micros(fact.createdAt()), fact.id());
		Fragment condition = creation;
		for (int i = this.terms.size() - 1; i >= 0; i--) {
			condition = this.terms.get(i).beyond(fact, condition);
		}
		return condition;
	}

	private record Term(Database.Criterion criterion, Path path, boolean descending) {

		Fragment beyond(StoredFact fact, Fragment otherwise) {
			Object value = this.criterion.value().apply(this.path.resolve(fact));
			Fragment beyond = Fragment.of(this.criterion.expression() + (this.descending ? " < ?" : " > ?"), value);
			Fragment equal = Fragment.of(this.criterion.expression() + " = ?", value);
			return Fragment.any(List.of(beyond, Fragment.all(List.of(equal, otherwise))));
		}

	}

}
