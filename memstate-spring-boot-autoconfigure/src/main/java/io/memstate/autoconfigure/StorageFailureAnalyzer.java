package io.memstate.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.memstate.StorageException;

/**
 * Explains a {@link StorageException} that ends the start elsewhere than in the
 * initialization, such as in a runner that meets missing tables.
 */
final class StorageFailureAnalyzer extends AbstractFailureAnalyzer<StorageException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, StorageException cause) {
		StorageFailure failure = StorageFailure.of(cause);
		if (failure == StorageFailure.OTHER) {
			return null;
		}
		return new FailureAnalysis(cause.getMessage() + " (" + failure.describe(cause) + ")", failure.action(null),
				cause);
	}

}
