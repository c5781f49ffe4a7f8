package io.memstate;

import java.util.ArrayList;
import java.util.List;

import io.memstate.storage.Storage;
import io.memstate.storage.StorageLogQuery;
import io.memstate.storage.StoredEntry;

/**
 * Reads the log page by page.
 */
final class Logs {

	private static final int PAGE = 1000;

	private Logs() {
	}

	static List<LogEntry> read(Storage storage, StorageLogQuery query) {
		List<LogEntry> entries = new ArrayList<>();
		StorageLogQuery next = query;
		while (true) {
			int wanted = Math.min(query.limit() - entries.size(), PAGE);
			List<StoredEntry> page = storage.log(next.limit(wanted));
			page.forEach((entry) -> entries.add(new LogEntry(entry)));
			if (page.size() < wanted || entries.size() == query.limit()) {
				return entries;
			}
			next = next.beyond(page.get(page.size() - 1).sequence());
		}
	}

}
