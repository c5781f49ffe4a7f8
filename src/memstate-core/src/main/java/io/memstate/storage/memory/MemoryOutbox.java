package io.memstate.storage.memory;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.FactAddress;
import io.memstate.storage.Outbox;
import io.memstate.storage.OutboxClaim;
import io.memstate.storage.OutboxRetry;
import io.memstate.storage.OutboxRow;
import io.memstate.storage.OutboxStatus;
import io.memstate.storage.OutboxTask;
import io.memstate.storage.StoredEntry;

/**
 * The changes that are still to be delivered. Thread-safe.
 */
final class MemoryOutbox implements Outbox {

	private static final int PARTITIONS = 16;

	private final Map<String, Partition[]> hooks = new HashMap<>();

	private final MemoryIntents fences;

	private long id;

	MemoryOutbox(MemoryIntents fences) {
		this.fences = fences;
	}

	/** Takes the changes of a unit; its namespace is locked. */
	synchronized void add(String namespace, List<OutboxTask> tasks, List<StoredEntry> entries) {
		for (OutboxTask task : tasks) {
			StoredEntry entry = entries.get(task.entry());
			FactAddress fact = new FactAddress(namespace, entry.factId());
			Partition partition = partitions(task.hook())[Math.floorMod(fact.hashCode(), PARTITIONS)];
			partition.rows.put(++this.id, new Row(fact, entry));
		}
	}

	private Partition[] partitions(String hook) {
		return this.hooks.computeIfAbsent(hook, (name) -> {
			Partition[] partitions = new Partition[PARTITIONS];
			for (int i = 0; i < PARTITIONS; i++) {
				partitions[i] = new Partition();
			}
			return partitions;
		});
	}

	@Override
	public synchronized @Nullable OutboxClaim claim(String hook, String token, Instant now, Instant until, int limit) {
		Partition[] partitions = partitions(hook);
		for (int i = 0; i < PARTITIONS; i++) {
			Partition partition = partitions[i];
			if (partition.isFree(token, now)) {
				Map<Long, Row> due = partition.due(now, limit);
				if (!due.isEmpty()) {
					partition.token = token;
					partition.until = until;
					return new OutboxClaim(hook, Integer.toString(i), token, rows(due));
				}
			}
		}
		return null;
	}

	private List<OutboxRow> rows(Map<Long, Row> due) {
		long first = this.fences.nextFences(due.size());
		List<OutboxRow> rows = new ArrayList<>(due.size());
		due.forEach((id, row) -> rows
			.add(new OutboxRow(id, first + rows.size(), row.attempts, row.fact.namespace(), row.entry)));
		return rows;
	}

	@Override
	public synchronized boolean settle(OutboxClaim claim, Collection<OutboxRow> delivered,
			Collection<OutboxRetry> failed, @Nullable Instant pause) {
		Partition partition = partitions(claim.hook())[Integer.parseInt(claim.partition())];
		if (!claim.token().equals(partition.token)) {
			return false;
		}
		delivered.forEach((row) -> partition.rows.remove(row.id()));
		for (OutboxRetry retry : failed) {
			Row row = partition.rows.get(retry.row().id());
			if (row != null) {
				row.attempts = retry.attempts();
				row.due = retry.due();
				row.parked = retry.parked();
			}
		}
		partition.token = null;
		partition.until = (pause != null) ? pause : Instant.MIN;
		return true;
	}

	@Override
	public synchronized int unpark(String hook) {
		int unparked = 0;
		for (Partition partition : partitions(hook)) {
			partition.until = (partition.token != null) ? partition.until : Instant.MIN;
			for (Row row : partition.rows.values()) {
				if (row.parked) {
					row.parked = false;
					row.attempts = 0;
					row.due = Instant.MIN;
					unparked++;
				}
			}
		}
		return unparked;
	}

	@Override
	public synchronized OutboxStatus status(String hook) {
		long pending = 0;
		long parked = 0;
		Instant oldest = null;
		for (Partition partition : partitions(hook)) {
			for (Row row : partition.rows.values()) {
				if (row.parked) {
					parked++;
					continue;
				}
				pending++;
				if (oldest == null || row.entry.at().isBefore(oldest)) {
					oldest = row.entry.at();
				}
			}
		}
		return new OutboxStatus(pending, parked, oldest);
	}

	/** A partition; without a token, its time is that of a pause. */
	private static final class Partition {

		private final Map<Long, Row> rows = new TreeMap<>();

		private @Nullable String token;

		private Instant until = Instant.MIN;

		private boolean isFree(String asking, Instant now) {
			return asking.equals(this.token) || !now.isBefore(this.until);
		}

		private Map<Long, Row> due(Instant now, int limit) {
			Map<Long, Row> due = new TreeMap<>();
			Set<FactAddress> blocked = new HashSet<>();
			for (Map.Entry<Long, Row> entry : this.rows.entrySet()) {
				Row row = entry.getValue();
				if (row.parked || now.isBefore(row.due)) {
					blocked.add(row.fact);
				}
				else if (!blocked.contains(row.fact)) {
					due.put(entry.getKey(), row);
					if (due.size() == limit) {
						break;
					}
				}
			}
			return due;
		}

	}

	private static final class Row {

		private final FactAddress fact;

		private final StoredEntry entry;

		private int attempts;

		private Instant due = Instant.MIN;

		private boolean parked;

		Row(FactAddress fact, StoredEntry entry) {
			this.fact = fact;
			this.entry = entry;
		}

	}

}
