package io.memstate.autoconfigure;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Something that is done again and again. What fails is tried again; only the first
 * failure of a row is told.
 */
final class MaintenanceTask implements Runnable {

	private static final Log logger = LogFactory.getLog(MaintenanceTask.class);

	private final String property;

	private final Duration interval;

	private final Runnable work;

	private boolean failed;

	MaintenanceTask(String property, Duration interval, Runnable work) {
		if (interval.isZero() || interval.isNegative()) {
			throw new MemStateStartException(property + " is " + interval + ".",
					"Set it to a duration above zero, or set memstate.maintenance.enabled=false.");
		}
		this.property = property;
		this.interval = interval;
		this.work = work;
	}

	Duration interval() {
		return this.interval;
	}

	@Override
	public void run() {
		try {
			this.work.run();
			this.failed = false;
		}
		// an error, too, or the scheduler would never run it again, and say nothing
		catch (Throwable ex) {
			if (!this.failed) {
				logger.warn("What is done every " + this.interval + " (" + this.property
						+ ") failed and is tried again until it works", ex);
			}
			this.failed = true;
		}
	}

}
