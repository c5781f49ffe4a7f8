package io.memstate.test;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A further Java process with the class path of this one, to be killed. It tells lines to
 * its parent with {@link #tell}; a line that was told arrives, also if the process is
 * killed right afterwards.
 *
 * @since 0.1.0
 */
public final class ChildProcess implements AutoCloseable {

	/** For a process that lives so shortly that its start is most of what it costs. */
	private static final List<String> FLAGS = List.of("-Xmx512m", "-Xmn128m", "-XX:+UseSerialGC",
			"-XX:MetaspaceSize=128m", "-XX:TieredStopAtLevel=1", "-XX:+UnlockDiagnosticVMOptions",
			"-XX:-BytecodeVerificationRemote", "-Xshare:auto", "-Dfile.encoding=UTF-8");

	private static final String MARK = ">>";

	private static final String END = "<end>";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final Process process;

	private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

	private final List<String> output = new ArrayList<>();

	private final Thread reader;

	private ChildProcess(Process process) {
		this.process = process;
		this.reader = new Thread(this::read, "child-" + process.pid());
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Starts a process.
	 * @param main the class with the main method
	 * @param arguments what it is given
	 * @return the process
	 */
	public static ChildProcess start(Class<?> main, String... arguments) {
		return start(List.of(), main, arguments);
	}

	/**
	 * Starts a process by way of another program, for instance one that sets limits.
	 * @param launcher the program and its arguments, to which those of Java are added
	 * @param main the class with the main method
	 * @param arguments what it is given
	 * @return the process
	 */
	public static ChildProcess start(List<String> launcher, Class<?> main, String... arguments) {
		List<String> command = new ArrayList<>(launcher);
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(FLAGS);
		command.addAll(List.of(ChildLauncher.class.getName(), main.getName()));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
		try {
			return new ChildProcess(builder.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Tells the parent a line; to be called in the child.
	 * @param line the line, well below 4,096 bytes, so that it is written at once
	 */
	public static void tell(String line) {
		Standard.tell(MARK + line + "\n");
	}

	/** The child's own end of the pipe. */
	private static final class Standard {

		private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

		static synchronized void tell(String line) {
			try {
				OUT.write(line.getBytes(StandardCharsets.UTF_8));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	private void read() {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				take(line);
			}
		}
		catch (IOException ex) {
			take("Could not read on: " + ex);
		}
		finally {
			this.told.add(END);
		}
	}

	private void take(String line) {
		if (line.startsWith(MARK)) {
			this.told.add(line.substring(MARK.length()));
		}
		else {
			synchronized (this.output) {
				this.output.add(line);
			}
		}
	}

	/**
	 * Gives the child a line on its standard input.
	 * @param line the line
	 */
	public void send(String line) {
		try {
			this.process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new AssertionError("The child has gone: " + output(), ex);
		}
	}

	/**
	 * The next line that the child told.
	 * @return null if it has ended and told all
	 */
	public @Nullable String next() {
		return next(PATIENCE);
	}

	/** A line that the child has told already, or null. */
	@Nullable String poll() {
		String line = this.told.peek();
		return (line == null || line.equals(END)) ? null : this.told.poll();
	}

	private @Nullable String next(Duration patience) {
		try {
			String line = this.told.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
			if (line == null) {
				throw new AssertionError("The child has told nothing for " + patience + ": " + output());
			}
			if (line.equals(END)) {
				this.told.add(END);
				return null;
			}
			return line;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted", ex);
		}
	}

	/**
	 * Waits for a line that the child is to tell next.
	 * @param line the line
	 */
	public void expect(String line) {
		String next = next();
		if (!line.equals(next)) {
			throw new AssertionError("The child told '" + next + "' and not '" + line + "': " + output());
		}
	}

	/**
	 * All that the child tells from now on, until it ends.
	 * @return the lines
	 */
	public List<String> rest() {
		List<String> rest = new ArrayList<>();
		for (String line = next(); line != null; line = next()) {
			rest.add(line);
		}
		return rest;
	}

	/**
	 * What the child has printed apart from what it told.
	 * @return the lines
	 */
	public String output() {
		synchronized (this.output) {
			return String.join("\n", this.output);
		}
	}

	/**
	 * Kills the process at once, with {@code SIGKILL} where there are signals, and waits
	 * until it is gone.
	 * @return what the child had told and nobody had asked for
	 */
	public List<String> kill() {
		this.process.destroyForcibly();
		return rest();
	}

	/**
	 * Waits until the child ends by itself.
	 * @return its exit code
	 */
	public int awaitExit() {
		try {
			if (!this.process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new AssertionError("The child does not end: " + output());
			}
			this.reader.join();
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted", ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
