package io.memstate.storage.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The Lua scripts.
 */
enum RedisScript {

	APPLY, CLAIM, COUNT, DUE, ENTRIES, FIELDS, FILL, INTENTS, LEASE, MARK, MEMBERS, PAGE, RELEASE, RENEW, REVIEW, SCAN,
	SESSIONS, SETTLE, SINGLETONS, START, STATUS, STEPS, UNPARK;

	private final byte[] text;

	private final String sha;

	RedisScript() {
		this.text = (load("prelude") + "\n" + load(name().toLowerCase(Locale.ROOT))).getBytes(StandardCharsets.UTF_8);
		this.sha = sha(this.text);
	}

	byte[] text() {
		return this.text;
	}

	String sha() {
		return this.sha;
	}

	private static String load(String name) {
		try (InputStream stream = RedisScript.class.getResourceAsStream(name + ".lua")) {
			if (stream == null) {
				throw new IllegalStateException("The script " + name + ".lua is missing from the class path; keep the "
						+ "resources of memstate-storage-redis when you repackage it");
			}
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String sha(byte[] text) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
