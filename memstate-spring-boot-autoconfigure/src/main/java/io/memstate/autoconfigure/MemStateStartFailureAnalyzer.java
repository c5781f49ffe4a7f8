package io.memstate.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Tells what a {@link MemStateStartException} carries. Before Boot's analyzers, which
 * would explain its cause.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MemStateStartFailureAnalyzer extends AbstractFailureAnalyzer<MemStateStartException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MemStateStartException cause) {
		return new FailureAnalysis(cause.description(), cause.action(), cause);
	}

}
