package io.memstate.samples.hooks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import io.memstate.FactChange;
import io.memstate.HookOptions;
import io.memstate.IndexedFact;
import io.memstate.ReconcilableHook;
import io.memstate.ReindexableHook;
import io.memstate.SearchRequest;
import io.memstate.SearchScope;
import io.memstate.SemanticIndex;

/**
 * The index as it is on a bad day: it refuses calls, or takes them and the answer is
 * lost, or takes the process down with it.
 */
final class UnreliableIndex implements SemanticIndex, ReconcilableHook, ReindexableHook, AutoCloseable {

	private static final int KILLED = 137;

	private final FullTextIndex index;

	private volatile int failPercent;

	private volatile boolean crash;

	UnreliableIndex(FullTextIndex index) {
		this.index = index;
	}

	/** Of a hundred calls, so many fail. */
	void fail(int percent) {
		this.failPercent = percent;
	}

	/** The process dies when the index has taken the next call. */
	void crash() {
		this.crash = true;
	}

	@Override
	public String name() {
		return this.index.name();
	}

	@Override
	public HookOptions options() {
		return this.index.options();
	}

	@Override
	public void apply(List<FactChange> changes) throws Exception {
		boolean fails = ThreadLocalRandom.current().nextInt(100) < this.failPercent;
		if (fails && ThreadLocalRandom.current().nextBoolean()) {
			throw new IOException("The index refuses");
		}
		this.index.apply(changes);
		if (this.crash) {
			Runtime.getRuntime().halt(KILLED);
		}
		if (fails) {
			throw new IOException("The index does not answer");
		}
	}

	@Override
	public List<Hit> search(SearchScope scope, SearchRequest request) {
		return this.index.search(scope, request);
	}

	@Override
	public Stream<IndexedFact> entries() {
		return this.index.entries();
	}

	@Override
	public Map<String, Long> versions(String namespace, Collection<String> factIds) {
		return this.index.versions(namespace, factIds);
	}

	@Override
	public void clear() throws SQLException {
		this.index.clear();
	}

	@Override
	public void close() throws SQLException {
		this.index.close();
	}

}
