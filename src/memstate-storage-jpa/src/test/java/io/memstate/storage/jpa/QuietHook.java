package io.memstate.storage.jpa;

import java.util.List;

import io.memstate.FactChange;
import io.memstate.MemoryHook;

/**
 * Takes everything and does nothing.
 */
final class QuietHook implements MemoryHook {

	@Override
	public String name() {
		return "quiet";
	}

	@Override
	public void apply(List<FactChange> changes) {
		// takes everything
	}

}
