package io.memstate.test;

import io.memstate.ReconcilableHook;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RemoteIndexTests extends MemoryHookContractTests {

	private static IndexServer server;

	@BeforeAll
	static void startServer() {
		server = IndexServer.start();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Override
	protected ReconcilableHook openHook() {
		return new RemoteIndex.Opener().open(server.location("remote", 0));
	}

}
