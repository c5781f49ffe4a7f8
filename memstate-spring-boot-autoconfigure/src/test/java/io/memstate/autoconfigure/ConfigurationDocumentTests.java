package io.memstate.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.memstate.Draft;
import io.memstate.MemoryStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code that the documentation of the configuration shows is compiled and run here.
 */
class ConfigurationDocumentTests {

	@TempDir
	private Path directory;

	@Test
	void works() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class))
			.withUserConfiguration(Documented.class)
			.withPropertyValues("spring.datasource.url=jdbc:sqlite:" + this.directory.resolve("app.db"),
					"app.memories.jdbc-url=jdbc:sqlite:" + this.directory.resolve("memories.db")
							+ "?transaction_mode=IMMEDIATE",
					"memstate.maintenance.enabled=false")
			.run((context) -> {
				assertThat(context.getBean(MemoryStore.class).commit(Draft.of("note", Map.of())).version())
					.isEqualTo(1);
				assertThat(context.getBean("dataSource")).isSameAs(context.getBean(DataSource.class));
				assertThat(this.directory.resolve("memories.db")).exists();
				assertThat(this.directory.resolve("app.db")).doesNotExist();
			});
	}

	@Test
	void theDocumentShowsThisCode() throws IOException {
		Path source = Path.of("src/test/java", getClass().getName().replace('.', '/') + ".java");
		List<String> regions = found("\\t// tag::document\\[]\n(.*?)\n\\s*// end::document", source);
		assertThat(found("```java\n(.*?)\n```", Path.of("..", "src", "docs", "configuration.md")))
			.isEqualTo(regions.stream().map((region) -> region.replaceAll("(?m)^\t\t", "")).toList());
	}

	private static List<String> found(String pattern, Path file) throws IOException {
		return Pattern.compile(pattern, Pattern.DOTALL)
			.matcher(Files.readString(file))
			.results()
			.map((result) -> result.group(1))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties
	static class Documented {

		// tag::document[]
		@Bean(defaultCandidate = false)
		@MemStateDataSource
		@ConfigurationProperties("app.memories")
		HikariDataSource memories() {
			return new HikariDataSource();
		}
		// end::document[]

		// tag::document[]
		@Bean
		MemoryStoreBuilderCustomizer systemClock() {
			return (builder) -> builder.clock(Clock.systemUTC());
		}
		// end::document[]

	}

}
