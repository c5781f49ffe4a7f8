package io.memstate.samples.hooks;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import io.memstate.MemoryStore;
import io.memstate.MemoryStoreException;

/**
 * An application with an index of its own that MemState keeps in step with the facts: a
 * {@link FullTextIndex} as a bean is all it takes. The rest is there to break it.
 */
@SpringBootApplication
public class HooksApplication {

	private static final int OK = 0;

	private static final int FAILED = 1;

	private static final int MISUSED = 2;

	public static void main(String[] args) {
		PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
		PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
		System.exit(run(args, out, err));
	}

	@Bean
	UnreliableIndex index(@Value("${sample.index}") Path file) throws SQLException {
		return new UnreliableIndex(new FullTextIndex(file));
	}

	/** Answers with the exit code. */
	static int run(String[] args, PrintStream out, PrintStream err) {
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
		try (ConfigurableApplicationContext context = SpringApplication.run(HooksApplication.class,
				options.properties().toArray(String[]::new))) {
			return run(options, context, out) ? OK : FAILED;
		}
		catch (MemoryStoreException ex) {
			err.println(ex.getMessage());
			return FAILED;
		}
	}

	private static boolean run(Options options, ConfigurableApplicationContext context, PrintStream out) {
		Workshop workshop = new Workshop(context.getBean(MemoryStore.class), context.getBean(UnreliableIndex.class),
				new Tampering(Path.of(context.getEnvironment().getRequiredProperty("sample.index"))), out);
		if (options.tellsStory()) {
			return new Story(workshop, out).tell();
		}
		if (options.write() > 0) {
			workshop.write(options.write(), options.fail());
		}
		if (options.crash()) {
			workshop.crash();
		}
		if (options.breakIndex()) {
			workshop.breakIndex();
		}
		boolean inStep = !options.check() || workshop.compare(true).inStep();
		if (options.reconcile()) {
			workshop.compare(false);
		}
		if (options.reindex()) {
			workshop.reindex();
		}
		if (options.search() != null) {
			workshop.search(options.search());
		}
		return inStep;
	}

}
