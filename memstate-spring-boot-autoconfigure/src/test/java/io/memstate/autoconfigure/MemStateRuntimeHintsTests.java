package io.memstate.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.support.SpringFactoriesLoader;

import io.memstate.MemoryStore;
import io.memstate.autoconfigure.scan.Outer;
import io.memstate.autoconfigure.scan.Preference;
import io.memstate.storage.jpa.SqliteStorage;
import io.memstate.storage.redis.RedisStorage;

import static org.assertj.core.api.Assertions.assertThat;

class MemStateRuntimeHintsTests {

	private static final List<String> SCRIPTS = List.of(".sql", ".lua", ".xml", ".yaml", ".properties");

	@ParameterizedTest
	@MethodSource
	void everyShippedScriptHasAHint(String script) {
		RuntimeHints hints = new RuntimeHints();
		new MemStateRuntimeHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.resource().forResource(script)).accepts(hints);
	}

	static Stream<String> everyShippedScriptHasAHint() throws IOException {
		List<String> scripts = Stream
			.concat(resources(SqliteStorage.class).stream(), resources(RedisStorage.class).stream())
			.filter((name) -> SCRIPTS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
			.filter((name) -> !name.startsWith("META-INF/maven/"))
			.toList();
		assertThat(scripts).anyMatch((name) -> name.contains("sqlite"))
			.anyMatch((name) -> name.contains("postgresql"))
			.anyMatch((name) -> name.endsWith(".lua"));
		return scripts.stream();
	}

	@Test
	void areRegistered() {
		assertThat(SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)).hasAtLeastOneElementOfType(MemStateRuntimeHints.class);
	}

	@Test
	@CompileWithForkedClassLoader
	void startsFromWhatWasGeneratedAheadOfTime() {
		TestGenerationContext generation = new TestGenerationContext();
		ClassName initializer;
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			AutoConfigurationPackages.register(context.getDefaultListableBeanFactory(),
					Preference.class.getPackageName());
			context.register(MemStateStorageAutoConfiguration.class, MemStateAutoConfiguration.class,
					MemStateHealthContributorAutoConfiguration.class);
			initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
		}
		RuntimeHints hints = generation.getRuntimeHints();
		assertThat(RuntimeHintsPredicates.reflection().onType(Preference.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Outer.Nested.class)).accepts(hints);
		TestCompiler.forSystem()
			.with(generation)
			.compile((compiled) -> start(
					compiled.getInstance(ApplicationContextInitializer.class, initializer.toString())));
	}

	@SuppressWarnings("unchecked")
	private static void start(ApplicationContextInitializer<?> generated) {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("test", Map.of("memstate.backend", "in-memory")));
			((ApplicationContextInitializer<GenericApplicationContext>) generated).initialize(context);
			context.refresh();
			MemoryStore store = context.getBean(MemoryStore.class);
			assertThat(store.schemas().find("preference")).isPresent();
			assertThat(store.commit(new Preference("editor", "dry")).version()).isEqualTo(1);
		}
	}

	private static List<String> resources(Class<?> type) throws IOException {
		URI location = URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString());
		Path path = Path.of(location);
		if (Files.isDirectory(path)) {
			try (Stream<Path> files = Files.walk(path)) {
				return files.filter(Files::isRegularFile)
					.map((file) -> path.relativize(file).toString().replace('\\', '/'))
					.toList();
			}
		}
		try (JarFile jar = new JarFile(path.toFile())) {
			return Collections.list(jar.entries()).stream().map(Object::toString).toList();
		}
	}

}
