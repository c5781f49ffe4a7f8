package io.memstate.storage.memory;

import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;

import org.jspecify.annotations.Nullable;

/**
 * Two sorted iterators as one.
 *
 * @param <T> the type of the elements
 */
final class MergedIterator<T> implements Iterator<T> {

	private final Iterator<T> left;

	private final Iterator<T> right;

	private final Comparator<T> order;

	private @Nullable T nextLeft;

	private @Nullable T nextRight;

	MergedIterator(Iterator<T> left, Iterator<T> right, Comparator<T> order) {
		this.left = left;
		this.right = right;
		this.order = order;
		this.nextLeft = advance(left);
		this.nextRight = advance(right);
	}

	private static <T> @Nullable T advance(Iterator<T> iterator) {
		return iterator.hasNext() ? iterator.next() : null;
	}

	@Override
	public boolean hasNext() {
		return this.nextLeft != null || this.nextRight != null;
	}

	@Override
	public T next() {
		T left = this.nextLeft;
		T right = this.nextRight;
		if (left != null && (right == null || this.order.compare(left, right) <= 0)) {
			this.nextLeft = advance(this.left);
			return left;
		}
		if (right == null) {
			throw new NoSuchElementException();
		}
		this.nextRight = advance(this.right);
		return right;
	}

}
