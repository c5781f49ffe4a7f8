package io.memstate.autoconfigure;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What is the matter with a storage, as far as its exception tells.
 */
enum StorageFailure {

	MISSING_TABLES("the tables of MemState are missing") {

		@Override
		String action(@Nullable String settings) {
			return "Set memstate.jdbc.initialize-schema=always to have them created at start, or run the scripts under "
					+ "classpath:memstate/migration with Flyway, Liquibase or by hand.";
		}

	},

	CREDENTIALS("the server refused the credentials") {

		@Override
		String action(@Nullable String settings) {
			return "Correct the user name and the password" + in(settings) + ".";
		}

	},

	NOT_WRITABLE("the file can't be opened for writing") {

		@Override
		String action(@Nullable String settings) {
			return "Make the file and its directory writable for this process, or name another file"
					+ ((settings != null) ? " with " + settings : "") + ".";
		}

	},

	NO_DATABASE("the server has no such database") {

		@Override
		String action(@Nullable String settings) {
			return "Create the database, or correct its name" + in(settings) + ".";
		}

	},

	UNREACHABLE("the server can't be reached") {

		@Override
		String action(@Nullable String settings) {
			return "Start the server, or correct its address" + in(settings)
					+ ". To start the application without it, set memstate.jdbc.initialize-schema=never.";
		}

	},

	OTHER("it failed") {

		@Override
		String action(@Nullable String settings) {
			return "Correct what the message tells" + ((settings != null) ? ", or the settings of " + settings : "")
					+ ".";
		}

	};

	private static final Set<String> CREDENTIAL_STATES = Set.of("28000", "28P01");

	private static final Set<String> TABLE_STATES = Set.of("42P01", "3F000");

	private static final Set<String> NO_DATABASE_STATES = Set.of("3D000");

	private static final Set<String> UNREACHABLE_TYPES = Set.of(
			"org.springframework.data.redis.RedisConnectionFailureException",
			"org.springframework.jdbc.CannotGetJdbcConnectionException", "io.lettuce.core.RedisConnectionException",
			"redis.clients.jedis.exceptions.JedisConnectionException");

	private final String what;

	StorageFailure(String what) {
		this.what = what;
	}

	/**
	 * What to do about it.
	 * @param settings what configures the connection, or null if that is not known
	 * @return sentences
	 */
	abstract String action(@Nullable String settings);

	/**
	 * What happened, with the message of the innermost cause.
	 * @param failure the exception
	 * @return a part of a sentence
	 */
	String describe(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null && cause.getCause() != cause) {
			cause = cause.getCause();
		}
		return this.what + ": " + cause.getMessage();
	}

	static StorageFailure of(Throwable failure) {
		if (any(failure, StorageFailure::isCredentials)) {
			return CREDENTIALS;
		}
		if (any(failure, StorageFailure::isMissingTables)) {
			return MISSING_TABLES;
		}
		if (any(failure, StorageFailure::isNotWritable)) {
			return NOT_WRITABLE;
		}
		if (any(failure, (cause) -> sqlState(cause, NO_DATABASE_STATES))) {
			return NO_DATABASE;
		}
		return any(failure, StorageFailure::isUnreachable) ? UNREACHABLE : OTHER;
	}

	private static boolean isCredentials(Throwable failure) {
		String message = message(failure);
		return sqlState(failure, CREDENTIAL_STATES) || message.startsWith("wrongpass") || message.startsWith("noauth")
				|| message.contains("invalid username-password pair");
	}

	private static boolean isMissingTables(Throwable failure) {
		return sqlState(failure, TABLE_STATES)
				|| (failure instanceof SQLException && message(failure).contains("no such table"));
	}

	private static boolean isNotWritable(Throwable failure) {
		String message = message(failure);
		return failure instanceof java.nio.file.FileSystemException || (failure instanceof SQLException
				&& (message.contains("sqlite_cantopen") || message.contains("sqlite_readonly")
						|| message.contains("sqlite_ioerr") || message.contains("unable to open database file")));
	}

	private static boolean isUnreachable(Throwable failure) {
		return failure instanceof ConnectException || failure instanceof UnknownHostException
				|| UNREACHABLE_TYPES.contains(failure.getClass().getName())
				|| (failure instanceof SQLException sql && isUnreachable(String.valueOf(sql.getSQLState())));
	}

	// 57P: the server is starting or shutting down
	private static boolean isUnreachable(String sqlState) {
		return sqlState.startsWith("08") || sqlState.startsWith("57P");
	}

	private static boolean sqlState(Throwable failure, Set<String> states) {
		return failure instanceof SQLException sql && sql.getSQLState() != null && states.contains(sql.getSQLState());
	}

	private static String message(Throwable failure) {
		return (failure.getMessage() != null) ? failure.getMessage().toLowerCase(Locale.ROOT) : "";
	}

	private static boolean any(Throwable failure, Predicate<Throwable> test) {
		for (Throwable cause = failure; cause != null; cause = (cause.getCause() != cause) ? cause.getCause() : null) {
			if (test.test(cause)) {
				return true;
			}
		}
		return false;
	}

	private static String in(@Nullable String settings) {
		return (settings != null) ? " in " + settings : "";
	}

}
