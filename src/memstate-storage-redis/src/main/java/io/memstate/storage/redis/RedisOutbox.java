package io.memstate.storage.redis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Outbox;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.OutboxRetry;
import io.memstate.storage.OutboxRow;
import io.memstate.storage.OutboxStatus;
import io.memstate.storage.Path;
import io.memstate.storage.redis.Keyspace.Keys;
import io.memstate.storage.redis.Keyspace.Register;

/**
 * The outbox in Redis: each namespace's in its own slot, in a few partitions for each
 * hook. A partition is named by its number and its namespace.
 */
final class RedisOutbox implements Outbox {

	/** The partitions of a hook in a namespace. Part of the format: never change it. */
	static final String PARTITIONS = "8";

	private static final int PAGE = 100;

	private static final int MAX_ROWS = 500;

	private final RedisConnections connections;

	private final Keyspace keyspace;

	private final Registers registers;

	RedisOutbox(RedisConnections connections, Keyspace keyspace, Registers registers) {
		this.connections = connections;
		this.keyspace = keyspace;
		this.registers = registers;
	}

	/**
	 * The partition of a fact.
	 */
	static String partition(String factId) {
		CRC32 crc = new CRC32();
		crc.update(ByteWriter.utf8(factId));
		return Long.toString(crc.getValue() % Integer.parseInt(PARTITIONS));
	}

	@Override
	public @Nullable OutboxClaim claim(String hook, String token, Instant now, Instant until, int limit) {
		Register register = Register.outbox(hook);
		// instances that share the work start at different places
		int start = ThreadLocalRandom.current().nextInt(Keyspace.SHARDS);
		for (int i = 0; i < Keyspace.SHARDS; i++) {
			int shard = (start + i) % Keyspace.SHARDS;
			AtomicReference<@Nullable OutboxClaim> claim = new AtomicReference<>();
			this.registers.forDue(register, shard, millis(now), PAGE, (namespace) -> {
				if (claim.get() == null) {
					claim.set(claim(hook, token, now, until, limit, namespace));
				}
				return claim.get() != null;
			});
			if (claim.get() != null) {
				return claim.get();
			}
		}
		return null;
	}

	private static long millis(Instant time) {
		try {
			return Math.floorDiv(Path.micros(time), 1000);
		}
		catch (ArithmeticException ex) {
			return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
		}
	}

	private @Nullable OutboxClaim claim(String hook, String token, Instant now, Instant until, int limit,
			String namespace) {
		Keys keys = this.keyspace.namespace(namespace);
		List<byte[]> arguments = new ArrayList<>(ByteWriter.all(hook, token));
		arguments.add(RedisIntents.time(now));
		arguments.add(RedisIntents.time(until));
		arguments.addAll(ByteWriter.all(Integer.toString(Math.min(limit, MAX_ROWS)), RedisIntents.clock(), PARTITIONS));
		arguments.add(Fields.BUDGET);
		List<Object> answer = this.connections.run(RedisScript.CLAIM, "claim changes for hook '" + hook + "'",
				List.of(keys.meta(), keys.log(), keys.outbox(), keys.deliveries()), arguments);
		if ((Long) answer.get(0) == 0) {
			return null;
		}
		long fence = (Long) answer.get(2);
		List<OutboxRow> rows = new ArrayList<>();
		for (int i = 3; i < answer.size(); i += 3) {
			long sequence = (Long) answer.get(i);
			int attempts = ((Long) answer.get(i + 1)).intValue();
			rows.add(new OutboxRow(sequence, fence + rows.size(), attempts, namespace,
					EntryRecord.read(sequence, (byte[]) answer.get(i + 2))));
		}
		return new OutboxClaim(hook, answer.get(1) + ":" + namespace, token, rows);
	}

	@Override
	public boolean settle(OutboxClaim claim, Collection<OutboxRow> delivered, Collection<OutboxRetry> failed,
			@Nullable Instant pause) {
		String number = claim.partition().substring(0, 1);
		String namespace = claim.partition().substring(2);
		Register register = Register.outbox(claim.hook());
		Long bound = bound(failed);
		Keys keys = this.keyspace.namespace(namespace);
		List<byte[]> arguments = new ArrayList<>(ByteWriter.all(claim.hook(), number, claim.token()));
		arguments.add((pause != null) ? RedisIntents.time(pause) : ByteWriter.utf8(""));
		arguments.addAll(ByteWriter.all(register.name(), (bound != null) ? bound.toString() : "",
				Integer.toString(delivered.size())));
		delivered.forEach((row) -> add(arguments, row));
		arguments.addAll(ByteWriter.all(Integer.toString(failed.size())));
		for (OutboxRetry retry : failed) {
			add(arguments, retry.row());
			arguments.add(ByteWriter.utf8(Integer.toString(retry.attempts())));
			arguments.add(RedisIntents.time(retry.due()));
			arguments.add(ByteWriter.utf8(retry.parked() ? "1" : "0"));
		}
		while (true) {
			List<Object> answer = this.connections.run(RedisScript.SETTLE,
					"settle deliveries for hook '" + claim.hook() + "'",
					List.of(keys.meta(), keys.outbox(), keys.deliveries()), arguments);
			if ((Long) answer.get(0) != 2) {
				return (Long) answer.get(0) == 1;
			}
			this.registers.enter(register, namespace, (bound != null) ? bound : 0);
		}
	}

	/*
	 * When the first that is put off is due again, at which the namespace must be found.
	 */
	private static @Nullable Long bound(Collection<OutboxRetry> failed) {
		Long bound = null;
		for (OutboxRetry retry : failed) {
			if (!retry.parked()) {
				long due = Math.max(0, millis(retry.due()));
				bound = (bound == null) ? due : Math.min(bound, due);
			}
		}
		return bound;
	}

	private static void add(List<byte[]> arguments, OutboxRow row) {
		arguments.add(ByteWriter.utf8(Long.toString(row.id())));
		arguments.add(ByteWriter.utf8(row.entry().factId()));
		arguments.add(RedisIntents.time(row.entry().at()));
	}

	@Override
	public int unpark(String hook) {
		AtomicInteger unparked = new AtomicInteger();
		Register register = Register.outbox(hook);
		this.registers.forEach(register, (entry) -> unparked.addAndGet(unpark(hook, register, entry.namespace())));
		return unparked.get();
	}

	private int unpark(String hook, Register register, String namespace) {
		Keys keys = this.keyspace.namespace(namespace);
		int unparked = 0;
		while (true) {
			List<Object> answer = this.connections.run(RedisScript.UNPARK, "unpark changes for hook '" + hook + "'",
					List.of(keys.meta(), keys.outbox(), keys.deliveries()),
					ByteWriter.all(hook, register.name(), Integer.toString(PAGE)));
			if ((Long) answer.get(0) == 2) {
				this.registers.enter(register, namespace, 0);
				continue;
			}
			int page = ((Long) answer.get(1)).intValue();
			unparked += page;
			if (page < PAGE) {
				return unparked;
			}
		}
	}

	@Override
	public OutboxStatus status(String hook) {
		AtomicLong pending = new AtomicLong();
		AtomicLong parked = new AtomicLong();
		AtomicReference<@Nullable Instant> oldest = new AtomicReference<>();
		java.util.Set<String> seen = new java.util.HashSet<>();
		this.registers.forEach(Register.outbox(hook), (entry) -> {
			if (!seen.add(entry.namespace())) {
				return;
			}
			List<Object> answer = this.connections.run(RedisScript.STATUS, "count changes for hook '" + hook + "'",
					List.of(this.keyspace.namespace(entry.namespace()).outbox()), ByteWriter.all(hook));
			pending.addAndGet((Long) answer.get(0));
			parked.addAndGet((Long) answer.get(1));
			byte[] at = (byte[]) answer.get(2);
			if (at.length > 0) {
				Instant time = Path.instant(new ByteReader(at).int64() ^ Long.MIN_VALUE);
				oldest.accumulateAndGet(time, RedisOutbox::earlier);
			}
		});
		return new OutboxStatus(pending.get(), parked.get(), oldest.get());
	}

	private static @Nullable Instant earlier(@Nullable Instant left, @Nullable Instant right) {
		return (left == null || (right != null && right.isBefore(left))) ? right : left;
	}

}
