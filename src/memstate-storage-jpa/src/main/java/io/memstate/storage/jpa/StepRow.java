package io.memstate.storage.jpa;

import io.memstate.storage.StoredStep;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A counted step.
 */
@Entity
@Immutable
@Table(name = "step")
@IdClass(StepRow.Key.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class StepRow {

	@Id
	@Column(name = "namespace")
	private String namespace;

	@Id
	@Column(name = "step")
	private String step;

	@Column(name = "session_id")
	private @Nullable String sessionId;

	@Column(name = "long_term")
	private int longTerm;

	@Column(name = "sequence")
	private long sequence;

	@Column(name = "undone_at")
	private @Nullable Long undoneAt;

	StoredStep step() {
		return new StoredStep(this.step, this.sessionId, this.longTerm != 0, this.sequence, this.undoneAt);
	}

	/**
	 * The primary key.
	 *
	 * @param namespace the namespace
	 * @param step the step in it
	 */
	record Key(String namespace, String step) {
	}

}
