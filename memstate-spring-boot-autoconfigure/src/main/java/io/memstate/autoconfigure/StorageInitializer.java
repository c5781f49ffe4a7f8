package io.memstate.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.InitializingBean;

import io.memstate.autoconfigure.MemStateProperties.Backend;
import io.memstate.autoconfigure.MemStateProperties.Jdbc.InitializeSchema;
import io.memstate.storage.Storage;

/**
 * Prepares the chosen storage at start, as {@code memstate.jdbc.initialize-schema}
 * allows. A bean of its own, so that Boot's ordering of database initialization sees it.
 */
final class StorageInitializer implements InitializingBean {

	/** How long a server is waited for that the application can do without. */
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private static final Log logger = LogFactory.getLog(StorageInitializer.class);

	private final Storage storage;

	private final StorageChoice choice;

	private final InitializeSchema mode;

	StorageInitializer(Storage storage, StorageChoice choice, InitializeSchema mode) {
		this.storage = storage;
		this.choice = choice;
		this.mode = mode;
	}

	@Override
	public void afterPropertiesSet() {
		boolean never = this.mode == InitializeSchema.NEVER;
		boolean remote = this.choice.backend() == Backend.POSTGRES || this.choice.backend() == Backend.REDIS;
		if (!never || !remote) {
			prepare();
		}
		else if (this.choice.backend() == Backend.POSTGRES) {
			verifyIfReachable();
		}
	}

	private void prepare() {
		try {
			this.storage.initialize();
			verify();
		}
		catch (RuntimeException ex) {
			throw failure(ex);
		}
	}

	/** A storage that is told to make no tables looks at them when it is first read. */
	private void verify() {
		this.storage.facts("default", List.of("default"));
	}

	/**
	 * Looks for missing tables without insisting on the server. On a thread of its own,
	 * for a pool may wait long for a server that is down. What the storage does before it
	 * connects is not counted: on a slow machine that alone takes longer.
	 */
	private void verifyIfReachable() {
		this.storage.initialize();
		FutureTask<Void> verification = new FutureTask<>(this::verify, null);
		Thread thread = new Thread(verification, "memstate-verify");
		thread.setDaemon(true);
		thread.start();
		try {
			verification.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			if (StorageFailure.of(cause) == StorageFailure.MISSING_TABLES) {
				throw failure(cause);
			}
			logger.warn("MemState starts without " + this.storage.description() + ": "
					+ StorageFailure.of(cause).describe(cause));
		}
		catch (TimeoutException ex) {
			logger.warn("MemState starts without " + this.storage.description() + ": no answer within "
					+ PATIENCE.toSeconds() + " seconds");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private MemStateStartException failure(Throwable cause) {
		StorageFailure failure = StorageFailure.of(cause);
		String description = "MemState could not prepare " + this.storage.description() + ", chosen because "
				+ this.choice.reason() + ": ";
		description += (failure != StorageFailure.OTHER) ? failure.describe(cause) : String.valueOf(cause.getMessage());
		return new MemStateStartException(description + ".", failure.action(this.choice.settings()), cause);
	}

}
