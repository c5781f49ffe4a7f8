package io.memstate;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.memstate.storage.Condition;

/**
 * Joins conditions.
 */
final class Conditions {

	private Conditions() {
	}

	static @Nullable Condition all(List<Condition> conditions) {
		return switch (conditions.size()) {
			case 0 -> null;
			case 1 -> conditions.get(0);
			default -> new Condition.And(conditions);
		};
	}

}
