package io.memstate;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A fact that is proposed: what to remember, and how. Immutable; each method answers with
 * a copy. The payload is checked when it is committed.
 *
 * @since 0.1.0
 */
public final class Draft {

	private final @Nullable String type;

	private final Object content;

	private final @Nullable String id;

	private final @Nullable String source;

	private final boolean ephemeral;

	private final @Nullable Instant expiresAt;

	private final @Nullable Duration expiresIn;

	private Draft(@Nullable String type, Object content, @Nullable String id, @Nullable String source,
			boolean ephemeral, @Nullable Instant expiresAt, @Nullable Duration expiresIn) {
		this.type = type;
		this.content = content;
		this.id = id;
		this.source = source;
		this.ephemeral = ephemeral;
		this.expiresAt = expiresAt;
		this.expiresIn = expiresIn;
	}

	/**
	 * A draft of an instance of a registered class.
	 * @param model the instance
	 * @return the draft
	 * @throws IllegalArgumentException for a map, a collection or a fact, which have no
	 * type of their own
	 */
	public static Draft of(Object model) {
		if (Arguments.notNull(model, "model") instanceof Draft draft) {
			return draft;
		}
		if (model instanceof Map) {
			throw new IllegalArgumentException(
					"'model' must be an instance of a registered class, but was a map, which has no type: "
							+ "use Draft.of(type, map)");
		}
		if (model instanceof Iterable || model.getClass().isArray()) {
			throw new IllegalArgumentException(
					"'model' must be one fact, but was a collection: use commitAll(models, change)");
		}
		if (model instanceof Fact) {
			throw new IllegalArgumentException("'model' must be an instance of a registered class or a draft, but was "
					+ "a fact: use update(fact.id(), patch), or Draft.of(fact.type(), fact.payload()).id(fact.id())");
		}
		return new Draft(null, model, null, null, false, null, null);
	}

	/**
	 * A draft of a payload.
	 * @param type the type
	 * @param payload the payload; its entries are copied, but not what they hold, which
	 * must not change before the commit
	 * @return the draft
	 */
	public static Draft of(String type, Map<String, ?> payload) {
		return new Draft(Arguments.name(type, "type"), new LinkedHashMap<>(Arguments.notNull(payload, "payload")), null,
				null, false, null, null);
	}

	/**
	 * Names the id. Committing on an id that exists replaces that fact.
	 * @param id 1 to 255 characters without control characters
	 * @return a copy
	 */
	public Draft id(String id) {
		return new Draft(this.type, this.content, Arguments.name(id, "id"), this.source, this.ephemeral, this.expiresAt,
				this.expiresIn);
	}

	/**
	 * Tells where the fact comes from.
	 * @param source 1 to 4,096 characters without control characters
	 * @return a copy
	 */
	public Draft source(String source) {
		return new Draft(this.type, this.content, this.id, Arguments.text(source, "source"), this.ephemeral,
				this.expiresAt, this.expiresIn);
	}

	/**
	 * Lets the fact stay behind when its session is promoted.
	 * @return a copy
	 */
	public Draft ephemeral() {
		return new Draft(this.type, this.content, this.id, this.source, true, this.expiresAt, this.expiresIn);
	}

	/**
	 * Lets the fact expire at a time.
	 * @param expiresAt from when on it is not returned any more; cut to microseconds
	 * @return a copy
	 */
	public Draft expiresAt(Instant expiresAt) {
		return new Draft(this.type, this.content, this.id, this.source, this.ephemeral,
				Arguments.time(expiresAt, "expiresAt"), null);
	}

	/**
	 * Lets the fact expire some time after it is committed.
	 * @param expiresIn how long after, more than zero
	 * @return a copy
	 */
	public Draft expiresIn(Duration expiresIn) {
		if (Arguments.notNull(expiresIn, "expiresIn").isNegative() || expiresIn.isZero()) {
			throw new IllegalArgumentException("'expiresIn' must be more than zero, but was " + expiresIn);
		}
		return new Draft(this.type, this.content, this.id, this.source, this.ephemeral, null, expiresIn);
	}

	/** The type, or null if the content is an instance of a class that tells it. */
	@Nullable String type() {
		return this.type;
	}

	/** A map if the type is given, otherwise an instance. */
	Object content() {
		return this.content;
	}

	@Nullable String id() {
		return this.id;
	}

	@Nullable String source() {
		return this.source;
	}

	boolean isEphemeral() {
		return this.ephemeral;
	}

	@Nullable Instant expiry(Instant now) {
		if (this.expiresIn == null) {
			return this.expiresAt;
		}
		try {
			return Arguments.time(now.plus(this.expiresIn), "expiresIn");
		}
		catch (ArithmeticException | java.time.DateTimeException ex) {
			throw new IllegalArgumentException(
					"'expiresIn' must end at a time that can be told, but was " + this.expiresIn, ex);
		}
	}

	/**
	 * What tells this draft from another, for idempotency: as given, not as it resolves.
	 */
	@Nullable Object expirySpec() {
		return (this.expiresIn != null) ? this.expiresIn : this.expiresAt;
	}

}
