package io.memstate.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * An index that fails at random: it refuses a call, or it takes it and the answer is
 * lost.
 */
final class UnreliableIndex implements Index {

	private final Index index;

	private final Random random;

	private final double failures;

	private final double lost;

	/**
	 * Creates an index that fails.
	 * @param index what takes the texts
	 * @param random makes it fail
	 * @param failures how many of the calls fail, from 0 to 1
	 * @param lost of how many of these only the answer is lost, from 0 to 1
	 */
	UnreliableIndex(Index index, Random random, double failures, double lost) {
		this.index = index;
		this.random = random;
		this.failures = failures;
		this.lost = lost;
	}

	@Override
	public void take(List<Entry> entries) throws Exception {
		boolean fails;
		boolean isLost;
		synchronized (this.random) {
			fails = this.random.nextDouble() < this.failures;
			isLost = this.random.nextDouble() < this.lost;
		}
		if (!fails || isLost) {
			this.index.take(entries);
		}
		if (fails) {
			throw new IOException(isLost ? "The index does not answer" : "The index refuses");
		}
	}

}
