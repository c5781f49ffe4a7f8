package io.memstate.storage.redis;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
		List<String> command = RedisServer.newRedisServer()
			.port(this.port)
			.bind("127.0.0.1")
			.setting("dir " + this.directory)
			.setting("save \"\"")
			.setting("appendonly yes")
			.setting("appendfsync always")
			.setting("aof-load-truncated no")
			.buildCommandArgs();
		repair(Path.of(command.get(0)));
		ProcessBuilder builder = new ProcessBuilder(command);
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

	// cuts off half a transaction, as the server itself does not; the server's program
	// repairs if it is called by that name
	private void repair(Path server) throws IOException {
		Path file = this.directory.resolve("appendonly.aof");
		if (!Files.exists(file)) {
			return;
		}
		Path tool = this.directory.resolve("redis-check-aof");
		if (!Files.exists(tool)) {
			Files.createSymbolicLink(tool, server.toAbsolutePath());
		}
		Process repair = new ProcessBuilder(tool.toString(), "--fix", file.toString()).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("repair.log").toFile())
			.start();
		try (OutputStream answer = repair.getOutputStream()) {
			answer.write('y');
			answer.write('\n');
		}
		catch (IOException ex) {
			// it had nothing to ask
		}
		int code = repair.onExit().join().exitValue();
		if (code != 0) {
			throw new IOException("The server's file can't be repaired, see " + this.directory.resolve("repair.log"));
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
