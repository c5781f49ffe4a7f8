package io.memstate.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Runs its tasks at start and then on a schedule, on one daemon thread of its own: no
 * bean, so that the application's task schedulers stay as they are.
 */
final class MaintenanceLifecycle implements SmartLifecycle {

	private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

	private final List<MaintenanceTask> tasks;

	private @Nullable ScheduledExecutorService scheduler;

	MaintenanceLifecycle(MaintenanceTask... tasks) {
		this.tasks = List.of(tasks);
	}

	@Override
	public synchronized void start() {
		if (this.scheduler == null) {
			ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(MaintenanceLifecycle::thread);
			this.tasks.forEach(
					(task) -> started.scheduleWithFixedDelay(task, 0, task.interval().toNanos(), TimeUnit.NANOSECONDS));
			this.scheduler = started;
		}
	}

	@Override
	public synchronized void stop() {
		if (this.scheduler == null) {
			return;
		}
		this.scheduler.shutdown();
		try {
			if (!this.scheduler.awaitTermination(SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				this.scheduler.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			this.scheduler.shutdownNow();
			Thread.currentThread().interrupt();
		}
		this.scheduler = null;
	}

	@Override
	public synchronized boolean isRunning() {
		return this.scheduler != null;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "memstate-maintenance");
		thread.setDaemon(true);
		return thread;
	}

}
