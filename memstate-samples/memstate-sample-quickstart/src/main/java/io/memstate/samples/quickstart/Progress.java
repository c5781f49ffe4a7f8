package io.memstate.samples.quickstart;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Shows how far an import is: a bar on a terminal, otherwise a line now and then.
 */
final class Progress {

	private static final int WIDTH = 30;

	private static final long BAR_MILLIS = 100;

	private static final long LINE_MILLIS = 5_000;

	private final PrintStream err;

	private final long totalBytes;

	private final boolean terminal;

	private final long start = System.nanoTime();

	private long shownAt;

	/**
	 * Starts the clock.
	 * @param totalBytes how much there is to read, 0 if not known
	 */
	Progress(PrintStream err, long totalBytes) {
		this.err = err;
		this.totalBytes = totalBytes;
		// From JDK 22 to 24 another console would claim a terminal where there is none.
		System.setProperty("jdk.console", "java.base");
		this.terminal = System.console() != null;
	}

	void show(long lines, long bytes) {
		if (millis() - this.shownAt < (this.terminal ? BAR_MILLIS : LINE_MILLIS)) {
			return;
		}
		this.shownAt = millis();
		String text = String.format(Locale.ROOT, "%s %,d lines, %,d a second", bar(bytes), lines, perSecond(lines));
		this.err.print(this.terminal ? "\r" + text : text + System.lineSeparator());
		this.err.flush();
	}

	/** Makes room on the terminal for something else. */
	void clear() {
		if (this.terminal && this.shownAt > 0) {
			this.err.print("\r" + " ".repeat(79) + "\r");
			this.err.flush();
		}
	}

	double seconds() {
		return millis() / 1_000.0;
	}

	long perSecond(long lines) {
		return Math.round(lines * 1_000.0 / Math.max(1, millis()));
	}

	private String bar(long bytes) {
		if (this.totalBytes == 0) {
			return String.format(Locale.ROOT, "%,d kB,", bytes / 1_000);
		}
		int percent = (int) Math.min(100, bytes * 100 / this.totalBytes);
		int filled = WIDTH * percent / 100;
		return "[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + percent + " %,";
	}

	private long millis() {
		return (System.nanoTime() - this.start) / 1_000_000;
	}

}
