package io.memstate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Intents;
import io.memstate.storage.LeaseRequest;
import io.memstate.storage.LeaseResult;

/**
 * Leases for many writers with few durable writes: one of those who wait writes for all
 * of them, while the next ones gather. Where that helps, several write at a time.
 */
final class LeaseQueue {

	private static final int MAX_BATCH = 256;

	private final ReentrantLock lock = new ReentrantLock();

	private final List<Waiting> queue = new ArrayList<>();

	private int writing;

	LeaseResult lease(Intents intents, LeaseRequest request) {
		Waiting own = new Waiting(request, this.lock.newCondition());
		if (leads(own, intents.concurrency())) {
			write(intents, own);
		}
		return own.result();
	}

	/**
	 * Waits until the request is answered or it is this thread's turn to write.
	 * @return whether it is to write
	 */
	private boolean leads(Waiting own, int concurrency) {
		this.lock.lock();
		try {
			this.queue.add(own);
			while (!own.isDone() && (own.taken || this.writing >= concurrency)) {
				own.changed.awaitUninterruptibly();
			}
			if (own.isDone()) {
				return false;
			}
			own.taken = true;
			this.queue.remove(own);
			this.writing++;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Waiting> take(Waiting own) {
		this.lock.lock();
		try {
			List<Waiting> others = this.queue.subList(0, Math.min(this.queue.size(), MAX_BATCH - 1));
			List<Waiting> batch = new ArrayList<>(others);
			batch.add(own);
			others.forEach((waiting) -> waiting.taken = true);
			others.clear();
			return batch;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void write(Intents intents, Waiting own) {
		List<Waiting> batch = List.of(own);
		List<LeaseResult> results = List.of();
		Throwable failure = null;
		try {
			intents.awaitRequests();
			batch = take(own);
			results = lease(intents, batch);
		}
		// whatever it is, those who wait must go on
		catch (Throwable ex) {
			failure = ex;
		}
		this.lock.lock();
		try {
			for (int i = 0; i < batch.size(); i++) {
				Waiting waiting = batch.get(i);
				waiting.answer((failure == null) ? results.get(i) : null, failure);
				waiting.changed.signal();
			}
			this.writing--;
			// one who waits can lead, and takes the others along
			if (!this.queue.isEmpty()) {
				this.queue.get(0).changed.signal();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static List<LeaseResult> lease(Intents intents, List<Waiting> batch) {
		List<LeaseResult> results = intents.lease(batch.stream().map((waiting) -> waiting.request).toList());
		if (results.size() != batch.size()) {
			throw new IllegalStateException("The storage has answered " + batch.size() + " requests for leases with "
					+ results.size() + " results; it must answer each, in order");
		}
		return results;
	}

	private static final class Waiting {

		private final LeaseRequest request;

		// each is woken alone, or all would get in each other's way
		private final Condition changed;

		// by one who writes for it
		private boolean taken;

		private @Nullable LeaseResult result;

		private @Nullable Throwable failure;

		Waiting(LeaseRequest request, Condition changed) {
			this.request = request;
			this.changed = changed;
		}

		private boolean isDone() {
			return this.result != null || this.failure != null;
		}

		private void answer(@Nullable LeaseResult result, @Nullable Throwable failure) {
			this.result = result;
			this.failure = failure;
		}

		private LeaseResult result() {
			if (this.result != null) {
				return this.result;
			}
			throw new StorageException("Could not lease " + this.request.factIds().size() + " facts of namespace '"
					+ this.request.namespace()
					+ "' for the hooks, so nothing was written: see the cause, and try again", this.failure);
		}

	}

}
