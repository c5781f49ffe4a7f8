package io.memstate.storage.jpa;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Function;

import io.memstate.StorageException;
import io.memstate.storage.FactJson;
import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.Payload;
import io.memstate.storage.StoredFact;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row for an id: the living fact, or what is kept of a removed one.
 */
@Entity
@Immutable
@Table(name = "fact")
@IdClass(FactRow.Key.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class FactRow {

	@Id
	@Column(name = "namespace")
	private String namespace;

	@Id
	@Column(name = "id")
	private String id;

	@Column(name = "version")
	private long version;

	@Column(name = "shows")
	private @Nullable String shows;

	@Column(name = "live")
	private boolean live;

	@Column(name = "type")
	private @Nullable String type;

	@Column(name = "session_id")
	private String sessionId;

	@Column(name = "singleton_key")
	private @Nullable String singletonKey;

	@Column(name = "payload")
	private @Nullable String payload;

	@Column(name = "source")
	private @Nullable String source;

	@Column(name = "ephemeral")
	private boolean ephemeral;

	@Column(name = "created_at")
	private @Nullable Long createdAt;

	@Column(name = "updated_at")
	private @Nullable Long updatedAt;

	@Column(name = "expires_at")
	private @Nullable Long expiresAt;

	@Column(name = "format")
	private int format;

	/** Reads a row where there is no session. */
	static FactRow read(ResultSet columns) throws SQLException {
		FactRow row = new FactRow();
		row.namespace = columns.getString("namespace");
		row.id = columns.getString("id");
		row.version = columns.getLong("version");
		row.shows = columns.getString("shows");
		row.live = columns.getBoolean("live");
		row.type = columns.getString("type");
		row.sessionId = columns.getString("session_id");
		row.singletonKey = columns.getString("singleton_key");
		row.payload = columns.getString("payload");
		row.source = columns.getString("source");
		row.ephemeral = columns.getBoolean("ephemeral");
		row.createdAt = columns.getObject("created_at", Long.class);
		row.updatedAt = columns.getObject("updated_at", Long.class);
		row.expiresAt = columns.getObject("expires_at", Long.class);
		row.format = columns.getInt("format");
		return row;
	}

	String id() {
		return this.id;
	}

	FactState state(Function<String, Payload> payloads) {
		requireFormat(this.format, "fact", this.id);
		return new FactState(this.id, this.version, this.shows, this.live ? fact(payloads) : null,
				this.live ? this.singletonKey : null);
	}

	@SuppressWarnings("NullAway") // a living fact has them all
	private StoredFact fact(Function<String, Payload> payloads) {
		return new StoredFact(this.namespace, this.id, this.type, payloads.apply(this.payload), this.source,
				this.sessionId.isEmpty() ? null : this.sessionId, this.ephemeral, this.version,
				Path.instant(this.createdAt), Path.instant(this.updatedAt),
				(this.expiresAt != null) ? Path.instant(this.expiresAt) : null);
	}

	static void requireFormat(int format, String what, Object which) {
		if (format != FactJson.FORMAT) {
			throw new StorageException("The " + what + " '" + which + "' is stored in format " + format
					+ ", but this version of MemState reads format " + FactJson.FORMAT
					+ "; use the version that wrote it, or a newer one");
		}
	}

	/**
	 * The primary key.
	 *
	 * @param namespace the namespace
	 * @param id the id in it
	 */
	record Key(String namespace, String id) {
	}

}
