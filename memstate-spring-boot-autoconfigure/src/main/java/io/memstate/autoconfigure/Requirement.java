package io.memstate.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * What must be on the class path for a storage.
 */
enum Requirement {

	JPA_MODULE("io.memstate.storage.jpa.SqliteStorage", "io.memstate:memstate-storage-jpa"),

	REDIS_MODULE("io.memstate.storage.redis.RedisStorage", "io.memstate:memstate-storage-redis"),

	POSTGRES_DRIVER("org.postgresql.Driver", "org.postgresql:postgresql"),

	SQLITE_DRIVER("org.sqlite.JDBC", "org.xerial:sqlite-jdbc"),

	REDIS_DRIVER("io.lettuce.core.RedisClient", "io.lettuce:lettuce-core");

	private final String className;

	private final String artifact;

	Requirement(String className, String artifact) {
		this.className = className;
		this.artifact = artifact;
	}

	/**
	 * Stops the start if it is missing.
	 * @param reason why it is needed, the beginning of a sentence in lower case
	 * @param otherwise what else could be done, a sentence
	 * @param classLoader the class loader of the application
	 */
	void check(String reason, String otherwise, @Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent(this.className, classLoader)) {
			throw new MemStateStartException(
					(reason.startsWith("memstate.") ? reason : StringUtils.capitalize(reason)) + ", but "
							+ this.className + " is not on the class path.",
					"Add the dependency " + this.artifact + ". " + otherwise);
		}
	}

}
