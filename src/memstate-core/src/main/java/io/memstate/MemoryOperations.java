package io.memstate;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What can be done with the facts of one layer: long-term memory, or a session. Every
 * write is one atomic step.
 * <p>
 * Every write may throw a {@link ConflictException} (a precondition or constraint does
 * not hold), a {@link FactValidationException} (what was given can't be stored), a
 * {@link HookException} or a {@link StorageException}; then nothing has changed.
 * Arguments that could never be right are refused with an
 * {@link IllegalArgumentException}.
 *
 * @since 0.1.0
 */
public interface MemoryOperations {

	/**
	 * Commits a fact. Committing on an id that exists, or on a singleton key that is
	 * held, replaces that fact's payload, source, ephemeral mark and expiry.
	 * @param model an instance of a registered class, or a {@link Draft}
	 * @return the fact as it is now
	 */
	Fact commit(Object model);

	/**
	 * Commits a fact.
	 * @param model an instance of a registered class, or a {@link Draft}
	 * @param change who and why, and on what condition
	 * @return the fact as it is now
	 * @see #commit(Object)
	 */
	Fact commit(Object model, Change change);

	/**
	 * Commits several facts in one step, all or none.
	 * @param models instances of registered classes, or drafts
	 * @param change who and why
	 * @return the facts as they are now, in the order of the models
	 */
	List<Fact> commitAll(Collection<?> models, Change change);

	/**
	 * Patches the payload of a fact by JSON Merge Patch (RFC 7396).
	 * @param id the id
	 * @param patch what to set; null removes
	 * @return the fact as it is now
	 * @throws FactNotFoundException if this layer holds no such fact
	 * @see Patch
	 */
	Fact update(String id, Map<String, ?> patch);

	/**
	 * Patches the payload of a fact by JSON Merge Patch (RFC 7396).
	 * @param id the id
	 * @param patch what to set; null removes
	 * @param change who and why, and on what condition
	 * @return the fact as it is now
	 * @throws FactNotFoundException if this layer holds no such fact
	 * @see Patch
	 */
	Fact update(String id, Map<String, ?> patch, Change change);

	/**
	 * Deletes a fact. A rollback brings it back.
	 * @param id the id
	 * @return the fact as it was
	 * @throws FactNotFoundException if this layer holds no such fact
	 */
	Fact delete(String id);

	/**
	 * Deletes a fact. A rollback brings it back.
	 * @param id the id
	 * @param change who and why, and on what condition
	 * @return the fact as it was
	 * @throws FactNotFoundException if this layer holds no such fact
	 */
	Fact delete(String id, Change change);

	/**
	 * Reads a fact of this layer.
	 * @param id the id
	 * @return the fact, or empty if this layer holds none of that id
	 */
	Optional<Fact> get(String id);

	/**
	 * Reads a fact of this layer as an instance of a class.
	 * @param <T> the class
	 * @param id the id
	 * @param model the class
	 * @return the instance, or empty if this layer holds no fact of that id
	 * @throws FactValidationException if the payload does not fit the class
	 */
	<T> Optional<T> get(String id, Class<T> model);

	/**
	 * Finds facts.
	 * @param query what to find
	 * @return the facts in the order that the query asks for
	 */
	List<Fact> query(FactQuery query);

	/**
	 * Finds facts of the type that a class is registered for, as instances of it.
	 * @param <T> the class
	 * @param model a registered class
	 * @param query what to find
	 * @return the instances in the order that the query asks for
	 * @throws FactValidationException if the class is not registered or a payload does
	 * not fit it
	 */
	<T> List<T> query(Class<T> model, FactQuery query);

	/**
	 * Finds facts of any number in constant memory.
	 * @param query what to find
	 * @return the facts in the order that the query asks for; to be closed by the caller
	 */
	Stream<Fact> stream(FactQuery query);

	/**
	 * Counts facts. The query's limit and page count as well.
	 * @param query what to count
	 * @return how many facts {@link #query(FactQuery)} would find
	 */
	long count(FactQuery query);

	/**
	 * Searches facts by meaning, with the {@link SemanticIndex} that is registered.
	 * @param request what to search for
	 * @return the facts, best first
	 * @throws MemoryStoreException if there is no index
	 */
	List<ScoredFact> search(SearchRequest request);

	/**
	 * Runs several operations as one step, all or nothing. The work may run more than
	 * once and sees its own writes. Facts that it reads by id are checked again when it
	 * commits. A transaction inside joins this one; if it fails and the failure is
	 * caught, what it wrote is given up alone.
	 * @param <R> the type of the result
	 * @param work does its work with the operations that it is given, and with them alone
	 * @return what the work returned
	 * @throws IllegalStateException if the work writes to the store itself
	 */
	<R> R transaction(Function<MemoryOperations, R> work);

	/**
	 * Runs several operations as one step, all or nothing.
	 * @param <R> the type of the result
	 * @param change who and why, for the operations inside that do not tell themselves
	 * @param work does its work with the operations that it is given, and with them alone
	 * @return what the work returned
	 * @see #transaction(Function)
	 */
	<R> R transaction(Change change, Function<MemoryOperations, R> work);

}
