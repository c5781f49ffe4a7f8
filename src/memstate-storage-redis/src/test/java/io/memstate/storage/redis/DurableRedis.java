package io.memstate.storage.redis;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import redis.embedded.RedisServer;

/**
 * A Redis server that writes every command to disk before it answers, and that can be
 * killed and started again.
 */
final class DurableRedis {

	private final Path directory;

	private final int port = TestRedis.freePort();

	private Process process;

	DurableRedis(Path directory) {
		this.directory = directory;
	}

	int port() {
		return this.port;
	}

	String uri() {
		return "redis://127.0.0.1:" + this.port;
	}

	void start() throws IOException {
		if (this.process != null) {
			return;
		}
		ProcessBuilder builder = new ProcessBuilder(RedisServer.newRedisServer()
			.port(this.port)
			.bind("127.0.0.1")
			.setting("dir " + this.directory)
			.setting("save \"\"")
			.setting("appendonly yes")
			.setting("appendfsync always")
			.buildCommandArgs());
		builder.redirectErrorStream(true).redirectOutput(this.directory.resolve("redis.log").toFile());
		this.process = builder.start();
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		while (!answers()) {
			if (System.nanoTime() > end) {
				throw new IOException("The server does not start, see " + this.directory.resolve("redis.log"));
			}
			LockSupport.parkNanos(5_000_000);
		}
	}

	private boolean answers() {
		try (Socket socket = new Socket("127.0.0.1", this.port)) {
			socket.setSoTimeout(1000);
			socket.getOutputStream().write("PING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
			return socket.getInputStream().read() == '+';
		}
		catch (IOException ex) {
			return false;
		}
	}

	void kill() {
		if (this.process != null) {
			this.process.destroyForcibly().onExit().join();
			this.process = null;
		}
	}

}
