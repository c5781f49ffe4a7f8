package io.memstate.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

import io.memstate.HookMode;
import io.memstate.PayloadLimits;
import io.memstate.UnregisteredTypes;

/**
 * What an application can configure under {@code memstate}.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("memstate")
public class MemStateProperties {

	/**
	 * Where facts and their log live. When set to "auto", the storage is chosen by what
	 * the application has: a named connection, its DataSource, its
	 * RedisConnectionFactory, or else a private SQLite file.
	 */
	private Backend backend = Backend.AUTO;

	/**
	 * Namespace that the MemoryStore bean acts on, 1 to 255 characters without control
	 * characters.
	 */
	private String namespace = "default";

	/**
	 * Number of facts that one step may change at most. Larger steps are refused before
	 * anything is written.
	 */
	private int maxStepSize = 10_000;

	/**
	 * Time for which a write that loses races against other writers is planned again.
	 */
	private Duration retryTimeout = Duration.ofSeconds(10);

	private final Sqlite sqlite = new Sqlite();

	private final Postgres postgres = new Postgres();

	private final Redis redis = new Redis();

	private final Jdbc jdbc = new Jdbc();

	private final Schema schema = new Schema();

	private final Payload payload = new Payload();

	private final Hooks hooks = new Hooks();

	private final Maintenance maintenance = new Maintenance();

	public Backend getBackend() {
		return this.backend;
	}

	public void setBackend(Backend backend) {
		this.backend = backend;
	}

	public String getNamespace() {
		return this.namespace;
	}

	public void setNamespace(String namespace) {
		this.namespace = namespace;
	}

	public int getMaxStepSize() {
		return this.maxStepSize;
	}

	public void setMaxStepSize(int maxStepSize) {
		this.maxStepSize = maxStepSize;
	}

	public Duration getRetryTimeout() {
		return this.retryTimeout;
	}

	public void setRetryTimeout(Duration retryTimeout) {
		this.retryTimeout = retryTimeout;
	}

	public Sqlite getSqlite() {
		return this.sqlite;
	}

	public Postgres getPostgres() {
		return this.postgres;
	}

	public Redis getRedis() {
		return this.redis;
	}

	public Jdbc getJdbc() {
		return this.jdbc;
	}

	public Schema getSchema() {
		return this.schema;
	}

	public Payload getPayload() {
		return this.payload;
	}

	public Hooks getHooks() {
		return this.hooks;
	}

	public Maintenance getMaintenance() {
		return this.maintenance;
	}

	/**
	 * Where facts and their log live.
	 */
	public enum Backend {

		/** Chosen by what the application has. */
		AUTO,

		/** In the heap of the process, lost when it ends. */
		IN_MEMORY,

		/** A SQLite file. */
		SQLITE,

		/** A PostgreSQL database. */
		POSTGRES,

		/** A Redis server or cluster. */
		REDIS

	}

	/**
	 * The private SQLite file.
	 */
	public static class Sqlite {

		/**
		 * File of the SQLite database, relative to the working directory or absolute. It
		 * is created where it is missing.
		 */
		private String path = "memstate.db";

		/**
		 * How a commit to the file is secured.
		 */
		private Synchronous synchronous = Synchronous.FULL;

		public String getPath() {
			return this.path;
		}

		public void setPath(String path) {
			this.path = path;
		}

		public Synchronous getSynchronous() {
			return this.synchronous;
		}

		public void setSynchronous(Synchronous synchronous) {
			this.synchronous = synchronous;
		}

		/**
		 * How a commit is secured.
		 */
		public enum Synchronous {

			/** It survives a power cut. */
			FULL,

			/** It survives the end of the process, but not always a power cut. */
			NORMAL

		}

	}

	/**
	 * A connection to PostgreSQL of MemState's own.
	 */
	public static class Postgres {

		/**
		 * JDBC URL of a connection of MemState's own. Without it, the DataSource of the
		 * application is used.
		 */
		private @Nullable String url;

		/**
		 * User name of the connection of MemState's own.
		 */
		private @Nullable String username;

		/**
		 * Password of the connection of MemState's own.
		 */
		private @Nullable String password;

		/**
		 * Number of connections that the pool of MemState's own holds at most.
		 */
		private int poolSize = 10;

		public @Nullable String getUrl() {
			return this.url;
		}

		public void setUrl(@Nullable String url) {
			this.url = url;
		}

		public @Nullable String getUsername() {
			return this.username;
		}

		public void setUsername(@Nullable String username) {
			this.username = username;
		}

		public @Nullable String getPassword() {
			return this.password;
		}

		public void setPassword(@Nullable String password) {
			this.password = password;
		}

		public int getPoolSize() {
			return this.poolSize;
		}

		public void setPoolSize(int poolSize) {
			this.poolSize = poolSize;
		}

	}

	/**
	 * Redis.
	 */
	public static class Redis {

		/**
		 * URL of a connection of MemState's own, such as
		 * "redis://user:password@host:6379/0". Without it, the RedisConnectionFactory of
		 * the application is used.
		 */
		private @Nullable String url;

		/**
		 * Prefix of all keys that are written.
		 */
		private String keyPrefix = "memstate";

		/**
		 * Time that connecting or a command may take on the connection of MemState's own.
		 */
		private Duration timeout = Duration.ofSeconds(5);

		public @Nullable String getUrl() {
			return this.url;
		}

		public void setUrl(@Nullable String url) {
			this.url = url;
		}

		public String getKeyPrefix() {
			return this.keyPrefix;
		}

		public void setKeyPrefix(String keyPrefix) {
			this.keyPrefix = keyPrefix;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * SQLite and PostgreSQL.
	 */
	public static class Jdbc {

		/**
		 * When the tables and indexes are created at start.
		 */
		private InitializeSchema initializeSchema = InitializeSchema.EMBEDDED;

		/**
		 * Database schema that holds the tables. Without it, the one that the connection
		 * uses.
		 */
		private @Nullable String schema;

		/**
		 * Prefix of the names of tables and indexes.
		 */
		private String tablePrefix = "memstate_";

		/**
		 * Time to wait for a connection of MemState's own and, on SQLite, for the write
		 * lock.
		 */
		private Duration connectionTimeout = Duration.ofSeconds(10);

		/**
		 * Time that a statement may take on PostgreSQL.
		 */
		private Duration statementTimeout = Duration.ofSeconds(30);

		public InitializeSchema getInitializeSchema() {
			return this.initializeSchema;
		}

		public void setInitializeSchema(InitializeSchema initializeSchema) {
			this.initializeSchema = initializeSchema;
		}

		public @Nullable String getSchema() {
			return this.schema;
		}

		public void setSchema(@Nullable String schema) {
			this.schema = schema;
		}

		public String getTablePrefix() {
			return this.tablePrefix;
		}

		public void setTablePrefix(String tablePrefix) {
			this.tablePrefix = tablePrefix;
		}

		public Duration getConnectionTimeout() {
			return this.connectionTimeout;
		}

		public void setConnectionTimeout(Duration connectionTimeout) {
			this.connectionTimeout = connectionTimeout;
		}

		public Duration getStatementTimeout() {
			return this.statementTimeout;
		}

		public void setStatementTimeout(Duration statementTimeout) {
			this.statementTimeout = statementTimeout;
		}

		/**
		 * When tables and indexes are created.
		 */
		public enum InitializeSchema {

			/** On SQLite and PostgreSQL. */
			ALWAYS,

			/** On SQLite only. */
			EMBEDDED,

			/** Not at all; the application starts with the database down. */
			NEVER

		}

	}

	/**
	 * Types of facts.
	 */
	public static class Schema {

		/**
		 * What becomes of facts of types that have no schema.
		 */
		private UnregisteredTypes unregisteredTypes = UnregisteredTypes.ACCEPT;

		public UnregisteredTypes getUnregisteredTypes() {
			return this.unregisteredTypes;
		}

		public void setUnregisteredTypes(UnregisteredTypes unregisteredTypes) {
			this.unregisteredTypes = unregisteredTypes;
		}

	}

	/**
	 * Limits of payloads.
	 */
	public static class Payload {

		/**
		 * Number of levels of objects and arrays that a payload may have, 1 to 1,000.
		 */
		private int maxDepth = 500;

		/**
		 * Size that a payload may have as UTF-8 encoded JSON.
		 */
		private DataSize maxSize = DataSize.ofMegabytes(1);

		/**
		 * Number of digits that a number in a payload may have in plain notation, 1 to
		 * 16,383.
		 */
		private int maxDigits = 4096;

		public int getMaxDepth() {
			return this.maxDepth;
		}

		public void setMaxDepth(int maxDepth) {
			this.maxDepth = maxDepth;
		}

		public DataSize getMaxSize() {
			return this.maxSize;
		}

		public void setMaxSize(DataSize maxSize) {
			this.maxSize = maxSize;
		}

		public int getMaxDigits() {
			return this.maxDigits;
		}

		public void setMaxDigits(int maxDigits) {
			this.maxDigits = maxDigits;
		}

		PayloadLimits toLimits() {
			return PropertyTarget.of(PayloadLimits.DEFAULTS)
				.set("memstate.payload.max-depth",
						(limits) -> new PayloadLimits(this.maxDepth, limits.maxBytes(), limits.maxDigits()))
				.set("memstate.payload.max-size",
						(limits) -> new PayloadLimits(limits.maxDepth(), bytes(this.maxSize), limits.maxDigits()))
				.set("memstate.payload.max-digits",
						(limits) -> new PayloadLimits(limits.maxDepth(), limits.maxBytes(), this.maxDigits))
				.get();
		}

		private static int bytes(DataSize size) {
			if (size.toBytes() < 1) {
				throw new IllegalArgumentException("'maxSize' must be at least 1 byte, but was " + size);
			}
			return (int) Math.min(size.toBytes(), Integer.MAX_VALUE);
		}

	}

	/**
	 * Hooks.
	 */
	public static class Hooks {

		/**
		 * When hooks that don't say so themselves are told of changes.
		 */
		private HookMode mode = HookMode.STRICT;

		/**
		 * Number of failed deliveries from an outbox after which a change is parked.
		 */
		private int maxAttempts = 20;

		/**
		 * Time to wait after the first failed delivery of a change from an outbox. It
		 * doubles with each further failure.
		 */
		private Duration backOff = Duration.ofSeconds(1);

		/**
		 * Time between the end of one delivery from the outboxes and the start of the
		 * next.
		 */
		private Duration deliveryInterval = Duration.ofMillis(500);

		public HookMode getMode() {
			return this.mode;
		}

		public void setMode(HookMode mode) {
			this.mode = mode;
		}

		public int getMaxAttempts() {
			return this.maxAttempts;
		}

		public void setMaxAttempts(int maxAttempts) {
			this.maxAttempts = maxAttempts;
		}

		public Duration getBackOff() {
			return this.backOff;
		}

		public void setBackOff(Duration backOff) {
			this.backOff = backOff;
		}

		public Duration getDeliveryInterval() {
			return this.deliveryInterval;
		}

		public void setDeliveryInterval(Duration deliveryInterval) {
			this.deliveryInterval = deliveryInterval;
		}

	}

	/**
	 * Expiry, recovery and delivery.
	 */
	public static class Maintenance {

		/**
		 * Whether expired facts are removed, what dead processes left behind is
		 * recovered, and outboxes are delivered, in the background.
		 */
		private boolean enabled = true;

		/**
		 * Time between the end of one removal and recovery and the start of the next. The
		 * first is at start.
		 */
		private Duration interval = Duration.ofMinutes(1);

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public Duration getInterval() {
			return this.interval;
		}

		public void setInterval(Duration interval) {
			this.interval = interval;
		}

	}

}
