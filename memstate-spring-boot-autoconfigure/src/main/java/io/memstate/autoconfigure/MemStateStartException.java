package io.memstate.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * MemState can't start. Carries what was found and what to do about it, which
 * {@link MemStateStartFailureAnalyzer} hands on.
 */
final class MemStateStartException extends RuntimeException {

	private final String description;

	private final String action;

	MemStateStartException(String description, String action) {
		this(description, action, null);
	}

	MemStateStartException(String description, String action, @Nullable Throwable cause) {
		super(description + " " + action, cause);
		this.description = description;
		this.action = action;
	}

	String description() {
		return this.description;
	}

	String action() {
		return this.action;
	}

}
