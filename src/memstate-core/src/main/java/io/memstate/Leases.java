package io.memstate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.memstate.storage.HookStorage;

/**
 * The tokens of leases. A token tells which process holds it, so that another process of
 * the same machine need not wait for the lease of one that has died. That is a hint: a
 * lease that is taken too early costs its holder a retry, and nothing else.
 */
final class Leases {

	private static final Logger logger = LoggerFactory.getLogger(Leases.class);

	private static final Duration TOLERANCE = Duration.ofSeconds(5);

	// pids mean something within one boot and one namespace of pids only
	private static final @Nullable String MACHINE = machine();

	private static final long STARTED = started(ProcessHandle.current()).orElse(Instant.EPOCH).toEpochMilli();

	private static final String OWNER = MACHINE + "/" + ProcessHandle.current().pid() + "/" + STARTED + "/";

	private static final String AHEAD = "ahead-";

	private static final String KEPT = "kept-";

	private Leases() {
	}

	/** A token of this process. */
	static String next() {
		return OWNER + Ids.next();
	}

	/** A token of this process for what hooks are not yet told of. */
	static String ahead() {
		return OWNER + AHEAD + Ids.next();
	}

	/** A token of this process for a fact that may be leased beyond one write. */
	static String kept() {
		return OWNER + KEPT + Ids.next();
	}

	/** Whether a token is one that goes on beyond a write, and may be taken over. */
	static boolean isKept(String token) {
		return token.contains("/" + KEPT);
	}

	/** Whether a token is held also while hooks are told of nothing. */
	static boolean isIdle(String token) {
		return isKept(token) || token.contains("/" + AHEAD);
	}

	/**
	 * Ends leases that are not needed any more; those that can't be ended run out.
	 * @return whether they are ended for certain
	 */
	static boolean giveBack(HookStorage storage, String namespace, Collection<String> tokens) {
		boolean interrupted = Thread.interrupted();
		try {
			storage.intents().release(namespace, tokens);
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("Could not give back leases of namespace '{}'; they run out", namespace, ex);
			return false;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Whether the process that made a token is known to have died. */
	static boolean isDead(String token) {
		if (MACHINE == null || token.startsWith(OWNER)) {
			return false;
		}
		String[] parts = token.split("/");
		if (parts.length != 4 || !parts[0].equals(MACHINE)) {
			return false;
		}
		try {
			Instant then = Instant.ofEpochMilli(Long.parseLong(parts[2]));
			return ProcessHandle.of(Long.parseLong(parts[1]))
				.flatMap(Leases::started)
				.map((now) -> Duration.between(then, now).abs().compareTo(TOLERANCE) > 0)
				.orElse(true);
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	private static Optional<Instant> started(ProcessHandle process) {
		return process.info().startInstant();
	}

	private static @Nullable String machine() {
		try {
			String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
			String pids = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
			return boot + "-" + pids;
		}
		catch (IOException | RuntimeException ex) {
			return null;
		}
	}

}
