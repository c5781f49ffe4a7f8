package io.memstate.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.memstate.Draft;
import io.memstate.MemoryStore;
import io.memstate.StorageException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class MemStateStartFailureAnalyzerTests {

	@TempDir
	private Path directory;

	@Test
	void tellsWhatTheExceptionCarries() {
		FailureAnalysis analysis = new MemStateStartFailureAnalyzer()
			.analyze(new IllegalStateException(new MemStateStartException("Found.", "Do.")));
		assertThat(analysis.getDescription()).isEqualTo("Found.");
		assertThat(analysis.getAction()).isEqualTo("Do.");
	}

	@Test
	void isToldBeforeBootExplainsTheCause(CapturedOutput output) {
		assertFails(TwoDataSources.class);
		assertThat(output).contains("APPLICATION FAILED TO START", "Description:",
				"MemState found several beans of type DataSource, and none of them is primary: 'first', 'second'.",
				"Action:", "Qualify the one that MemState is to use with @MemStateDataSource");
	}

	@Test
	void tellsOfAFileThatCannotBeWritten(CapturedOutput output) throws Exception {
		Path file = Files.createDirectory(this.directory.resolve("taken"));
		assertFails(Application.class, "--memstate.sqlite.path=" + file);
		assertThat(output).contains("APPLICATION FAILED TO START", file.toString(),
				"Make the file and its directory writable for this process, or name another file with "
						+ "memstate.sqlite.path.");
	}

	@Test
	void tellsOfADirectoryThatCannotBeMade(CapturedOutput output) throws Exception {
		Path file = Files.createFile(this.directory.resolve("file"));
		assertFails(Application.class, "--memstate.sqlite.path=" + file.resolve("memories.db"));
		assertThat(output).contains("APPLICATION FAILED TO START", file.toString(), "memstate.sqlite.path");
	}

	@Test
	void tellsOfAFileThatIsNoDatabase(CapturedOutput output) throws Exception {
		Path file = Files.writeString(this.directory.resolve("text.db"), "no database ".repeat(1000));
		assertFails(Application.class, "--memstate.sqlite.path=" + file);
		assertThat(output).contains("APPLICATION FAILED TO START", file.toString(), "memstate.sqlite.path");
	}

	@Test
	void tellsOfASqliteDataSourceThatIsNotImmediate(CapturedOutput output) {
		assertFails(DeferredDataSource.class, "--test.file=" + this.directory.resolve("app.db"));
		assertThat(output).contains("APPLICATION FAILED TO START", "transaction_mode=IMMEDIATE",
				"the DataSource 'deferred'");
	}

	@Test
	void tellsOfTablesThatARunnerMisses(CapturedOutput output) {
		assertFails(LateApplication.class, "--memstate.sqlite.path=" + this.directory.resolve("late.db"));
		assertThat(output).contains("APPLICATION FAILED TO START", "the tables of MemState are missing",
				"memstate.jdbc.initialize-schema=always");
	}

	@Test
	void leavesOtherStorageExceptionsAlone() {
		assertThat(new StorageFailureAnalyzer().analyze(new StorageException("Something else"))).isNull();
	}

	private static void assertFails(Class<?> application, String... arguments) {
		assertThatThrownBy(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("memstate.maintenance.enabled=false", "spring.main.banner-mode=off")
			.run(arguments)
			.close()).isInstanceOf(Exception.class);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class })
	static class Application {

	}

	static class TwoDataSources extends Application {

		@Bean
		DataSource first() {
			return new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/first");
		}

		@Bean
		DataSource second() {
			return new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/second");
		}

	}

	static class DeferredDataSource extends Application {

		@Bean
		DataSource deferred(Environment environment) {
			return new DriverManagerDataSource("jdbc:sqlite:" + environment.getRequiredProperty("test.file"));
		}

	}

	static class LateApplication extends Application {

		@Bean
		ApplicationRunner runner(MemoryStore store) {
			return (arguments) -> {
				try {
					store.commit(Draft.of("note", Map.of()));
					throw new SQLException(
							"[SQLITE_ERROR] SQL error or missing database (no such table: memstate_meta)");
				}
				catch (SQLException ex) {
					throw new StorageException("Could not read", ex);
				}
			};
		}

	}

}
