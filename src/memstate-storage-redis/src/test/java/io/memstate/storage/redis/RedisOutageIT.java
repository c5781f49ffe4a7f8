package io.memstate.storage.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

import io.memstate.storage.Storage;
import io.memstate.test.OutageContractTests;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class RedisOutageIT extends OutageContractTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	@TempDir
	static Path directory;

	private static DurableRedis server;

	@BeforeAll
	static void prepareServer() {
		server = new DurableRedis(directory);
	}

	@AfterAll
	static void stopServer() {
		server.kill();
	}

	@Override
	protected int startServer() throws IOException {
		server.start();
		return server.port();
	}

	@Override
	protected void killServer() {
		server.kill();
	}

	@Override
	protected Storage open(int port) {
		return RedisStorage.open("redis://127.0.0.1:" + port).commandTimeout(TIMEOUT).keyPrefix("outage");
	}

	@Override
	protected Duration timeout() {
		return TIMEOUT;
	}

	@Override
	protected byte[] writeRequest() {
		return RedisScript.APPLY.sha().getBytes(StandardCharsets.US_ASCII);
	}

	@Override
	protected void assertStored(int port, String namespace, String occasion) {
		StoredKeys.assertWhole("redis://127.0.0.1:" + port, "outage", namespace, occasion);
	}

}
