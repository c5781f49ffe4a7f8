package io.memstate.reactor;

import java.util.Iterator;
import java.util.function.Supplier;
import java.util.stream.Stream;

import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Reads streams element by element, as they are requested, on threads that may block.
 */
final class StreamReader {

	private final Scheduler scheduler;

	StreamReader(Scheduler scheduler) {
		// disposing of an executor's work does not interrupt it, and a database driver
		// that is interrupted may lose its connection
		this.scheduler = Schedulers.fromExecutor(scheduler::schedule);
	}

	<T> Flux<T> read(Supplier<Stream<T>> stream) {
		return Flux.<T, Cursor<T>>generate(() -> new Cursor<>(stream.get()), Cursor::next, this::close)
			.subscribeOn(this.scheduler);
	}

	private void close(Cursor<?> cursor) {
		if (Schedulers.isInNonBlockingThread()) {
			this.scheduler.schedule(cursor::close);
		}
		else {
			cursor.close();
		}
	}

	/**
	 * A stream that is being read.
	 */
	private static final class Cursor<T> {

		private final Stream<T> stream;

		private final Iterator<T> elements;

		Cursor(Stream<T> stream) {
			this.stream = stream;
			this.elements = stream.iterator();
		}

		Cursor<T> next(SynchronousSink<T> sink) {
			if (this.elements.hasNext()) {
				sink.next(this.elements.next());
			}
			else {
				// before anybody hears of the end
				close();
				sink.complete();
			}
			return this;
		}

		void close() {
			this.stream.close();
		}

	}

}
