package io.memstate.storage.jpa;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import io.memstate.StorageException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * The one place where failures of a database become those of MemState.
 */
final class Failures {

	private static final SQLExceptionTranslator TRANSLATOR = new SQLExceptionSubclassTranslator();

	private Failures() {
	}

	static StorageException translate(Database database, String message, Exception failure) {
		if (isInterrupted(failure)) {
			// not every pool leaves the thread interrupted
			Thread.currentThread().interrupt();
			return new StorageException(
					message + ": the thread was interrupted while it waited for a connection; nothing was done",
					failure);
		}
		SQLException sql = sqlException(failure);
		if (sql == null) {
			return new StorageException(message + ": " + failure.getMessage(), failure);
		}
		DataAccessException cause = TRANSLATOR.translate(message, null, sql);
		String advice = isPoolExhausted(sql) ? "no connection became free in time: close the streams and end the "
				+ "transactions that hold them, or allow a larger pool" : database.advice(sql);
		return new StorageException(message + ": " + advice, (cause != null) ? cause : failure);
	}

	private static boolean isInterrupted(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InterruptedException) {
				return true;
			}
		}
		return false;
	}

	// Hikari tells so by its message alone; without any connection it is the server that
	// fails
	private static boolean isPoolExhausted(SQLException failure) {
		String message = String.valueOf(failure.getMessage());
		return failure instanceof SQLTransientConnectionException && message.contains("request timed out")
				&& !message.contains("total=0");
	}

	// the innermost: the driver's own, not that of a pool
	private static @Nullable SQLException sqlException(Throwable failure) {
		SQLException found = null;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException sql) {
				found = sql;
			}
		}
		return found;
	}

}
