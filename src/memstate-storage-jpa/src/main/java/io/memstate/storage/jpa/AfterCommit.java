package io.memstate.storage.jpa;

import java.util.Iterator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * Tells whether the caller's transaction has been committed and those are being called
 * who want to know, with its connection still bound. What joins it then is never
 * committed.
 */
final class AfterCommit {

	/**
	 * Whether the current transaction, which is one of the caller on the storage's
	 * connection, has been committed.
	 * @return true from the first {@code afterCommit} on
	 */
	boolean isRunning() {
		if (!TransactionSynchronizationManager.isSynchronizationActive()) {
			return false;
		}
		if (TransactionSynchronizationManager.getResource(this) instanceof Watch watch) {
			return watch.committed;
		}
		Watch watch = new Watch(isOnStack());
		TransactionSynchronizationManager.bindResource(this, watch);
		TransactionSynchronizationManager.registerSynchronization(watch);
		return watch.committed;
	}

	// who first uses the storage then is not called any more; a transaction that is begun
	// then has other synchronizations
	private static boolean isOnStack() {
		Class<?> called = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).walk(AfterCommit::called);
		return called != null
				&& TransactionSynchronizationManager.getSynchronizations().stream().anyMatch(called::isInstance);
	}

	private static @Nullable Class<?> called(Stream<StackWalker.StackFrame> frames) {
		Class<?> previous = null;
		for (Iterator<StackWalker.StackFrame> iterator = frames.iterator(); iterator.hasNext();) {
			StackWalker.StackFrame frame = iterator.next();
			if (frame.getDeclaringClass() == TransactionSynchronizationUtils.class
					&& frame.getMethodName().equals("invokeAfterCommit")) {
				return previous;
			}
			previous = frame.getDeclaringClass();
		}
		return null;
	}

	/** Watches one transaction; suspended and resumed with it. */
	private final class Watch implements TransactionSynchronization {

		private boolean committed;

		Watch(boolean committed) {
			this.committed = committed;
		}

		@Override
		public int getOrder() {
			return Ordered.HIGHEST_PRECEDENCE;
		}

		@Override
		public void suspend() {
			TransactionSynchronizationManager.unbindResourceIfPossible(AfterCommit.this);
		}

		@Override
		public void resume() {
			TransactionSynchronizationManager.bindResource(AfterCommit.this, this);
		}

		@Override
		public void afterCommit() {
			this.committed = true;
		}

		@Override
		public void afterCompletion(int status) {
			TransactionSynchronizationManager.unbindResourceIfPossible(AfterCommit.this);
		}

	}

}
