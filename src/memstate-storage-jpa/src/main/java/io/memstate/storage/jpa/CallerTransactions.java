package io.memstate.storage.jpa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.memstate.storage.TransactionalStorage.CallerTransaction;
import io.memstate.storage.TransactionalStorage.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * The caller's transactions that the storage takes part in.
 */
final class CallerTransactions {

	private static final Logger logger = LoggerFactory.getLogger(CallerTransactions.class);

	private final Connections connections;

	private final String description;

	private final AtomicBoolean warned = new AtomicBoolean();

	CallerTransactions(Connections connections, String description) {
		this.connections = connections;
		this.description = description;
	}

	@Nullable CallerTransaction current() {
		if (this.connections.joined() == null) {
			return null;
		}
		if (TransactionSynchronizationManager.getResource(this) instanceof Joined joined) {
			return joined;
		}
		Joined joined = new Joined();
		TransactionSynchronizationManager.bindResource(this, joined);
		TransactionSynchronizationManager.registerSynchronization(joined);
		return joined;
	}

	/**
	 * Says once that a write is not part of the transaction that is active.
	 */
	void warnIfApart() {
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive() && !this.warned.get()
				&& this.connections.joined() == null && !this.connections.hasEnded()
				&& this.warned.compareAndSet(false, true)) {
			logger.warn(
					"The active transaction{} does not use the DataSource of {}, so MemState commits at once and "
							+ "is not rolled back with it. Transactions that use one DataSource for both take part.",
					transaction(), this.description);
		}
	}

	private static String transaction() {
		String name = TransactionSynchronizationManager.getCurrentTransactionName();
		String resources = TransactionSynchronizationManager.getResourceMap()
			.keySet()
			.stream()
			.filter(DataSource.class::isInstance)
			.map(Object::toString)
			.collect(Collectors.joining(", "));
		return ((name != null) ? " '" + name + "'" : "") + (resources.isEmpty() ? "" : " on " + resources);
	}

	/**
	 * Whether somebody is being called before the commit of a transaction: who first uses
	 * the storage then is not called any more. Nothing but the stack tells. True also in
	 * a transaction that begins and ends meanwhile, which does no harm.
	 */
	private static boolean isBeforeCommit() {
		return StackWalker.getInstance()
			.walk((frames) -> frames
				.anyMatch((frame) -> frame.getClassName().equals(TransactionSynchronizationUtils.class.getName())
						&& frame.getMethodName().equals("triggerBeforeCommit")));
	}

	/** One transaction; suspended and resumed with it. */
	private final class Joined implements CallerTransaction, TransactionSynchronization {

		private final Map<Object, Object> attributes = new HashMap<>();

		private final List<Runnable> beforeCommit = new ArrayList<>();

		private final List<Consumer<Outcome>> afterCompletion = new ArrayList<>();

		private boolean committing = isBeforeCommit();

		@Override
		public boolean readOnly() {
			return TransactionSynchronizationManager.isCurrentTransactionReadOnly();
		}

		@Override
		@SuppressWarnings({ "unchecked", "NullAway" })
		public <T> T attribute(Object key, Supplier<T> initial) {
			if (!this.attributes.containsKey(key)) {
				this.attributes.put(key, initial.get());
			}
			return (T) this.attributes.get(key);
		}

		@Override
		public void beforeCommit(Runnable action) {
			this.beforeCommit.add(action);
		}

		@Override
		public boolean committing() {
			return this.committing;
		}

		@Override
		public void afterCompletion(Consumer<Outcome> action) {
			this.afterCompletion.add(action);
		}

		@Override
		public void suspend() {
			TransactionSynchronizationManager.unbindResourceIfPossible(CallerTransactions.this);
		}

		@Override
		public void resume() {
			TransactionSynchronizationManager.bindResource(CallerTransactions.this, this);
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			// an action may add another
			for (int i = 0; i < this.beforeCommit.size(); i++) {
				this.beforeCommit.get(i).run();
			}
			this.committing = true;
		}

		@Override
		public void afterCompletion(int status) {
			TransactionSynchronizationManager.unbindResourceIfPossible(CallerTransactions.this);
			Outcome outcome = switch (status) {
				case STATUS_COMMITTED -> Outcome.COMMITTED;
				case STATUS_ROLLED_BACK -> Outcome.ROLLED_BACK;
				default -> Outcome.UNKNOWN;
			};
			if (outcome == Outcome.UNKNOWN) {
				CallerTransactions.this.connections.rollBackUnknown();
			}
			for (int i = 0; i < this.afterCompletion.size(); i++) {
				this.afterCompletion.get(i).accept(outcome);
			}
		}

	}

}
