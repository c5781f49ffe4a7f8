package io.memstate.samples.hooks;

import java.nio.file.Path;
import java.sql.SQLException;

import org.junit.jupiter.api.io.TempDir;

import io.memstate.ReconcilableHook;
import io.memstate.test.MemoryHookContractTests;

/**
 * The index keeps what every index has to.
 */
class FullTextIndexContractTests extends MemoryHookContractTests {

	@TempDir
	Path directory;

	@Override
	protected ReconcilableHook openHook() throws SQLException {
		return new FullTextIndex(this.directory.resolve("index.db"));
	}

}
