package io.memstate.storage.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.memstate.StorageException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;

/**
 * Runs commands and scripts on connections of their own, never on one that is bound to a
 * transaction of the caller, and turns what they throw into {@link StorageException}.
 */
final class RedisConnections {

	private final ConnectionSource source;

	RedisConnections(ConnectionSource source) {
		this.source = source;
	}

	String description() {
		return this.source.description();
	}

	void close() {
		this.source.close();
	}

	<T> T execute(String what, Function<RedisConnection, T> action) {
		try {
			RedisConnectionFactory factory = this.source.factory();
			RedisConnection connection = factory.getConnection();
			try {
				return action.apply(connection);
			}
			finally {
				connection.close();
			}
		}
		catch (StorageException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw new StorageException("Could not " + what + " on " + description() + ": " + reason(ex), ex);
		}
	}

	private static String reason(RuntimeException failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		if (root instanceof InterruptedException) {
			// not every pool leaves the thread interrupted
			Thread.currentThread().interrupt();
			return "the thread was interrupted while it waited for the server, which may have done it all the same";
		}
		return ((root.getMessage() != null) ? root.getMessage() : root.getClass().getName())
				+ "; check that the server is up and can be reached, then try again";
	}

	/**
	 * Runs a script, by its digest or, where the server does not know it yet or any more,
	 * by its text.
	 */
	List<Object> run(RedisScript script, String what, List<byte[]> keys, List<byte[]> arguments) {
		byte[][] all = new byte[keys.size() + arguments.size()][];
		for (int i = 0; i < keys.size(); i++) {
			all[i] = keys.get(i);
		}
		for (int i = 0; i < arguments.size(); i++) {
			all[keys.size() + i] = arguments.get(i);
		}
		return execute(what, (connection) -> run(connection, script, keys.size(), all));
	}

	private List<Object> run(RedisConnection connection, RedisScript script, int keys, byte[][] all) {
		List<Object> answer;
		try {
			answer = connection.scriptingCommands().evalSha(script.sha(), ReturnType.MULTI, keys, all);
		}
		catch (RuntimeException ex) {
			if (!unknownScript(ex)) {
				throw ex;
			}
			answer = connection.scriptingCommands().eval(script.text(), ReturnType.MULTI, keys, all);
		}
		return (answer != null) ? answer : new ArrayList<>();
	}

	private static boolean unknownScript(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause.getMessage() != null && cause.getMessage().contains("NOSCRIPT")) {
				return true;
			}
		}
		return false;
	}

}
