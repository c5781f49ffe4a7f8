package io.memstate.storage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Remembers which facts hooks are being told of, so that what a dead process left behind
 * is found. An intent belongs to a token, which makes it up; a unit that carries
 * {@link Precondition.LeaseHeld} is only written while the intents are still its own, and
 * removes them unless it keeps them.
 * <p>
 * Each method is one durable write of its own, also on a thread on which a transaction of
 * the caller is active: it is there to outlive that transaction. It neither waits for a
 * lock that the caller's transaction holds nor for a pool that the caller may have
 * exhausted.
 * <p>
 * Fences are issued with a lease and with a renewal: numbers that rise for each fact and
 * are never issued again, not even after a restart or a restored backup. An intent is
 * locked when its fence is drawn, so that a later lease of a fact has the higher one.
 *
 * @since 0.1.0
 */
public interface Intents {

	/**
	 * Whether several requests at once cost less than one by one, so that it is worth to
	 * gather them.
	 * @return true unless overridden
	 */
	default boolean gathers() {
		return true;
	}

	/**
	 * Waits for as long as it is better to gather more requests than to lease what is
	 * asked for already. It is called before a gathered {@link #lease}, by the same
	 * thread.
	 */
	default void awaitRequests() {
	}

	/**
	 * How many threads may lease at a time, if requests are gathered. More than one are
	 * worth it where those who wait for one durable write could begin the next.
	 * @return 1 unless overridden
	 */
	default int concurrency() {
		return 1;
	}

	/**
	 * Leases facts, each request wholly or not at all, independently of the others, in as
	 * few durable writes as possible. A request that replaces tokens comes alone and is
	 * carried out as a part of the calling thread's write: no unit that holds a replaced
	 * token is written from then on.
	 * @param requests the requests, at least one, which concern different facts or not
	 * @return one result for each request, in order
	 */
	List<LeaseResult> lease(List<LeaseRequest> requests);

	/**
	 * Hands all intents of a token on to another one, with a new fence. No unit that
	 * holds the old token is written from then on.
	 * @param namespace the namespace
	 * @param token the token so far
	 * @param newToken the token from now on; may be the same
	 * @param until until when the lease is valid; in the past to give it up but leave the
	 * intents
	 * @return the fence, and the facts whose intents still carried the token
	 */
	Renewal renew(String namespace, String token, String newToken, Instant until);

	/**
	 * Removes all intents of a token.
	 * @param namespace the namespace
	 * @param token the token
	 */
	void release(String namespace, String token);

	/**
	 * Removes all intents of some tokens.
	 * @param namespace the namespace
	 * @param tokens the tokens
	 */
	default void release(String namespace, Collection<String> tokens) {
		tokens.forEach((token) -> release(namespace, token));
	}

	/**
	 * Lists intents of all namespaces, without visiting every namespace.
	 * @param after where the page starts, or null for the first page
	 * @param limit how many at most, at least 1
	 * @return the intents, by namespace and fact id in code-point order
	 */
	List<Intent> list(@Nullable FactAddress after, int limit);

}
