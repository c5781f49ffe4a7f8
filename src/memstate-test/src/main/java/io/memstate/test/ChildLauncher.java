package io.memstate.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Runs a main method in a child, and ends the child when its parent is gone: a build that
 * is broken off must leave no process behind that goes on writing.
 */
final class ChildLauncher {

	private ChildLauncher() {
	}

	/**
	 * Runs a main method.
	 * @param arguments the name of its class, and what it is given
	 * @throws Throwable what the main method throws
	 */
	public static void main(String[] arguments) throws Throwable {
		ProcessHandle.current()
			.parent()
			.ifPresent((parent) -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
		Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
		main.setAccessible(true);
		try {
			main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
		}
		catch (InvocationTargetException ex) {
			throw causeOf(ex);
		}
	}

	private static Throwable causeOf(InvocationTargetException ex) {
		@Nullable Throwable cause = ex.getCause();
		return (cause != null) ? cause : ex;
	}

}
