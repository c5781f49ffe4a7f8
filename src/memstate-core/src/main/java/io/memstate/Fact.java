package io.memstate;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.StoredFact;

/**
 * Something remembered, as it was committed. Immutable; equal to another if every
 * attribute is.
 *
 * @since 0.1.0
 */
public final class Fact {

	private final StoredFact stored;

	Fact(StoredFact stored) {
		this.stored = stored;
	}

	static @Nullable Fact ofNullable(@Nullable StoredFact stored) {
		return (stored != null) ? new Fact(stored) : null;
	}

	StoredFact stored() {
		return this.stored;
	}

	/**
	 * The id, unique in the namespace.
	 * @return a UUIDv7, or the id that the draft named
	 */
	public String id() {
		return this.stored.id();
	}

	/**
	 * The namespace.
	 * @return its name
	 */
	public String namespace() {
		return this.stored.namespace();
	}

	/**
	 * The type.
	 * @return its name
	 */
	public String type() {
		return this.stored.type();
	}

	/**
	 * The payload in canonical form: keys in code-point order; integers as
	 * {@code Integer}, {@code Long} or {@code BigInteger}, the smallest that fits;
	 * decimals as {@code Double} where that loses nothing, otherwise {@code BigDecimal};
	 * times as text.
	 * @return deeply unmodifiable
	 */
	public Map<String, Object> payload() {
		return this.stored.payload().map();
	}

	/**
	 * The payload as an instance of a class.
	 * @param <T> the class
	 * @param model the class
	 * @return a new instance
	 * @throws FactValidationException if the payload does not fit the class
	 */
	public <T> T payloadAs(Class<T> model) {
		return ModelMapper.read(this.stored, Arguments.notNull(model, "model"));
	}

	/**
	 * Where the fact came from.
	 * @return for example a URL or the id of a message, or null if not told
	 */
	public @Nullable String source() {
		return this.stored.source();
	}

	/**
	 * The session whose layer the fact is in.
	 * @return its id, or null for long-term memory
	 */
	public @Nullable String sessionId() {
		return this.stored.sessionId();
	}

	/**
	 * Whether the fact stays behind when its session is promoted.
	 * @return true if so
	 */
	public boolean ephemeral() {
		return this.stored.ephemeral();
	}

	/**
	 * The version: 1 for the first change of an id, one more for each further change,
	 * deletion and rollback included.
	 * @return at least 1
	 */
	public long version() {
		return this.stored.version();
	}

	/**
	 * When the fact was first committed.
	 * @return the time, to the microsecond
	 */
	public Instant createdAt() {
		return this.stored.createdAt();
	}

	/**
	 * When this version was written.
	 * @return the time, to the microsecond
	 */
	public Instant updatedAt() {
		return this.stored.updatedAt();
	}

	/**
	 * From when on the fact is not returned any more.
	 * @return the time, to the microsecond, or null for never
	 */
	public @Nullable Instant expiresAt() {
		return this.stored.expiresAt();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Fact fact && this.stored.equals(fact.stored);
	}

	@Override
	public int hashCode() {
		return this.stored.id().hashCode() * 31 + Long.hashCode(this.stored.version());
	}

	/**
	 * The fact without its payload, which may be confidential.
	 */
	@Override
	public String toString() {
		return "Fact[" + type() + " '" + id() + "' version " + version() + " in namespace '" + namespace() + "'"
				+ ((sessionId() != null) ? ", session '" + sessionId() + "'" : "") + "]";
	}

}
