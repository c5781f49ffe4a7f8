package io.memstate.storage.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.data.redis.connection.ReturnType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks through the keys of a namespace, past the storage.
 */
final class StoredKeys {

	private StoredKeys() {
	}

	/**
	 * Expects every key to hold what the facts and the log say.
	 */
	static void assertWhole(String uri, String prefix, String namespace, String occasion) {
		RedisConnections connections = new RedisConnections(new OwnedConnectionSource(uri, Duration.ofSeconds(30)));
		try {
			List<byte[]> keys = new Keyspace(prefix).namespace(namespace).all();
			byte[] script = (text("prelude") + "\n" + text("whole")).getBytes(StandardCharsets.UTF_8);
			List<Object> answer = connections.execute("look through the keys",
					(connection) -> connection.scriptingCommands()
						.eval(script, ReturnType.MULTI, keys.size(), keys.toArray(byte[][]::new)));
			List<String> problems = new ArrayList<>();
			answer.forEach((problem) -> problems.add(ByteWriter.string((byte[]) problem)));
			assertThat(problems).as(occasion).isEmpty();
		}
		finally {
			connections.close();
		}
	}

	private static String text(String script) {
		try (InputStream stream = RedisScript.class.getResourceAsStream(script + ".lua")) {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
