package io.memstate.test;

import io.memstate.ReconcilableHook;

class FaultyIndexTests extends MemoryHookContractTests {

	@Override
	protected ReconcilableHook openHook() {
		return new FaultyIndex("index");
	}

	@Override
	protected boolean outlivesClosing() {
		return false;
	}

}
