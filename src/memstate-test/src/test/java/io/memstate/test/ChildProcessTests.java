package io.memstate.test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChildProcessTests {

	@Test
	void endsWithItsParent() throws Exception {
		ProcessHandle grandchild;
		try (ChildProcess child = ChildProcess.start(Parent.class)) {
			grandchild = ProcessHandle.of(Long.parseLong(child.next())).orElseThrow();
			assertThat(grandchild.isAlive()).isTrue();
			child.kill();
		}
		assertThat(grandchild.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
	}

	static final class Parent {

		public static void main(String[] arguments) throws Exception {
			ChildProcess child = ChildProcess.start(Child.class);
			ChildProcess.tell(child.next());
			new CountDownLatch(1).await();
		}

	}

	static final class Child {

		public static void main(String[] arguments) throws Exception {
			ChildProcess.tell(String.valueOf(ProcessHandle.current().pid()));
			new CountDownLatch(1).await();
		}

	}

}
