package io.memstate.storage.redis;

import java.util.Collection;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.memstate.storage.FactJson;
import io.memstate.storage.FactState;
import io.memstate.storage.Path;
import io.memstate.storage.SingletonKey;
import io.memstate.storage.StoredFact;
import org.jspecify.annotations.Nullable;

/**
 * A fact as Redis keeps it, a removed one included: what the scripts need to know, then
 * the fact as JSON. The scripts read the same layout, see {@code prelude.lua}.
 */
final class FactRecord {

	static final int FORMAT = 1;

	static final String LONG_TERM = "l";

	/** Every session together. */
	static final String ANY_SESSION = "a";

	private static final int REMOVED = 0;

	private static final int LIVING = 1;

	private static final int HEX_DIGEST = 1;

	private static final int OTHER_DIGEST = 2;

	private static final Pattern DIGEST = Pattern.compile("(?:[0-9a-f]{2}){32}");

	private static final byte[] NONE = {};

	private FactRecord() {
	}

	/**
	 * The layer of a fact, as it stands in keys and members.
	 */
	static String scope(@Nullable String sessionId) {
		return (sessionId != null) ? "s" + sessionId : LONG_TERM;
	}

	static byte[] write(FactState state, Collection<Path> indexed, Function<StoredFact, String> json) {
		ByteWriter record = new ByteWriter().int8(FORMAT).int8((state.fact() != null) ? LIVING : REMOVED);
		record.sized(Long.toString(state.version())).sized((state.shows() != null) ? state.shows() : "");
		StoredFact fact = state.fact();
		if (fact == null) {
			return record.toByteArray();
		}
		record.sized(digest(state.singletonKey())).sized(fact.type()).sized(scope(fact.sessionId()));
		record.raw(ByteWriter.sortable(Path.micros(fact.createdAt())));
		record.sized((fact.expiresAt() != null) ? ByteWriter.sortable(Path.micros(fact.expiresAt())) : NONE);
		record.int16(indexed.size());
		for (Path path : indexed) {
			record.sized(path.toString()).sized(IndexValue.of(path.resolve(fact)).bytes());
		}
		return record.raw(json.apply(fact)).toByteArray();
	}

	static FactState read(String id, byte[] bytes) {
		ByteReader record = new ByteReader(bytes);
		int format = record.int8();
		if (format != FORMAT) {
			throw new IllegalStateException(
					"Fact '" + id + "' has format " + format + ", but this version reads format " + FORMAT
							+ "; use the version of MemState that wrote it, or a newer one");
		}
		boolean living = record.int8() == LIVING;
		long version = Long.parseLong(record.sizedString());
		String shows = record.sizedString();
		String shownStep = shows.isEmpty() ? null : shows;
		if (!living) {
			return new FactState(id, version, shownStep, null, null);
		}
		String digest = digest(record.sized());
		record.sized();
		record.sized();
		record.skip(Long.BYTES);
		record.sized();
		for (int i = record.int16(); i > 0; i--) {
			record.sized();
			record.sized();
		}
		return new FactState(id, version, shownStep, FactJson.read(record.rest()), digest);
	}

	/**
	 * The field of a singleton key.
	 */
	static byte[] field(SingletonKey key) {
		return new ByteWriter().raw(scope(key.sessionId()))
			.int8(0)
			.raw(key.type())
			.int8(0)
			.raw(digest(key.digest()))
			.toByteArray();
	}

	private static byte[] digest(@Nullable String digest) {
		if (digest == null) {
			return NONE;
		}
		if (DIGEST.matcher(digest).matches()) {
			return new ByteWriter().int8(HEX_DIGEST).raw(HexFormat.of().parseHex(digest)).toByteArray();
		}
		return new ByteWriter().int8(OTHER_DIGEST).raw(digest).toByteArray();
	}

	private static @Nullable String digest(byte[] bytes) {
		if (bytes.length == 0) {
			return null;
		}
		if (bytes[0] == HEX_DIGEST) {
			return HexFormat.of().formatHex(bytes, 1, bytes.length);
		}
		return ByteWriter.string(java.util.Arrays.copyOfRange(bytes, 1, bytes.length));
	}

}
