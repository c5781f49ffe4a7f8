package io.memstate.storage.jpa;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.memstate.storage.Storage;
import io.memstate.test.OutageContractTests;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresOutageIT extends OutageContractTests {

	@TempDir
	static Path directory;

	private static EmbeddedPostgres server;

	private static int port;

	@AfterAll
	static void stopServer() throws IOException {
		kill();
	}

	@Override
	protected int startServer() throws IOException {
		if (server == null) {
			EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
				.setDataDirectory(directory.resolve("data"))
				.setCleanDataDirectory(false)
				.setRegisterShutdownHook(false)
				.setServerConfig("fsync", "on")
				.setServerConfig("synchronous_commit", "on");
			if (port != 0) {
				builder.setPort(port);
			}
			server = builder.start();
			port = server.getPort();
		}
		return port;
	}

	@Override
	protected void killServer() throws IOException {
		kill();
	}

	private static void kill() throws IOException {
		if (server == null) {
			return;
		}
		String id = Files.readAllLines(directory.resolve("data").resolve("postmaster.pid")).get(0).strip();
		ProcessHandle main = ProcessHandle.of(Long.parseLong(id)).orElseThrow();
		List<ProcessHandle> processes = Stream.concat(Stream.of(main), main.descendants()).toList();
		processes.forEach(ProcessHandle::destroyForcibly);
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		while (processes.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
			LockSupport.parkNanos(1_000_000);
		}
		server.close(); // gives up its lock on the directory
		server = null;
	}

	@Override
	protected Storage open(int port) {
		return PostgresStorage.open(url(port), "postgres", "postgres")
			.connectionTimeout(Duration.ofSeconds(2))
			.statementTimeout(Duration.ofSeconds(1));
	}

	// without prepared statements every commit has a name that the proxy can read
	private static String url(int port) {
		return "jdbc:postgresql://localhost:" + port + "/postgres?prepareThreshold=0";
	}

	// a connection, a statement, and the two seconds after which a connection is given up
	@Override
	protected Duration timeout() {
		return Duration.ofSeconds(2 + 1 + 2);
	}

	@Override
	protected byte[] writeRequest() {
		return "\0COMMIT\0".getBytes(StandardCharsets.UTF_8);
	}

	@Override
	protected void assertStored(int port, String namespace, String occasion) throws Exception {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(url(port));
		dataSource.setUser("postgres");
		dataSource.setPassword("postgres");
		StoredTables.read(dataSource, "", namespace).assertWhole(occasion);
		StoredTables.assertIntact(dataSource, "", occasion);
	}

}
