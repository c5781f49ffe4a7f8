package io.memstate.test;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.memstate.Fact;
import io.memstate.FactChange;
import io.memstate.FactQuery;
import io.memstate.IndexedFact;
import io.memstate.MemoryStore;
import io.memstate.ReconcilableHook;
import io.memstate.ReindexableHook;
import io.memstate.storage.FactAddress;

/**
 * An index in memory that fails when it is told to: an example of what a hook has to do,
 * and the means to test what becomes of facts and indexes when one fails. Several stores
 * may use one, as the instances of an application use one index server. Thread-safe.
 *
 * @since 0.1.0
 */
public class FaultyIndex implements ReconcilableHook, ReindexableHook {

	private final String name;

	private final Map<FactAddress, Entry> entries = new HashMap<>();

	private final Random random = new Random(42);

	private @Nullable Fault next;

	private double failureRate;

	private volatile boolean down;

	private long calls;

	private long failures;

	private long taken;

	private long outOfOrder;

	/**
	 * Creates an empty index that does not fail.
	 * @param name the name of the hook
	 */
	public FaultyIndex(String name) {
		this.name = name;
	}

	/**
	 * Something to do when the index is told of changes.
	 */
	@FunctionalInterface
	public interface Fault {

		/**
		 * Does it.
		 * @throws Throwable to make the call fail
		 */
		void run() throws Throwable;

	}

	/**
	 * What the index holds of a fact; it keeps the fence after the fact is removed.
	 */
	private record Entry(long fence, @Nullable Fact fact) {
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public void apply(List<FactChange> changes) throws Exception {
		Fault fault = takeFault();
		if (fault != null) {
			run(fault);
		}
		if (this.down || fails()) {
			throw new IllegalStateException("The index '" + this.name + "' is down");
		}
		changes.forEach(this::take);
	}

	private synchronized @Nullable Fault takeFault() {
		this.calls++;
		Fault fault = this.next;
		this.next = null;
		return fault;
	}

	private synchronized boolean fails() {
		boolean fails = this.random.nextDouble() < this.failureRate;
		if (fails) {
			this.failures++;
		}
		return fails;
	}

	private static void run(Fault fault) throws Exception {
		try {
			fault.run();
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private synchronized void take(FactChange change) {
		FactAddress address = new FactAddress(change.namespace(), change.factId());
		Entry entry = this.entries.get(address);
		if (entry != null && change.fence() < entry.fence()) {
			this.outOfOrder++;
			return;
		}
		this.taken++;
		this.entries.put(address, new Entry(change.fence(), change.after()));
	}

	/**
	 * Does something, once, when the index is told of changes next, before it takes them.
	 * @param fault what to do; the call fails if it throws
	 */
	public synchronized void atNextCall(Fault fault) {
		this.next = fault;
	}

	/**
	 * Makes the next call fail.
	 * @param failure what it throws
	 */
	public void failNext(Throwable failure) {
		atNextCall(() -> {
			throw failure;
		});
	}

	/**
	 * Makes the next call hang until it is interrupted; it takes the changes even then.
	 * @return is counted down when the call hangs
	 */
	public CountDownLatch hangNext() {
		CountDownLatch hanging = new CountDownLatch(1);
		atNextCall(() -> {
			hanging.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				// a stubborn index goes on
			}
		});
		return hanging;
	}

	/**
	 * Makes every call fail from now on, or none.
	 * @param down whether to fail
	 */
	public void down(boolean down) {
		this.down = down;
	}

	/**
	 * Makes calls fail at random.
	 * @param rate how many, from 0 to 1
	 */
	public synchronized void failureRate(double rate) {
		this.failureRate = rate;
	}

	/**
	 * How often the index was called.
	 * @return the number of calls, those that failed included
	 */
	public synchronized long calls() {
		return this.calls;
	}

	/**
	 * How often the index failed at random.
	 * @return the number of failures
	 */
	public synchronized long failures() {
		return this.failures;
	}

	/**
	 * How many changes the index took.
	 * @return the number of changes
	 */
	public synchronized long taken() {
		return this.taken;
	}

	/**
	 * How many changes the index ignored because of their fence.
	 * @return the number of changes
	 */
	public synchronized long ignored() {
		return this.outOfOrder;
	}

	/**
	 * Loses or makes up an entry behind the back of the store.
	 * @param namespace the namespace
	 * @param factId the fact
	 * @param fact what to hold, or null for nothing
	 */
	public synchronized void tamper(String namespace, String factId, @Nullable Fact fact) {
		this.entries.put(new FactAddress(namespace, factId), new Entry(0, fact));
	}

	/**
	 * What the index holds of a namespace.
	 * @param namespace the namespace
	 * @return the facts by id
	 */
	public synchronized Map<String, Fact> facts(String namespace) {
		Map<String, Fact> facts = new TreeMap<>();
		this.entries.forEach((address, entry) -> {
			if (address.namespace().equals(namespace) && entry.fact() != null) {
				facts.put(address.factId(), entry.fact());
			}
		});
		return facts;
	}

	/**
	 * How many facts of a namespace the index shows otherwise than they are, misses or
	 * has made up.
	 * @param store the store, on the namespace
	 * @return the drift; 0 if the index is in step
	 */
	public long drift(MemoryStore store) {
		Map<String, Fact> index = facts(store.namespace());
		long drift = 0;
		for (Fact fact : store.query(FactQuery.all().anyLayer())) {
			if (!fact.equals(index.remove(fact.id()))) {
				drift++;
			}
		}
		return drift + index.size();
	}

	@Override
	public synchronized Stream<IndexedFact> entries() {
		List<IndexedFact> all = new java.util.ArrayList<>();
		this.entries.forEach((address, entry) -> {
			if (entry.fact() != null) {
				all.add(new IndexedFact(address.namespace(), address.factId(), entry.fact().version()));
			}
		});
		return all.stream();
	}

	@Override
	public synchronized Map<String, Long> versions(String namespace, Collection<String> factIds) {
		Map<String, Long> versions = new HashMap<>();
		for (String id : factIds) {
			Entry entry = this.entries.get(new FactAddress(namespace, id));
			if (entry != null && entry.fact() != null) {
				versions.put(id, entry.fact().version());
			}
		}
		return versions;
	}

	@Override
	public synchronized void clear() {
		this.entries.replaceAll((address, entry) -> new Entry(entry.fence(), null));
	}

}
