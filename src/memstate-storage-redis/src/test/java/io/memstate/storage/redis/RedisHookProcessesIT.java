package io.memstate.storage.redis;

import java.nio.file.Path;

import io.memstate.test.HookProcessContractTests;
import io.memstate.test.StorageOpener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class RedisHookProcessesIT extends HookProcessContractTests {

	@TempDir
	private static Path directory;

	private static DurableRedis server;

	@BeforeAll
	static void startServer() throws Exception {
		server = new DurableRedis(directory);
		server.start();
	}

	@AfterAll
	static void stopServer() {
		server.kill();
	}

	@Override
	protected Class<? extends StorageOpener> opener() {
		return RedisOpener.class;
	}

	@Override
	protected String location() {
		return server.uri() + " " + TestRedis.newPrefix();
	}

}
