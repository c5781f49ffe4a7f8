package io.memstate.storage.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RedisScriptTests {

	@Test
	void knowsEveryScriptThatIsShipped() throws URISyntaxException {
		File folder = Path.of(RedisScript.class.getProtectionDomain().getCodeSource().getLocation().toURI())
			.resolve("io/memstate/storage/redis")
			.toFile();
		Set<String> expected = new TreeSet<>(Set.of("prelude.lua"));
		Arrays.stream(RedisScript.values())
			.forEach((script) -> expected.add(script.name().toLowerCase(Locale.ROOT) + ".lua"));
		assertThat(folder.list((directory, name) -> name.endsWith(".lua")))
			.containsExactlyInAnyOrderElementsOf(expected);
	}

	@Test
	void hintsAtTheScriptsForANativeImage() throws IOException {
		String name = "/META-INF/native-image/io.memstate/memstate-storage-redis/reachability-metadata.json";
		try (InputStream stream = RedisScript.class.getResourceAsStream(name)) {
			assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8))
				.contains("\"glob\": \"io/memstate/storage/redis/*.lua\"");
		}
	}

	@Test
	void usesNoCommandWhoseWorkIsUnbounded() {
		Pattern commands = Pattern.compile("redis\\.call\\('(\\w+)'");
		Set<String> used = new TreeSet<>();
		for (RedisScript script : RedisScript.values()) {
			Matcher matcher = commands.matcher(new String(script.text(), StandardCharsets.UTF_8));
			while (matcher.find()) {
				used.add(matcher.group(1));
			}
		}
		assertThat(used).doesNotContain("KEYS", "SCAN", "HGETALL", "HKEYS", "HVALS", "SMEMBERS", "ZRANGE", "DEL",
				"FLUSHDB");
	}

}
