package io.memstate.autoconfigure.scan;

public final class NeverLoaded {

	static {
		System.setProperty("memstate.test.never-loaded", "loaded");
	}

	private NeverLoaded() {
	}

}
