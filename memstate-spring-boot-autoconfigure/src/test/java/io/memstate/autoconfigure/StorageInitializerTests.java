package io.memstate.autoconfigure;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;

import io.memstate.StorageException;
import io.memstate.autoconfigure.MemStateProperties.Backend;
import io.memstate.autoconfigure.MemStateProperties.Jdbc.InitializeSchema;
import io.memstate.storage.Storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What is done with a server that the application can do without.
 */
class StorageInitializerTests {

	private final List<String> calls = new CopyOnWriteArrayList<>();

	// a slow machine takes seconds to make what connects, and the server is to have its
	// own
	@Test
	void patienceIsForTheServerAlone() {
		prepare(InitializeSchema.NEVER, Map.of());
		assertThat(this.calls).containsExactly("initialize on main", "facts on memstate-verify");
	}

	@Test
	void failureOtherThanMissingTablesDoesNotStopTheStart() {
		assertThatNoException()
			.isThrownBy(() -> prepare(InitializeSchema.NEVER, new StorageException("The server is down")));
	}

	private void prepare(InitializeSchema mode, Object facts) {
		Storage storage = (Storage) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Storage.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("description")) {
						return "PostgreSQL";
					}
					this.calls.add(method.getName() + " on " + Thread.currentThread().getName());
					if (facts instanceof Exception failure && method.getName().equals("facts")) {
						throw failure;
					}
					return method.getName().equals("facts") ? facts : null;
				});
		StorageChoice choice = new StorageChoice(Backend.POSTGRES, "a test says so", null, "nothing", () -> storage);
		new StorageInitializer(storage, choice, mode).afterPropertiesSet();
	}

}
