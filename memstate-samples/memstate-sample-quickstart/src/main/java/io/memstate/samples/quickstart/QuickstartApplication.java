package io.memstate.samples.quickstart;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.memstate.Change;
import io.memstate.LogQuery;
import io.memstate.MemoryStore;
import io.memstate.MemoryStoreException;
import io.memstate.storage.Storage;

/**
 * The shortest application that remembers. The starter brings the {@link MemoryStore};
 * {@link Story} shows what it does.
 */
@SpringBootApplication
public class QuickstartApplication {

	private static final int OK = 0;

	private static final int FAILED = 1;

	private static final int MISUSED = 2;

	public static void main(String[] args) {
		PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
		PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
		System.exit(run(args, System.in, out, err));
	}

	/** Answers with the exit code. */
	static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
		Options options;
		try {
			options = Options.parse(args);
		}
		catch (IllegalArgumentException ex) {
			err.println(ex.getMessage());
			err.println();
			err.println(Options.USAGE);
			return MISUSED;
		}
		if (options.help()) {
			out.println(Options.USAGE);
			return OK;
		}
		try (ConfigurableApplicationContext context = start(options)) {
			return run(options, context, in, out, err) ? OK : FAILED;
		}
		catch (StartException ex) {
			return FAILED;
		}
		catch (IllegalArgumentException | MemoryStoreException | UncheckedIOException ex) {
			err.println(ex.getMessage());
			return FAILED;
		}
	}

	private static boolean run(Options options, ConfigurableApplicationContext context, InputStream in, PrintStream out,
			PrintStream err) {
		MemoryStore memory = context.getBean(MemoryStore.class);
		out.printf("Namespace '%s' in %s%n", memory.namespace(), context.getBean(Storage.class).description());
		boolean good = true;
		if (options.importFile() != null) {
			int maxStepSize = context.getEnvironment().getProperty("memstate.max-step-size", Integer.class, 10_000);
			out.println();
			good = importFile(options, memory, maxStepSize, in, out, err);
		}
		Browser browser = new Browser(memory, out);
		if (options.query() != null) {
			out.println();
			browser.query(options.query(), options.limit());
		}
		if (options.log()) {
			out.println();
			browser.log(LogQuery.all(), options.limit());
		}
		if (options.tellsStory()) {
			out.println();
			new Story(memory, browser, out).tell();
		}
		return good;
	}

	private static boolean importFile(Options options, MemoryStore memory, int maxStepSize, InputStream in,
			PrintStream out, PrintStream err) {
		String name = options.readsStandardInput() ? "standard input" : options.importFile();
		Change change = Change.by("quickstart").because("import of " + name);
		try (InputStream input = options.readsStandardInput() ? in : Files.newInputStream(Path.of(name))) {
			Progress progress = new Progress(err, options.readsStandardInput() ? 0 : Files.size(Path.of(name)));
			return new Importer(memory, change, maxStepSize, progress, out).run(input, options.atomic());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Can't read " + name + ": " + ex, ex);
		}
	}

	private static ConfigurableApplicationContext start(Options options) {
		try {
			return SpringApplication.run(QuickstartApplication.class, options.properties().toArray(String[]::new));
		}
		catch (RuntimeException ex) {
			// Spring Boot has told what is wrong and what to do.
			throw new StartException(ex);
		}
	}

	@SuppressWarnings("serial")
	private static final class StartException extends RuntimeException {

		StartException(RuntimeException cause) {
			super(cause);
		}

	}

}
