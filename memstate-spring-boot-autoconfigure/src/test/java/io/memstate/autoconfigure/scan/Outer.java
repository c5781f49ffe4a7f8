package io.memstate.autoconfigure.scan;

import io.memstate.FactType;

public final class Outer {

	private Outer() {
	}

	@FactType(value = "nested", immutable = true)
	public record Nested(String text) {

	}

	@FactType("open")
	public interface Open {

		String text();

	}

}
