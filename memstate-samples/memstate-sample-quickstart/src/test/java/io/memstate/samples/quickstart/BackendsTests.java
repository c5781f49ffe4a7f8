package io.memstate.samples.quickstart;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The program does the same on every backend. The servers are started here, unless
 * {@code -Dmemstate.test.postgres.url} and {@code -Dmemstate.test.redis.uri}, or the
 * environment variables {@code MEMSTATE_TEST_POSTGRES_URL} and
 * {@code MEMSTATE_TEST_REDIS_URI}, name others.
 */
class BackendsTests {

	private final String namespace = "quickstart-" + System.nanoTime();

	@Test
	void inMemory() {
		tellsStory("--memstate.backend=in-memory");
		importsFile("--memstate.backend=in-memory");
	}

	@Test
	void postgres() throws IOException {
		String url = external("memstate.test.postgres.url", "MEMSTATE_TEST_POSTGRES_URL");
		if (url != null) {
			lasts("--memstate.backend=postgres", "--memstate.postgres.url=" + url,
					"--memstate.jdbc.initialize-schema=always");
			return;
		}
		try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
			lasts("--memstate.backend=postgres", "--memstate.postgres.url=" + server.getJdbcUrl("postgres", "postgres"),
					"--memstate.jdbc.initialize-schema=always");
		}
	}

	@Test
	void redis() throws IOException {
		String uri = external("memstate.test.redis.uri", "MEMSTATE_TEST_REDIS_URI");
		if (uri != null) {
			lasts("--memstate.backend=redis", "--memstate.redis.url=" + uri);
			return;
		}
		int port = freePort();
		RedisServer server = RedisServer.newRedisServer().port(port).bind("127.0.0.1").build();
		server.start();
		try {
			lasts("--memstate.backend=redis", "--memstate.redis.url=redis://127.0.0.1:" + port);
		}
		finally {
			server.stop();
		}
	}

	private void lasts(String... backend) {
		tellsStory(backend);
		importsFile(backend);
		assertThat(run(0, backend, "--query=type=note")).contains("2 of 2 facts");
		assertThat(run(0, backend, "--query=type=preference")).contains("3 of 3 facts");
	}

	private void tellsStory(String... backend) {
		assertThat(run(0, backend)).contains("user-1 wants a friendly tone (version 2), and still one fact: 1",
				"promoted     user-1 wants a brief tone (version 5)", "operator: it was a joke");
	}

	private void importsFile(String... backend) {
		assertThat(run(1, backend, "--import=src/test/resources/mixed.jsonl", "--atomic"))
			.contains("0 of 14 lines imported");
		assertThat(run(1, backend, "--import=src/test/resources/mixed.jsonl")).contains("4 of 14 lines imported");
	}

	private String run(int exitCode, String[] backend, String... args) {
		List<String> all = new ArrayList<>(List.of(backend));
		all.add("--memstate.namespace=" + this.namespace);
		all.addAll(List.of(args));
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
		int code = QuickstartApplication.run(all.toArray(String[]::new), InputStream.nullInputStream(), stream, stream);
		assertThat(code).as(() -> out.toString(StandardCharsets.UTF_8)).isEqualTo(exitCode);
		return out.toString(StandardCharsets.UTF_8);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static String external(String property, String variable) {
		return System.getProperty(property, System.getenv(variable));
	}

}
