package io.memstate.autoconfigure;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ContextConsumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks for the failure that the analyzer would tell.
 */
final class StartFailures {

	private StartFailures() {
	}

	static ContextConsumer<AssertableApplicationContext> refused(String description, String... action) {
		return (context) -> {
			assertThat(context).hasFailed();
			MemStateStartException failure = of(context.getStartupFailure());
			assertThat(failure.description()).contains(description);
			assertThat(failure.action()).contains(action);
		};
	}

	static MemStateStartException of(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof MemStateStartException found) {
				return found;
			}
		}
		throw new AssertionError("No MemStateStartException", failure);
	}

}
