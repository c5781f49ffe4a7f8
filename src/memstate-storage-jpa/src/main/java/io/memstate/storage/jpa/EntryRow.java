package io.memstate.storage.jpa;

import io.memstate.storage.FactJson;
import io.memstate.storage.IdempotentCall;
import io.memstate.storage.Path;
import io.memstate.storage.StoredEntry;
import io.memstate.storage.StoredFact;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the log.
 */
@Entity
@Immutable
@Table(name = "log")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class EntryRow {

	@Id
	@Column(name = "sequence")
	private long sequence;

	@Column(name = "namespace")
	private String namespace;

	@Column(name = "step")
	private String step;

	@Column(name = "operation")
	private String operation;

	@Column(name = "session_id")
	private @Nullable String sessionId;

	@Column(name = "fact_id")
	private String factId;

	@Column(name = "before_image")
	private @Nullable String beforeImage;

	@Column(name = "after_image")
	private @Nullable String afterImage;

	@Column(name = "version")
	private long version;

	@Column(name = "actor")
	private @Nullable String actor;

	@Column(name = "reason")
	private @Nullable String reason;

	@Column(name = "logged_at")
	private long loggedAt;

	@Column(name = "reverts")
	private @Nullable String reverts;

	@Column(name = "showed")
	private @Nullable String showed;

	@Column(name = "idempotency_key")
	private @Nullable String idempotencyKey;

	@Column(name = "fingerprint")
	private @Nullable String fingerprint;

	@Column(name = "ordinal")
	private @Nullable Integer ordinal;

	@Column(name = "format")
	private int format;

	StoredEntry entry() {
		FactRow.requireFormat(this.format, "log entry", this.sequence);
		return new StoredEntry(this.sequence, this.step, this.operation, this.sessionId, this.factId,
				image(this.beforeImage), image(this.afterImage), this.version, this.actor, this.reason,
				Path.instant(this.loggedAt), this.reverts, this.showed, call());
	}

	private static @Nullable StoredFact image(@Nullable String json) {
		return (json != null) ? FactJson.read(json) : null;
	}

	private @Nullable IdempotentCall call() {
		return (this.idempotencyKey != null && this.fingerprint != null && this.ordinal != null)
				? new IdempotentCall(this.idempotencyKey, this.fingerprint, this.ordinal) : null;
	}

}
